"""Draw the README's picture: `PYTHONPATH=src python docs/images/make.py` writes cells.png beside this file."""

from pathlib import Path

import leadlight as ll
from leadlight.plots import CellsDisplay, style

BOX = [(-2.0, 2.0), (-2.0, 2.0)]


def main() -> None:
    data = ll.data.spirals(n_arms=2, n_per_class=500, seed=1)
    start = ll.mlp(2, [10, 10], 1, init="torch", seed=3)
    labels = data.y[:, None].astype(float)
    runs = ll.train(start, (data.X, labels), loss="bce-with-logits", optimizer="adam", lr=0.01, epochs=2000)
    figure, axes = style.subplots(1, 3, figsize=(11, 3.9))
    panels = (
        (start, "pattern", "before training"),
        (runs.networks[0], "pattern", "after training"),
        (runs.networks[0], "output", "the trained logit"),
    )
    for ax, (net, colour, title) in zip(axes[0], panels):
        display = CellsDisplay.from_network(net, BOX)
        display.plot(ax, colour=colour, colourbar=False, title=f"{title}: {len(display.complex)} cells")
    figure.savefig(Path(__file__).with_name("cells.png"), dpi=110, facecolor="white")


if __name__ == "__main__":
    main()
