"""Training: many small networks in one call.

`train` checks what it is given and hands it to an engine; the result is a `Runs`. Engines know nothing of one
another: the torch engine stacks networks of like shape and takes their gradients by hand.
"""

from ._train import train
from .losses import LOSSES, loss
from .optimizers import SGD, Adam, AdamW, RMSprop
from .orders import order
from .runs import Divergence, Runs, Table
from .schedules import Constant, Cosine, StepDecay

__all__ = [
    "LOSSES", "SGD", "Adam", "AdamW", "Constant", "Cosine", "Divergence", "RMSprop", "Runs", "StepDecay", "Table",
    "loss", "order", "train",
]  # fmt: skip
