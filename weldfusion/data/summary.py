"""What a data set holds, as plain tables: classes, durations, rates, what is missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tqdm import tqdm

from weldfusion.data.card import Modality, TargetSpec
from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import frames_in
from weldfusion.data.iso4063 import PROCESSES
from weldfusion.data.manifest import Weld
from weldfusion.data.readers.find import probe
from weldfusion.data.summary_along import events, ranges
from weldfusion.data.target import WITH_UNIT
from weldfusion.errors import ReadError

Table = list[dict[str, object]]


def summarise(dataset: Dataset, progress: bool = True) -> dict[str, Table]:
    """Tables `data`, `classes`, `events` (along the welds), `values`, `modalities`; rows map column names
    to plain values.

    Lengths are read from the files' headers where the format has one. Files that cannot be read are
    counted (`unreadable`), not raised: the check tells what is wrong with them.
    """
    welds = dataset.welds
    targets = dataset.card.targets.values()
    ends_s: dict[str, float] = {}
    modalities = [
        _modality(modality, welds, progress, ends_s) for modality in dataset.card.modalities.values()
    ]
    return {
        "data": _data(dataset),
        "classes": [row for t in targets for row in _classes(t, welds, dataset.card.group)],
        "events": [row for t in targets for row in events(t, welds, ends_s)],
        "values": [_values(t, welds) for t in targets if t.kind in WITH_UNIT],
        "modalities": modalities,
    }


def format_summary(summary: Mapping[str, Table]) -> str:
    """The tables as aligned text.

    >>> print(format_summary({"classes": [{"class": "ok", "welds": 12}, {"class": "pore", "welds": 3}]}))
    classes
      class  welds
      ok     12
      pore   3
    """
    return "\n\n".join(f"{name}\n{_aligned(rows)}" for name, rows in summary.items() if rows)


def _data(dataset: Dataset) -> Table:
    card = dataset.card
    groups = {name: len({weld.groups[name] for weld in dataset.welds}) for name in card.groups}
    rows = {
        "name": card.name,
        "process": f"{card.process} {PROCESSES[card.process]}",
        "material": card.material,
        "license": card.about.get("license", "not stated"),
        "welds": len(dataset.welds),
        "excluded": len(dataset.excluded),
        **{f"groups ({name})": count for name, count in groups.items()},
    }
    return [{"field": field, "value": value} for field, value in rows.items()]


def _classes(target: TargetSpec, welds: Sequence[Weld], group: str | None) -> Table:
    if target.kind == "real" or target.level != "weld":
        return []
    counts: Counter[str] = Counter()
    homes: dict[str, set[str]] = {name: set() for name in target.classes}
    for weld in welds:
        value = weld.targets.get(target.name)
        for name in _labels(target, value):
            counts[name] += 1
            homes[name].add(weld.groups[group] if group else weld.id)
    absent = sum(weld.targets.get(target.name) is None for weld in welds)
    rows: Table = [
        {
            "target": target.name,
            "class": name,
            "ISO 6520-1": target.codes.get(name, ""),
            "welds": counts[name],
            "groups": len(homes[name]) if group else "",
        }
        for name in target.classes
    ]
    unknown = {"target": target.name, "class": "(unknown)", "ISO 6520-1": "", "welds": absent, "groups": ""}
    return rows + ([unknown] if absent else [])


def _labels(target: TargetSpec, value: object) -> tuple[str, ...]:
    """The classes that a weld has; of a mask the one that it outlines."""
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else target.classes if isinstance(value, Path) else ()


def _values(target: TargetSpec, welds: Sequence[Weld]) -> dict[str, object]:
    """A truth along the weld counts with its least, median and largest value; the median is of the welds'."""
    found = [value for weld in welds if isinstance(value := weld.targets.get(target.name), float)]
    along = list(ranges(target, welds)) if target.level != "weld" else [(value,) * 3 for value in found]
    row: dict[str, object] = {"target": target.name, "unit": target.unit, "level": target.level}
    row |= {"known": sum(weld.targets.get(target.name) is not None for weld in welds)}
    if not along:
        return row | _spread([])
    least, middle, most = zip(*along, strict=True)
    return row | {"least": min(least), "median": median(middle), "most": max(most)}


def _modality(
    modality: Modality, welds: Sequence[Weld], progress: bool, ends_s: dict[str, float]
) -> dict[str, object]:
    """The row of one modality; `ends_s` takes how long the longest recording of each weld lasts."""
    having = [weld for weld in welds if weld.has(modality.name)]
    files = [(weld.id, path) for weld in having for path in weld.files.get(modality.name, ())]
    samples: Counter[str] = Counter()  # weld → samples or frames of all its files
    sizes: Counter[str] = Counter()
    unreadable = 0
    for weld, path in tqdm(
        files, modality.name, unit="file", disable=None if progress else True, leave=False
    ):
        try:
            shape = probe(path, modality.reader).shape
        except ReadError:
            unreadable += 1
            continue
        if modality.kind in ("image", "image_sequence"):
            sizes["x".join(map(str, _pixels(shape)))] += 1
        samples[weld] += frames_in(shape) if modality.kind == "image_sequence" else shape[-1]
    rate = modality.rate if modality.timed else None
    lengths = [float(count / rate) for count in samples.values()] if rate else []
    for weld, length in zip(samples, lengths, strict=False):
        ends_s[weld] = max(length, ends_s.get(weld, 0.0))
    size = ", ".join(f"{size} ({count})" for size, count in sizes.most_common(3))
    if axis := modality.wavelengths_nm:
        size = f"{axis[0]:g} to {axis[-1]:g} nm"
    return {
        "modality": modality.name,
        "kind": modality.kind,
        "unit": modality.unit,
        "rate Hz": float(modality.rate) if modality.rate else "",
        "channels": len(modality.channels) or "",
        "welds": len(having),
        "missing": len(welds) - len(having),
        "files": len(files),
        "unreadable": unreadable,
        **{f"{name} s": value for name, value in _spread(lengths).items()},
        "size": size,
    }


def _pixels(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Height and width; the readers give images with a last axis of channels."""
    return shape[-3:-1]


def _spread(values: Sequence[float]) -> dict[str, object]:
    if not values:
        return {"least": "", "median": "", "most": ""}
    return {"least": min(values), "median": median(values), "most": max(values)}


def _aligned(rows: Table) -> str:
    header = list(rows[0])
    cells = [header, *([_short(row.get(name, "")) for name in header] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
