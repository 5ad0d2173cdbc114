"""One target of the card: a quantity to predict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

from weldfusion.data.fields import Fields
from weldfusion.data.iso6520 import IMPERFECTIONS, nearest_imperfections
from weldfusion.data.modality import NAME, NAME_RULE, plain_value
from weldfusion.errors import did_you_mean

TargetKind = Literal["class", "multilabel", "real"]
TargetLevel = Literal["weld", "interval", "sample"]
KINDS: tuple[TargetKind, ...] = ("class", "multilabel", "real")
LEVELS: tuple[TargetLevel, ...] = ("weld", "interval", "sample")


@dataclass(frozen=True)
class TargetSpec:
    """One quantity to predict.

    `level`: `weld` (one value a weld, in manifest column `column`), `interval` (`column` holds the
    path of a CSV with `t0_s,t1_s,value`), `sample` (`column` holds the path of an array read like a
    waveform at `rate` Hz). `column` is the target's name by default. `codes` maps classes to
    ISO 6520-1 numbers where they apply.
    """

    name: str
    kind: TargetKind
    level: TargetLevel = "weld"
    column: str = ""
    classes: tuple[str, ...] = ()
    codes: Mapping[str, int] = field(default_factory=dict)
    unit: str = ""
    rate: Fraction | None = None
    description: str = ""


def parse_target(name: str, fields: Fields) -> TargetSpec:
    """The target of a card's entry; problems are noted in `fields`."""
    if not NAME.fullmatch(name):
        fields.note("", f"bad name {name!r}; {NAME_RULE}")
    kind = cast(TargetKind, fields.choice("kind", KINDS, "") or "class")
    level = cast(TargetLevel, fields.choice("level", LEVELS, "weld"))
    target = TargetSpec(
        name=name,
        kind=kind,
        level=level,
        column=fields.text("column", name),
        classes=_classes(kind, fields),
        codes=fields.mapping("codes"),
        unit=fields.text("unit"),
        rate=fields.rate("rate"),
        description=fields.text("description"),
    )
    fields.close()
    _check_codes(target, fields)
    if kind != "real" and target.unit:
        fields.note("unit", f"a target of kind {kind} has no unit; leave it out")
    if level == "sample" and fields.value("rate") is None:
        fields.note("rate", "is missing; a target of level sample needs its rate in Hz")
    if level != "sample" and fields.value("rate") is not None:
        fields.note("rate", f"a target of level {level} has no rate; leave it out")
    return target


def _classes(kind: str, fields: Fields) -> tuple[str, ...]:
    classes = fields.texts("classes")
    least = {"class": 2, "multilabel": 1, "real": 0}[kind]
    if kind == "real" and classes:
        fields.note("classes", "a real target has no classes; leave them out")
    elif len(set(classes)) < least:
        fields.note("classes", f"lists {len(set(classes))}; a target of kind {kind} needs at least {least}")
    for name in classes:
        if ";" in name or name != name.strip() or name == "-":
            fields.note("classes", f"bad class name {name!r}; no `;`, no space at its ends, not `-` alone")
    return classes


def _check_codes(target: TargetSpec, fields: Fields) -> None:
    for name, code in target.codes.items():
        if name not in target.classes:
            fields.note(f"codes.{name}", f"is not a class; {did_you_mean(name, target.classes)}")
        if isinstance(code, bool) or not isinstance(code, int):
            fields.note(f"codes.{name}", f"must be an ISO 6520-1 number such as 401, is {code!r}")
        elif code not in IMPERFECTIONS:
            fields.note(
                f"codes.{name}", f"{code} is no known ISO 6520-1 number; {nearest_imperfections(code)}"
            )


def target_entry(target: TargetSpec) -> dict[str, Any]:
    """The entry of a target in the card's YAML; what is at its default is left out."""
    plain = TargetSpec(target.name, target.kind, column=target.name)
    entry: dict[str, Any] = {"kind": target.kind}
    for name in ("level", "column", "classes", "codes", "unit", "rate", "description"):
        if getattr(target, name) not in (getattr(plain, name), ""):
            entry[name] = plain_value(getattr(target, name))
    return entry
