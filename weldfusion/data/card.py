"""The data-set card `dataset.yaml`: what was recorded, how it is stored and what is to be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from weldfusion.data.fields import Fields
from weldfusion.data.files import write_text
from weldfusion.data.finding import Finding, raise_first
from weldfusion.data.iso4063 import PROCESSES
from weldfusion.data.modality import Modality, ModalityKind, modality_entry, parse_modality, plain_value
from weldfusion.data.target import TargetKind, TargetLevel, TargetSpec, parse_target, target_entry
from weldfusion.data.text import load_yaml
from weldfusion.errors import CardError, did_you_mean

__all__ = [
    "CARD_VERSION",
    "Card",
    "Modality",
    "ModalityKind",
    "TargetKind",
    "TargetLevel",
    "TargetSpec",
    "parse_card",
    "read_card",
    "write_card",
]

CARD_VERSION = 1
RESERVED = ("weld", "active_from", "active_to", "exclude", "speed_mm_s", "split")
# Names of schema.org/Dataset and MLCommons Croissant 1.0.
ABOUT = (
    "description", "license", "url", "citeAs", "version", "datePublished", "creator", "keywords",
    "publisher", "sameAs", "inLanguage", "isBasedOn", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """A whole data-set card; `about` keeps the descriptive fields (licence, source, citation …)."""

    name: str
    process: int
    material: str
    modalities: Mapping[str, Modality]
    targets: Mapping[str, TargetSpec]
    groups: tuple[str, ...] = ()
    group: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    version: int = CARD_VERSION


def read_card(path: Path) -> Card:
    """The card of a data set.

    Raises:
        CardError: one line with file, full key (`modalities.sound.rte`), what is wrong and what would be
            right; the number of further problems is told.
    """
    card, findings = parse_card(Path(path))
    raise_first(findings, CardError)
    return card


def write_card(card: Card, path: Path) -> None:
    """Write the card as YAML, whole or not at all; `read_card` gives an equal card."""
    content: dict[str, Any] = {"weldfusion": card.version, "name": card.name}
    content |= {name: plain_value(card.about[name]) for name in ABOUT if name in card.about}
    content |= {"process": card.process, "material": card.material}
    content["modalities"] = {name: modality_entry(m) for name, m in card.modalities.items()}
    content["targets"] = {name: target_entry(t) for name, t in card.targets.items()}
    if card.groups:
        content |= {"groups": list(card.groups), "group": card.group}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    write_text(Path(path), text)


def parse_card(path: Path) -> tuple[Card, list[Finding]]:
    """The card with every problem noted; entries with a problem hold their defaults.

    Raises CardError only where the file cannot be read as YAML at all.
    """
    findings: list[Finding] = []

    def note(key: str, message: str) -> None:
        findings.append(Finding("error", "card", message, str(path), field=key.rstrip(".")))

    fields = Fields(load_yaml(path, CardError), "", note)
    _check_version(fields)
    groups = fields.texts("groups")
    card = Card(
        name=fields.text("name", needed=True),
        process=_process(fields),
        material=fields.text("material"),
        modalities=_entries("modalities", parse_modality, fields, note),
        targets=_entries("targets", parse_target, fields, note),
        groups=groups,
        group=_group(groups, fields),
        about=_about(fields),
    )
    _check_columns(card, fields)
    _check_masks(card, fields)
    fields.close()
    return card, findings


def _check_version(fields: Fields) -> None:
    found = fields.value("weldfusion")
    if found is None:
        fields.note("weldfusion", f"is missing; write `weldfusion: {CARD_VERSION}` (version of the card)")
    elif found != CARD_VERSION or isinstance(found, bool):
        fields.note(
            "weldfusion", f"card version {found!r} is unknown to this program; it reads {CARD_VERSION}"
        )


def _process(fields: Fields) -> int:
    found = fields.value("process")
    if found is None:
        fields.note("process", "is missing; write the ISO 4063 number, such as 135 (MAG) or 0 (not stated)")
    elif isinstance(found, bool) or not isinstance(found, int):
        fields.note("process", f"must be an ISO 4063 number such as 135 (MAG), is {found!r}")
    elif found not in PROCESSES:
        known = did_you_mean(str(found), (str(number) for number in PROCESSES))
        fields.note("process", f"{found} is no known ISO 4063 number; {known}")
    else:
        return found
    return 0


def _entries(section: str, parse: Any, fields: Fields, note: Any) -> dict[str, Any]:
    content = fields.mapping(section)
    if not content and not isinstance(fields.value(section), str | list):
        fields.note(section, "is missing or empty; a data set needs at least one")
    return {name: parse(name, Fields(entry, f"{section}.{name}", note)) for name, entry in content.items()}


def _group(groups: tuple[str, ...], fields: Fields) -> str | None:
    group = fields.text("group", groups[0] if groups else "")
    if group and group not in groups:
        fields.note("group", f"{group!r} is not among groups; {did_you_mean(group, groups)}")
        return groups[0] if groups else None
    return group or None


def _about(fields: Fields) -> dict[str, Any]:
    about: dict[str, Any] = {}
    for name in ABOUT:
        found = fields.value(name)
        if isinstance(found, date):
            found = found.isoformat()
        if found is not None:
            about[name] = plain_value(found)
    return about


def _check_columns(card: Card, fields: Fields) -> None:
    """A manifest column has one use; a target must not be an input."""
    uses: dict[str, str] = dict.fromkeys(RESERVED, "a column with a fixed meaning")
    uses |= dict.fromkeys(card.groups, "a group column")
    for name in set(RESERVED) & set(card.groups):
        fields.note("groups", f"{name!r} has a fixed meaning in the manifest; name the column otherwise")
    for target in card.targets.values():
        if target.column in RESERVED:
            fields.note(
                f"targets.{target.name}.column", f"{target.column!r} has a fixed meaning in the manifest"
            )
        uses[target.column] = f"the truth of targets.{target.name}"
    for modality in card.modalities.values():
        for column in modality.columns or ((modality.column,) if modality.column else ()):
            if column in uses and not uses[column].startswith("a group"):
                fields.note(
                    f"modalities.{modality.name}", f"column {column!r} is {uses[column]}, not an input"
                )


def _check_masks(card: Card, fields: Fields) -> None:
    """A mask outlines something in photos of the card."""
    photos = [name for name, modality in card.modalities.items() if modality.kind == "image"]
    for target in card.targets.values():
        if target.of and target.of not in photos:
            near = did_you_mean(target.of, photos)
            fields.note(f"targets.{target.name}.of", f"{target.of!r} is no modality of kind image; {near}")
