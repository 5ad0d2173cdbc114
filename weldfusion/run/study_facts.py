"""How a planned cell is run, in the words of the line above a study's tables."""

from pathlib import PurePath

from weldfusion.data.card import Card
from weldfusion.data.dealing import EACH_WELD
from weldfusion.data.splits import GroupedSplit, Split
from weldfusion.run.study_plan import Planned, trained_welds
from weldfusion.studies.facts import Facts
from weldfusion.training.several import plans
from weldfusion.training.trainer import check_trainer


def facts_of(planned: Planned) -> Facts:
    """Folds, seeds, epochs and data of a cell, and its real share of the training welds."""
    settings = planned.settings
    trainings = plans(settings.training, settings.trainer)
    epochs = [int(check_trainer(one.trainer)["max_epochs"]) for one in trainings]
    return Facts(
        folds=len(planned.folds),
        divided=divided(settings.split, planned.dataset.card),
        seeds=planned.seeds,
        epochs=epochs if min(epochs) > 0 else (),
        stops_early=any(one.training.patience is not None for one in trainings),
        data=shown_root(settings.data.root),
        share=trained_welds(planned.folds) / trained_welds(planned.whole),
    )


def divided(split: Split, card: Card) -> str:
    """What a split keeps together; empty where it does not say."""
    if not isinstance(split, GroupedSplit):
        return ""
    column = split.by or card.group
    return "single welds" if column in (None, EACH_WELD) else f"whole groups ({column})"


def shown_root(root: str) -> str:
    """A data folder as it may stand in a table that is passed on: only the name of one that lies elsewhere.

    >>> shown_root("data/zoo/aluminium_tig"), shown_root("/welds"), shown_root("../welds")
    ('data/zoo/aluminium_tig', 'welds', 'welds')
    """
    path = PurePath(root)
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()
