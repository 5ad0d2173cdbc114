"""One weld of each class with what its sensors recorded, for the page of a data summary."""

from weldfusion.data.folder import Dataset
from weldfusion.data.manifest import Weld
from weldfusion.report.data_summary import Example
from weldfusion.report.recordings import views


def example_welds(dataset: Dataset) -> list[Example]:
    """The first weld of each class of each class target of whole welds that has the most sensors; one
    weld of the data set where there is no such target."""
    found = []
    for target in dataset.card.targets.values():
        if target.kind == "class" and target.level == "weld":
            for label in target.classes:
                welds = [weld for weld in dataset.welds if weld.targets.get(target.name) == label]
                found += [_example(dataset, f"{target.name}: {label}", welds)] if welds else []
    return found or [_example(dataset, "a weld", list(dataset.welds))]


def _example(dataset: Dataset, label: str, welds: list[Weld]) -> Example:
    names = list(dataset.card.modalities)
    weld = max(welds, key=lambda weld: sum(weld.has(name) for name in names))
    return Example(label, weld.id, views(dataset, weld.id, names))
