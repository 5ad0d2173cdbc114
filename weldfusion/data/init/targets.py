"""Proposed targets, groups and settings, and their cells in the manifest."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from weldfusion.data.init.layout import clean_name
from weldfusion.data.init.table import IndexTable
from weldfusion.data.target import TargetSpec

UNIT = re.compile(r"(?:[_ \[(]+)(N|kN|mm|um|µm|m|MPa|GPa|HV|J|%|g|kg|s|ms)[\])]?$")


@dataclass(frozen=True)
class Columns:
    """What is known of each weld beside its recordings; `values[column][weld]` is a manifest cell."""

    welds: tuple[str, ...]
    targets: tuple[TargetSpec, ...]
    groups: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return ("weld", *self.values)

    def cells(self, weld: str) -> dict[str, str]:
        """The manifest's cells of one weld, paths left out."""
        return {column: values.get(weld, "") for column, values in self.values.items()}


def columns_of_folders(welds: Sequence[str], labels: Mapping[str, str], groups: Mapping[str, str]) -> Columns:
    """Labels and groups told by the names of folders."""
    unique = tuple(dict.fromkeys(welds))
    values: dict[str, Mapping[str, str]] = {"group": groups} if groups else {}
    values["label"] = labels
    notes = {"targets.label.classes": "taken from the names of the folders"}
    if len(set(labels.values())) < 2:
        notes = {"targets.label.classes": "a placeholder; write your classes"}
    if groups:
        notes["groups"] = "taken from the names of the folders; what welds have in common (workpiece, day)"
    return Columns(
        unique, (_classes("label", labels.values()),), ("group",) if groups else (), (), values, notes
    )


def columns_of_table(table: IndexTable, welds: Sequence[str]) -> Columns:
    """Labels, results, groups and settings of a table."""
    used = (*table.groups, *table.labels, *table.results, *table.settings, *table.reserved)
    values = {name: dict(zip(welds, table.frame[name], strict=True)) for name in used}
    notes = {}
    targets = []
    for name in table.labels:
        target = _classes(name, values[name].values())
        notes[f"targets.{target.name}.classes"] = "is this what is to be predicted? else remove the target"
        targets.append(target)
    for name in table.results:
        unit = UNIT.search(name)
        target = TargetSpec(clean_name(name), "real", column=name, unit=unit[1] if unit else "")
        notes[f"targets.{target.name}.kind"] = "is this what is to be predicted? else remove the target"
        targets.append(target)
    if not targets:
        values["label"] = {}
        targets.append(_classes("label", ()))
        notes["targets.label.classes"] = "a placeholder; write your classes"
    if table.settings:
        notes["modalities.settings.columns"] = (
            "keep only what is set before welding; what is measured afterwards may give the label away"
        )
    if table.groups:
        notes["groups"] = "what welds have in common; `group` is the one that must not be torn apart"
    return Columns(tuple(welds), tuple(targets), table.groups, table.settings, values, notes)


def _classes(column: str, values: Iterable[str]) -> TargetSpec:
    found = sorted({value for value in values if value})
    if len(found) < 2:
        found += [name for name in ("good", "defect") if name not in found][: 2 - len(found)]
    return TargetSpec(clean_name(column), "class", column=column, classes=tuple(found))
