"""One target of the card: a quantity to predict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

from weldfusion.data.fields import Fields
from weldfusion.data.iso6520 import IMPERFECTIONS, nearest_imperfections
from weldfusion.data.modality import NAME, NAME_RULE, plain_value
from weldfusion.errors import did_you_mean

TargetKind = Literal["class", "multilabel", "real", "intervals", "curve", "mask"]
TargetLevel = Literal["weld", "interval", "sample"]
KINDS: tuple[TargetKind, ...] = ("class", "multilabel", "real", "intervals", "curve", "mask")
LEVELS: tuple[TargetLevel, ...] = ("weld", "interval", "sample")
DENSE: dict[str, TargetLevel] = {"intervals": "interval", "curve": "sample"}
"""Kinds with a truth for every step of a window, and the one level that each can have."""
FEWEST_CLASSES = {"class": 2, "multilabel": 1, "real": 0, "intervals": 1, "curve": 0, "mask": 1}
WITH_UNIT = ("real", "curve")
SHORTEST_STEP_S = 1e-6


@dataclass(frozen=True)
class TargetSpec:
    """One quantity to predict.

    `level`: `weld` (one value a weld, in manifest column `column`), `interval` (`column` holds the
    path of a CSV with `t0_s,t1_s,value`), `sample` (`column` holds the path of an array read like a
    waveform at `rate` Hz). `column` is the target's name by default. `codes` maps classes to
    ISO 6520-1 numbers where they apply.

    A target of kind `intervals` (where in the weld is a pore) or `curve` (depth along the seam) is
    predicted in steps of `step_s` seconds; `steps` is how many of them a window has, known once the
    windows are laid out (0 before, and for the other kinds). A curve that `may_be_constant` can stay at one
    value in a weld (the depth at full penetration); of others the check asks whether it was measured.

    A target of kind `mask` (the seam in a picture) has in `column` the path of a picture that outlines its
    one class in the weld's picture of modality `of`: 0 is background. `weldfusion segment` learns it.
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
    may_be_constant: bool = False
    step_s: float | None = None
    steps: int = 0
    of: str = ""

    @property
    def dense(self) -> bool:
        """Whether every step of a window has its own truth."""
        return self.kind in DENSE

    @property
    def labels(self) -> tuple[str, ...]:
        """What is predicted at each place: the classes, or "" for a number."""
        return ("",) if self.kind in WITH_UNIT else self.classes


def parse_target(name: str, fields: Fields) -> TargetSpec:
    """The target of a card's entry; problems are noted in `fields`."""
    if not NAME.fullmatch(name):
        fields.note("", f"bad name {name!r}; {NAME_RULE}")
    asked = fields.choice("kind", KINDS)
    if not asked:
        fields.hush()
    kind = cast(TargetKind, asked or "class")
    level = cast(TargetLevel, fields.choice("level", LEVELS, DENSE.get(kind, "weld")))
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
        may_be_constant=fields.flag("may_be_constant", False),
        step_s=_step(kind, fields),
        of=_outlined(kind, fields),
    )
    fields.close()
    _check_codes(target, fields)
    only = {**DENSE, "mask": "weld"}.get(kind, level)
    if level != only:
        fields.note("level", f"{level!r}; a target of kind {kind} has level {only}")
    if kind not in WITH_UNIT and target.unit:
        fields.note("unit", f"a target of kind {kind} has no unit; leave it out")
    if target.may_be_constant and kind != "curve":
        fields.note("may_be_constant", f"a target of kind {kind} is no curve; leave it out")
    if level == "sample" and fields.value("rate") is None:
        fields.note("rate", "is missing; a target of level sample needs its rate in Hz")
    if level != "sample" and fields.value("rate") is not None:
        fields.note("rate", f"a target of level {level} has no rate; leave it out")
    return target


def _step(kind: str, fields: Fields) -> float | None:
    found = fields.value("step")
    if kind not in DENSE:
        if found is not None:
            fields.note("step", f"a target of kind {kind} has no step; leave it out")
        return None
    if found is None:
        fields.note("step", f"is missing; a target of kind {kind} needs the step of its prediction in s")
        return None
    return fields.number("step", 0.0, low=SHORTEST_STEP_S) or None


def _outlined(kind: str, fields: Fields) -> str:
    if kind == "mask" or fields.value("of") is None:
        return fields.text("of", needed=kind == "mask")
    fields.note("of", f"a target of kind {kind} outlines nothing; leave it out")
    return ""


def _classes(kind: str, fields: Fields) -> tuple[str, ...]:
    classes = fields.texts("classes")
    least = FEWEST_CLASSES[kind]
    if not least and classes:
        fields.note("classes", f"a {kind} target has no classes; leave them out")
    elif len(set(classes)) < least:
        fields.note("classes", f"lists {len(set(classes))}; a target of kind {kind} needs at least {least}")
    elif kind == "mask" and len(classes) > 1:
        fields.note("classes", f"lists {len(classes)}; a mask outlines one, such as [seam]")
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
    plain = TargetSpec(target.name, target.kind, DENSE.get(target.kind, "weld"), column=target.name)
    entry: dict[str, Any] = {"kind": target.kind}
    for name in (
        "level",
        "column",
        "classes",
        "codes",
        "unit",
        "rate",
        "description",
        "may_be_constant",
        "of",
    ):
        if getattr(target, name) not in (getattr(plain, name), ""):
            entry[name] = plain_value(getattr(target, name))
    if target.step_s is not None:
        entry["step"] = target.step_s
    return entry
