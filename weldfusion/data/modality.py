"""One modality of the card: what a sensor gives and how its recordings are stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

from weldfusion.data.fields import Fields
from weldfusion.data.wavelengths import channels_of, parse_wavelengths, wavelengths_entry

ModalityKind = Literal["waveform", "image", "table", "image_sequence", "spectrum_sequence"]
KINDS: tuple[ModalityKind, ...] = ("waveform", "image", "table", "image_sequence", "spectrum_sequence")
OVER_TIME: tuple[ModalityKind, ...] = ("waveform", "image_sequence", "spectrum_sequence")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
NAME_RULE = "a name is a letter followed by letters, digits or _"


@dataclass(frozen=True)
class Modality:
    """One sensor (or set of settings) of the data set.

    A *timed* modality has a sample, row or frame every `1/rate` seconds; sample `i` was taken at
    `offset_s + i / (rate * (1 + clock_ppm * 1e-6))` seconds on the weld's own clock (decision 6).
    A modality that is not timed belongs to the weld as a whole: process parameters, photos taken
    afterwards; it is given with every window of the weld.

    `column` names the manifest column with the file path (several paths: separated by `;`, or a
    glob). A table of the manifest itself has `columns` instead. `reader` holds options of the file
    format's reader: which columns of a CSV, where its header ends, the key inside an NPZ. Without
    `channels` every recording has as many as the first. `missing: nan` permits up to `max_missing` (a
    share) of the values of a recording to be NaN. `given` is no entry of the card: where `channels` picks and
    orders channels for a run (`data.alignment`), it names those that the files give. A spectrum sequence has
    its wavelengths in nm, rising, one a channel; they name its channels.
    """

    name: str
    kind: ModalityKind
    timed: bool
    unit: str = ""
    rate: Fraction | None = None
    channels: tuple[str, ...] = ()
    column: str | None = None
    columns: tuple[str, ...] = ()
    reader: Mapping[str, Any] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    missing: Literal["error", "nan"] = "error"
    max_missing: float = 0.0
    offset_s: float = 0.0
    clock_ppm: float = 0.0
    description: str = ""
    given: tuple[str, ...] = ()
    wavelengths_nm: tuple[float, ...] = ()


def parse_modality(name: str, fields: Fields) -> Modality:
    """The modality of a card's entry; problems are noted in `fields`."""
    if not NAME.fullmatch(name):
        fields.note("", f"bad name {name!r}; {NAME_RULE}")
    asked = fields.choice("kind", KINDS)
    if not asked:
        fields.hush()
    kind = cast(ModalityKind, asked or "waveform")
    timed = fields.flag("timed", kind in OVER_TIME)
    if kind != "table" and timed == (kind == "image"):
        fields.note("timed", f"a modality of kind {kind} is {'not ' if timed else ''}timed; "
                    "photos over time are an image_sequence, values per weld a table")  # fmt: skip
    channels, columns = fields.texts("channels"), fields.texts("columns")
    wavelengths = _wavelengths(kind, fields)
    missing, max_missing = _missing(fields)
    modality = Modality(
        name=name,
        kind=kind,
        timed=timed,
        unit=fields.text("unit"),
        rate=fields.rate("rate"),
        channels=channels_of(wavelengths) or channels or columns,
        column=fields.text("column") or None,
        columns=columns,
        reader=fields.mapping("reader"),
        size=_size(kind, fields),
        missing=missing,
        max_missing=max_missing,
        offset_s=fields.number("offset_s", 0.0, -1e6, 1e6),
        clock_ppm=fields.number("clock_ppm", 0.0, -1e5, 1e5),
        description=fields.text("description"),
        wavelengths_nm=wavelengths,
    )
    fields.close()
    _check_together(modality, fields)
    return modality


