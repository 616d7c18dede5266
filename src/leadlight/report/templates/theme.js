/* The page follows the system's light or dark; this adds a button that overrides it. Without scripts nothing is lost. */
(function () {
  var root = document.documentElement, order = ["auto", "light", "dark"], key = "leadlight-theme", now = "auto";
  try { now = localStorage.getItem(key) || "auto"; } catch (error) { /* storage may be off for local files */ }
  function apply() {
    if (now === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", now);
    var button = document.getElementById("theme");
    if (button) button.textContent = "Theme: " + now;
  }
  apply();
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    button.hidden = false;
    apply();
    button.addEventListener("click", function () {
      now = order[(order.indexOf(now) + 1) % order.length];
      try { localStorage.setItem(key, now); } catch (error) { /* the choice then lasts for this page only */ }
      apply();
    });
  });
})();
