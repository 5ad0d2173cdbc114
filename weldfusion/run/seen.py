"""Welds of another data set that a run was trained on."""

from collections.abc import Container
from dataclasses import replace

from weldfusion.data.dealing import Part
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.same_welds import Overlap, overlap
from weldfusion.data.weld import Weld
from weldfusion.errors import WeldfusionError
from weldfusion.run.kept import KeptRun

TRAINING: tuple[Part, ...] = ("fit", "select", "calibrate")


def trained_on(run: KeptRun, dataset: Dataset) -> Overlap:
    """The welds of `dataset` that are in a training part of any fold of the run.

    Recordings are compared where the run's own data folder is still there, else ids.
    """
    ids = {weld for fold in run.split.values() for part in TRAINING for weld in fold.welds(part)}
    try:
        records = {weld.id: weld for weld in read_dataset(run.settings.data.root).welds}
    except WeldfusionError:
        records = {}
    others = [records.get(weld, Weld(weld, row=0)) for weld in sorted(ids)]
    used = dataset.card.modalities
    return overlap([_of(weld, used) for weld in dataset.welds], [_of(weld, used) for weld in others])


def seen_lines(known: Overlap, welds: int) -> list[str]:
    """Warnings on an evaluation of `welds` welds.

    >>> seen_lines(Overlap(("a", "b"), ("c",)), 10)[0]
    '2 of 10 welds were seen in training (a, b): the figures say nothing about new welds'
    """
    lines = []
    if known.same:
        lines.append(
            f"{len(known.same)} of {welds} welds were seen in training ({_shown(known.same)}): the figures "
            "say nothing about new welds"
        )
    if known.namesakes:
        lines.append(
            f"{len(known.namesakes)} of {welds} welds have the id of a weld of training, but other "
            f"recordings ({_shown(known.namesakes)}): make sure that they are other welds"
        )
    return lines


def _shown(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")


def _of(weld: Weld, modalities: Container[str]) -> Weld:
    """The weld with the files of some modalities only."""
    return replace(weld, files={name: files for name, files in weld.files.items() if name in modalities})
