"""A table of welds that lies beside the recordings: its ids, paths, labels, groups and settings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pandas as pd

from weldfusion.data.address import MARK
from weldfusion.data.init.layout import OWN, Recording
from weldfusion.data.init.sniff import SEPARATORS
from weldfusion.errors import ManifestError

RESERVED = ("active_from", "active_to", "exclude", "speed_mm_s", "split")
NAMED = re.compile(r"index|label|manifest|weld|meta|table|list|data", re.IGNORECASE)
LABEL = re.compile(
    r"label|class|defect|verdict|quality|result|target|state|status|fault|imperfection", re.IGNORECASE
)
RESULT = re.compile(
    r"strength|pull|shear|hardness|penetrat|depth|height|density|poros|nugget|diameter|tensile|force_n|"
    r"width|gap|target|result|score",
    re.IGNORECASE,
)
GROUP = re.compile(
    r"day|date|session|workpiece|work_piece|batch|lot|shift|operator|machine|folder|config|part|plate|"
    r"sample|material|series|experiment|run|seam|subject|fold|station|tool",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"(^|_)(id|key|name|weld|nr|no|number|run|sample|uid)s?($|_)", re.IGNORECASE)
IGNORED = re.compile(
    r"^(index|time|timestamp|comment|remarks?|note|unnamed.*|rows?|duration.*)$", re.IGNORECASE
)


@dataclass(frozen=True)
class IndexTable:
    """The table as text and what its columns seem to be."""

    file: Path
    frame: pd.DataFrame
    id: str | None
    paths: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())


def find_table(folder: Path, recordings: Sequence[Recording]) -> IndexTable | None:
    """The table at the top of the folder whose rows name the most recordings, if there is one."""
    tables = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in (".csv", ".tsv", ".parquet") and path.name not in OWN
    ]
    stems = [recording.stem for recording in recordings]
    tables = [
        path
        for path in tables
        if NAMED.search(path.stem) or (len(tables) == 1 and stems.count(path.stem) < 2)
    ]
    best: IndexTable | None = None
    most = 0
    for path in tables[:20]:
        others = [recording for recording in recordings if recording.path != path]
        frame = _as_text(path)
        if frame is None or frame.empty or not others:
            continue
        paths = [name for name in frame.columns if _are_paths(frame[name], folder)]
        ids, matches = _id_column(frame, others, paths)
        matches = max(matches, len(frame) if paths else 0)
        if (paths or ids) and matches > most:
            best, most = _with_roles(path, frame, ids, paths), matches
    return best


def _as_text(path: Path) -> pd.DataFrame | None:
    """The table with every value as stripped text, None where it is no table."""
    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
            frame = frame.astype(object).where(frame.notna(), "").map(str)
        else:
            text = _decoded(path.read_bytes())
            separator = max(SEPARATORS, key=text.partition("\n")[0].count)
            frame = pd.read_csv(
                StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False
            )
    except (ValueError, OSError, pd.errors.ParserError):
        return None
    frame.columns = [str(name).strip() for name in frame.columns]
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ManifestError(f"{path} row 1: column {twice!r} comes twice; give each column its own name")
    return frame.astype(object).map(lambda value: str(value).strip())


def _decoded(content: bytes) -> str:
    """Text of a table, which spreadsheets save as UTF-8 or in the Western code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _are_paths(values: pd.Series, folder: Path) -> bool:
    named = [value for value in values if value]
    files = [value.partition(MARK)[0] for value in named[:50]]
    looks = [value for value in files if re.search(r"\.\w{2,7}$", value)]
    return len(looks) > 0.5 * len(named[:50]) and any((folder / value).is_file() for value in looks)


def _id_column(
    frame: pd.DataFrame, recordings: Sequence[Recording], paths: Sequence[str]
) -> tuple[str | None, int]:
    """The column of unique values that name the most files or folders; with paths, one that is called so."""
    names = {r.stem for r in recordings} | {part for r in recordings for part in r.parts}
    names |= {re.sub(r"[_-][^_-]+$", "", stem) for stem in names}
    unique = [
        name
        for name in frame.columns
        if name not in paths and frame[name].is_unique and (frame[name] != "").all()
    ]
    counts = {name: len(set(frame[name]) & names) for name in unique}
    best = max(counts, key=lambda name: counts[name], default=None)
    if best is not None and counts[best] > 0.5 * len(frame):
        return best, counts[best]
    named = [name for name in unique if IDENTIFIER.search(name)]
    return (named[0] if named and paths else None), 0


def _with_roles(path: Path, frame: pd.DataFrame, id_column: str | None, paths: Sequence[str]) -> IndexTable:
    rest = [name for name in frame.columns if name != id_column and name not in paths]
    found: dict[str, list[str]] = {
        role: [] for role in ("labels", "results", "groups", "settings", "reserved", "left_out")
    }
    for name in rest:
        found[_role(name, frame[name])].append(name)
    if not found["labels"] and not found["results"]:
        classes = [name for name in found["left_out"] if 2 <= frame[name][frame[name] != ""].nunique() <= 20]
        found["labels"] = classes[:1]
        found["left_out"] = [name for name in found["left_out"] if name not in found["labels"]]
    return IndexTable(path, frame, id_column, tuple(paths), **{k: tuple(v) for k, v in found.items()})


def _role(name: str, values: pd.Series) -> str:
    filled = values[values != ""]
    numeric = bool(len(filled)) and bool(pd.to_numeric(filled, errors="coerce").notna().all())
    distinct = filled.nunique()
    if name in RESERVED:
        return "reserved"
    if not distinct or IGNORED.match(name):
        return "left_out"
    few = 2 <= distinct <= max(2, min(20, len(filled) // 2))
    if LABEL.search(name) and few:
        return "labels"
    if numeric and distinct > 2 and RESULT.search(name):
        return "results"
    if GROUP.search(name) and distinct < len(filled):
        return "groups"
    return "settings" if numeric and distinct > 1 else "left_out"
