"""From one row of text cells to one weld, noting what is wrong in which column."""

from collections.abc import Callable, Mapping
from math import isfinite, nan
from pathlib import Path

from weldfusion.data.address import MARK, with_inner
from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.weld import Weld
from weldfusion.errors import did_you_mean

Note = Callable[[str, str, str], None]  # code, column, message
NO_LABEL = "-"
MANY_FILES = ("image", "image_sequence")


class Row:
    """The cells of one row; problems go to `note(code, column, message)`."""

    def __init__(self, root: Path, number: int, cells: Mapping[str, str], note: Note) -> None:
        self.root = root
        self.number = number
        self._cells = cells
        self.note = note

    def text(self, column: str) -> str:
        """The cell of a column; empty where the column is absent."""
        return self._cells.get(column, "")

    def number_in(self, column: str) -> float | None:
        """The finite number of a cell; None where it is empty or wrong."""
        cell = self.text(column)
        if not cell or cell.lower() == "nan":
            return None
        try:
            value = float(cell)
        except ValueError:
            hint = cell.replace(",", ".")
            right = f"write {hint}" if _is_number(hint) else "write a number such as 12.5 or leave it empty"
            self.note("not-a-number", column, f"{cell!r} is not a number; {right}")
            return None
        if not isfinite(value):
            self.note("not-a-number", column, f"{cell!r} is not finite; write a number or leave it empty")
            return None
        return value

    def paths(self, column: str) -> tuple[Path, ...]:
        """The files of a cell: paths in the data folder, separated by `;`; a glob gives them by name. Each
        may name a place in the file (`a.h5::/force`)."""
        found: list[Path] = []
        for whole in filter(None, (piece.strip() for piece in self.text(column).split(";"))):
            piece, _, inner = whole.partition(MARK)
            if "\\" in piece or Path(piece).is_absolute() or piece[1:3] == ":/":
                self.note("bad-path", column, f"{piece!r} must be a path relative to the data folder, with /")
            elif any(mark in piece for mark in "*?["):
                matches = sorted(with_inner(path, inner) for path in self.root.glob(piece) if path.is_file())
                if not matches:
                    self.note("missing-file", column, f"no file matches {piece!r} in {self.root}")
                found.extend(matches)
            else:
                found.append(with_inner(self.root / piece, inner))
        if len(set(found)) < len(found):
            self.note("bad-path", column, f"{self.text(column)!r} names a file twice")
        return tuple(found)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def weld_of(row: Row, card: Card) -> Weld:
    """The weld of a row; entries with a problem are empty."""
    timed = [name for name, modality in card.modalities.items() if modality.timed]
    start, end = row.number_in("active_from"), row.number_in("active_to")
    if start is not None and end is not None and start >= end:
        row.note("active-part", "active_to", f"{end:g} s is not after active_from = {start:g} s")
    speed = row.number_in("speed_mm_s")
    if speed is not None and speed <= 0:
        row.note("speed", "speed_mm_s", f"{speed:g} is no travel speed; write mm/s above 0 or leave it empty")
        speed = None
    return Weld(
        id=row.text("weld"),
        row=row.number,
        groups={name: _group(row, name) for name in card.groups},
        files={name: files for name, m in card.modalities.items() if m.column and (files := _files(row, m))},
        values={
            name: values for name, m in card.modalities.items() if m.columns and (values := _values(row, m))
        },
        targets={name: _truth(row, target) for name, target in card.targets.items()},
        active_from=start,
        active_to=end,
        exclude=row.text("exclude") or None,
        speed_mm_s=speed,
        offset_s=_overrides(row, timed, "offset_s"),
        clock_ppm=_overrides(row, timed, "clock_ppm"),
        split=row.text("split") or None,
    )


def _group(row: Row, column: str) -> str:
    if not row.text(column):
        row.note("no-group", column, "is empty; every weld needs a group, or a reason in `exclude`")
    return row.text(column)


def _files(row: Row, modality: Modality) -> tuple[Path, ...]:
    column = modality.column or ""
    files = row.paths(column)
    if len(files) > 1 and modality.kind not in MANY_FILES:
        row.note("bad-path", column, f"{len(files)} files; a {modality.kind} has one file per weld")
    return files


def _values(row: Row, modality: Modality) -> tuple[float, ...]:
    if not any(row.text(column) for column in modality.columns):
        return ()
    values = tuple(nan if (v := row.number_in(c)) is None else v for c in modality.columns)
    empty = [c for c in modality.columns if row.text(c).lower() in ("", "nan")]
    if empty and modality.missing == "error":
        right = f"give a number or set modalities.{modality.name}.missing: nan in the card"
        row.note("undeclared-missing", empty[0], f"is empty; {right}")
    elif len(empty) > modality.max_missing * len(modality.columns):
        count = f"{len(empty)} of {len(modality.columns)} values of {modality.name} are missing"
        row.note(
            "too-much-missing", empty[0], f"{count}; the card permits a share of {modality.max_missing:g}"
        )
    return values


def _truth(row: Row, target: TargetSpec) -> str | tuple[str, ...] | float | Path | None:
    """The truth of one target; None where it is absent (or wrong, which is noted)."""
    cell = row.text(target.column)
    if not cell:
        return None
    if target.level != "weld" or target.kind == "mask":
        files = row.paths(target.column)
        if len(files) > 1:
            row.note("bad-path", target.column, f"{len(files)} files; the truth of a weld is one file")
        return files[0] if files else None
    if target.kind == "real":
        return row.number_in(target.column)
    names = [cell] if target.kind == "class" else [piece.strip() for piece in cell.split(";")]
    if target.kind == "multilabel" and names == [NO_LABEL]:
        return ()
    for name in names:
        if name not in target.classes:
            near = did_you_mean(name, target.classes)
            row.note("unknown-class", target.column, f"{name!r} is not a class of {target.name}; {near}")
            return None
    if len(set(names)) < len(names):
        row.note("unknown-class", target.column, f"{cell!r} names a class twice")
    return names[0] if target.kind == "class" else tuple(names)


def _overrides(row: Row, modalities: list[str], name: str) -> dict[str, float]:
    found = {modality: row.number_in(f"{modality}.{name}") for modality in modalities}
    return {modality: value for modality, value in found.items() if value is not None}
