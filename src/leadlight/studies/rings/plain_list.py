"""Layers held in a plain Python list: torch does not see them, so they are not trained, and we name them."""

from __future__ import annotations

from typing import Any

from leadlight.data import Dataset, as_column
from leadlight.errors import ModelError
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page

__all__ = ["module_of", "untrained"]

STEPS, RATE = 300, 1e-2


def module_of(net: Network, registered: bool) -> Any:
    """Return a torch module of the network whose hidden layer lies in a ModuleList, or in a plain list."""
    from torch import nn

    class Net(nn.Module):
        def __init__(self, layers: list) -> None:
            super().__init__()
            self.hidden = nn.ModuleList(layers[:-1]) if registered else layers[:-1]
            self.out = layers[-1]

        def forward(self, x: Any) -> Any:
            for layer in self.hidden:
                x = layer(x)
            return self.out(x)

    return Net(list(net.to_torch()))


def untrained(page: Page, data: Dataset) -> None:
    """Train both modules with torch itself and give both to our converter."""
    import torch

    net = mlp(2, [3], 1, activation="sigmoid", seed=page.seeds("plain list", 1)[0])
    X = torch.tensor(data.X, dtype=torch.float32)
    y = torch.tensor(as_column(data), dtype=torch.float32)
    rows, messages, verdicts = [], {}, {}
    for name, registered in (("plain list", False), ("nn.ModuleList", True)):
        module = module_of(net, registered)
        first = module.hidden[0]
        before = first.weight.detach().clone()
        count = sum(p.numel() for p in module.parameters())
        optimizer = torch.optim.Adam(module.parameters(), lr=RATE)
        loss = torch.tensor(0.0)
        for _ in range(STEPS):
            for p in (*module.parameters(), *first.parameters()):
                p.grad = None
            loss = torch.nn.functional.binary_cross_entropy_with_logits(module(X), y)
            loss.backward()
            optimizer.step()
        moved = float((first.weight.detach() - before).abs().max())
        try:
            verdicts[name], messages[name] = "describes it", repr(Network.of(module))
        except ModelError as error:
            verdicts[name], messages[name] = "refuses it, with the reason", str(error)
        rows.append([name, count, moved, float(loss.detach()), verdicts[name]])
    page.table(
        "plain-list",
        [
            "hidden layer in",
            "parameters found",
            "change of hidden weights",
            "loss",
            "Network.of",
        ],
        rows,
        f"The same 2-3-1 network after {STEPS} steps of torch's Adam at {RATE:g}.",
        formats=[None, None, ".3g", ".4f", None],
        section="Parameters in a plain list",
    )
    page.claim(
        "plain-list-untrained",
        "Layers in a plain list are not trained, and our converter names the list.",
        rows[0][2] == 0.0 and rows[0][1] == 4 and rows[1][1] == 13 and "hidden" in messages["plain list"]
        and "plain Python list" in messages["plain list"],
        {"parameters found in a plain list": rows[0][1], "in a ModuleList": rows[1][1],
         "change of hidden weights, plain list": rows[0][2], "ModuleList": rows[1][2]},
    )  # fmt: skip
    page.answer(
        "What does a parameter in a plain list do?",
        f"It is used but never trained: of the 13 parameters torch finds {rows[0][1]}, the hidden weights "
        f"change by {rows[0][2]:g} in {STEPS} steps, and the loss ends at {rows[0][3]:.3f} instead of "
        f"{rows[1][3]:.3f}; no error is raised. Our converter refuses such a module and says where: "
        f"“{messages['plain list']}”",
    )
