"""How many steps a gradient training takes."""

import warnings
from collections.abc import Sequence

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.errors import WeldfusionWarning
from weldfusion.training.several import Plan
from weldfusion.training.trainer import check_trainer


def steps_of(plan: Plan, windows: int) -> int:
    """Steps of a gradient training on so many windows."""
    wanted = check_trainer(plan.trainer)
    epochs = int(wanted["max_epochs"])
    if epochs < 0:
        return int(wanted.get("max_steps", -1))
    return epochs * -(-windows // plan.training.batch_size)


FAR = 4
"""Batches this many times as large as the fit part are hardly meant."""


def warn_of_large_batches(planned: Sequence[Plan], windows: WeldWindows, folds: Sequence[Fold]) -> None:
    """Warns where a batch could hold the fit part of every fold several times."""
    known = set(windows.welds)
    fit = max(len(windows.subset([w for w in fold.welds("fit") if w in known])) for fold in folds)
    for size in dict.fromkeys(plan.training.batch_size for plan in planned):
        if size >= FAR * fit > 0:
            warnings.warn(
                f"training.batch_size: batch of {size}, the fit part has {fit} windows: one step an epoch",
                WeldfusionWarning,
                stacklevel=2,
            )
