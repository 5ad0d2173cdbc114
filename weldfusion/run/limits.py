"""What the figures of a run cannot show, in sentences."""

from collections.abc import Iterable, Sequence

from weldfusion.data.card import Card
from weldfusion.data.checks.labels import check_labels
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset
from weldfusion.data.strata import restricted
from weldfusion.data.weld import Weld
from weldfusion.report.words import OVER_SINGLE_WELDS
from weldfusion.run.kept import KeptRun

TIES = ("class-tied-to-group", "class-in-one-group")


def limits_of(run: KeptRun, dataset: Dataset, part: str, own: bool) -> list[str]:
    """Welds seen in training, intervals over single welds, classes that cannot be told from groups."""
    found = []
    if own and part != "test":
        seen = "all parts, fit and select included" if part == "all" else f"the part {part}"
        found.append(f"seen in training: these are {seen}; the figures say nothing about new welds")
    used = run.settings.data.inputs or run.card.modalities
    if len(used) > 1 and run.settings.model.parts().modality_dropout == 0:
        found.append(
            "the absence of a sensor was never trained (model.modality_dropout is 0): predictions of welds "
            "that lack one cannot be trusted"
        )
    if own:
        found += single_welds(dataset.card, dataset.welds, run.split.values())
    return found + tied(restricted(dataset.card, run.settings.data.targets), dataset.welds)


def single_welds(card: Card, welds: Sequence[Weld], folds: Iterable[Fold]) -> list[str]:
    """A sentence if the folds took every weld for itself although the card names groups of several."""
    shared = card.group is not None and len({weld.groups.get(card.group) for weld in welds}) < len(welds)
    one_by_one = all(weld == group for fold in folds for weld, group in (fold.groups or {}).items())
    if not (shared and one_by_one):
        return []
    return [f"{OVER_SINGLE_WELDS}; welds of one {card.group} resemble each other, so they are too narrow"]


def tied(card: Card, welds: Sequence[Weld]) -> list[str]:
    """Sentences on classes that live in one group only, and on groups that never hold two classes."""
    if card.group is None or any(card.group not in weld.groups for weld in welds):
        return []
    return [finding.message for finding in check_labels(card, welds) if finding.code in TIES]