def _missing(fields: Fields) -> tuple[Literal["error", "nan"], float]:
    missing = cast(Literal["error", "nan"], fields.choice("missing", ("error", "nan"), "error"))
    max_missing = fields.number("max_missing", 0.0, 0.0, 1.0)
    if missing == "error" and max_missing > 0:
        fields.note("max_missing", "needs `missing: nan` beside it")
    if missing == "nan" and fields.value("max_missing") is None:
        fields.note("max_missing", "is missing; say which share of a recording may be NaN, such as 0.05")
    return missing, max_missing


def _size(kind: str, fields: Fields) -> tuple[int, int] | None:
    found = fields.value("size")
    if found is None:
        return None
    if kind not in ("image", "image_sequence"):
        fields.note("size", f"a {kind} has no size; leave it out")
        return None
    whole = isinstance(found, list | tuple) and all(
        isinstance(n, int) and not isinstance(n, bool) for n in found
    )
    if not whole or len(found) != 2 or min(found) < 1:
        fields.note("size", f"must be [height, width] in pixels, is {found!r}")
        return None
    return (found[0], found[1])


def _wavelengths(kind: str, fields: Fields) -> tuple[float, ...]:
    if kind == "spectrum_sequence":
        if fields.texts("channels"):
            fields.note("channels", "a spectrum_sequence has its wavelengths_nm instead; leave it out")
        return parse_wavelengths(fields)
    if fields.value("wavelengths_nm") is not None:
        fields.note("wavelengths_nm", f"only a spectrum_sequence has wavelengths, not a {kind}; leave it out")
    return ()


def _check_together(modality: Modality, fields: Fields) -> None:
    """What one entry of a modality says about another."""
    if modality.timed and modality.rate is None and fields.value("rate") is None:
        fields.note("rate", "is missing; a timed modality needs its rate in Hz")
    if not modality.timed:
        for name in ("rate", "offset_s", "clock_ppm"):
            if fields.value(name) is not None:
                fields.note(name, "only a timed modality has it; leave it out or set `timed: true`")
    if modality.columns and (modality.kind != "table" or modality.timed):
        fields.note("columns", "only a table that is not timed has values in the manifest; use `column`")
    if bool(modality.column) == bool(modality.columns):
        both = "`column` (manifest column with the file path)" + (
            " or `columns` (manifest columns with the values)" if modality.kind == "table" else ""
        )
        fields.note("column", f"give {both}{', not both' if modality.column else ''}")
    if modality.columns and len(modality.channels) != len(modality.columns):
        fields.note(
            "channels", f"names {len(modality.channels)} channels for {len(modality.columns)} columns"
        )
    if modality.columns and modality.reader:
        fields.note("reader", "values in the manifest need no reader; leave it out")


def modality_entry(modality: Modality) -> dict[str, Any]:
    """The entry of a modality in the card's YAML; what is at its default is left out."""
    plain = Modality(modality.name, modality.kind, modality.kind in OVER_TIME)
    entry: dict[str, Any] = {"kind": modality.kind}
    for name in ("timed", "unit", "rate", "channels", "column", "columns", "reader", "size"):
        entry[name] = getattr(modality, name)
    for name in ("missing", "max_missing", "offset_s", "clock_ppm", "description"):
        entry[name] = getattr(modality, name)
    if modality.channels == modality.columns or modality.wavelengths_nm:
        del entry["channels"]
    entry["wavelengths_nm"] = wavelengths_entry(modality.wavelengths_nm) if modality.wavelengths_nm else ()
    kept = {k: v for k, v in entry.items() if k == "kind" or v != getattr(plain, k)}
    if modality.missing == "nan":
        kept["max_missing"] = modality.max_missing
    return {name: plain_value(value) for name, value in kept.items()}


def plain_value(value: Any) -> Any:
    """Tuples as lists and fractions as numbers or texts, as YAML holds them.

    >>> plain_value((Fraction(16000), Fraction(1, 3)))
    [16000, '1/3']
    """
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    if isinstance(value, list | tuple):
        return [plain_value(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: plain_value(entry) for key, entry in value.items()}
    return value
