"""Opens every recording once, one at a time, and notes what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.checks.dense import odd_truth
from weldfusion.data.checks.signal import oddity, share_missing
from weldfusion.data.finding import Finding, Level
from weldfusion.data.manifest import Weld
from weldfusion.data.recording import read_frames, read_photo, read_row, read_signal
from weldfusion.data.truths import truth_of_weld
from weldfusion.errors import ReadError

ODD = {
    "dead": "is 0 throughout; is the sensor connected?",
    "constant": "never changes; is the sensor connected?",
    "clipped": "is cut off at its largest or smallest value; lower the gain",
}


@dataclass
class Seen:
    """What the pass over the recordings leaves behind for later checks.

    `digests`: (modality, digest of the content) → (weld, file) that had it first; `counts`: modality →
    channels of its first recording; `facts`: weld id → number by name (duration, count, height, width),
    which must not give the label away.
    """

    digests: dict[tuple[str, bytes], tuple[Weld, Path]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    facts: dict[str, dict[str, float]] = field(default_factory=dict)


def check_weld(card: Card, weld: Weld, seen: Seen) -> Iterator[Finding]:
    """Findings in the recordings of one weld."""
    seen.facts[weld.id] = {}
    if not any(weld.has(name) for name in card.modalities):
        yield _finding("error", "no-recording", weld, "", "", "has no recording and no values; exclude it")
    for name, paths in weld.files.items():
        absent = list(_absent(weld, name, paths))
        yield from absent
        if not absent:
            yield from _check_files(card.modalities[name], weld, paths, seen)
    for name, target in card.targets.items():
        truth = weld.targets.get(name)
        if isinstance(truth, Path):
            absent = list(_absent(weld, name, [truth]))
            yield from absent or _check_truth(target, weld, seen.facts[weld.id])
    yield from _check_times(card, weld, seen.facts[weld.id])


def _check_truth(target: TargetSpec, weld: Weld, facts: dict[str, float]) -> Iterator[Finding]:
    try:
        truth_of_weld(replace(target, steps=1), weld, np.array([[0.0, 1.0]]))
        if target.dense:
            ends = [value for name, value in facts.items() if name.startswith("duration of ")]
            odd = odd_truth(target, weld, max(ends, default=None))
            yield from (_finding("warning", code, weld, "", target.name, text) for code, text in odd)
    except ReadError as problem:
        yield _finding("error", "unreadable", weld, "", target.name, str(problem))


def _absent(weld: Weld, name: str, paths: Sequence[Path]) -> Iterator[Finding]:
    for path in paths:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "no such file"
            message = f"{what}; correct the path or leave the cell empty"
            yield _finding("error", "missing-file", weld, path, name, message)


def _check_files(modality: Modality, weld: Weld, paths: Sequence[Path], seen: Seen) -> Iterator[Finding]:
    whole = modality.kind == "image_sequence"
    for some in [paths] if whole else [(path,) for path in paths]:
        try:
            values = _read(modality, some)
        except ReadError as problem:
            yield _finding("error", "unreadable", weld, "", modality.name, str(problem))
            continue
        yield from _check_count(modality, weld, some[0], values, seen)
        yield from _check_values(modality, weld, some[0], values)
        yield from _check_twin(modality, weld, some[0], values, seen)
        facts = seen.facts[weld.id]
        if modality.timed and modality.rate:
            count = len(values) if whole else values.shape[-1]
            facts[f"duration of {modality.name}"] = float(count / modality.rate)
        if modality.kind in ("image", "image_sequence"):
            facts[f"height of {modality.name}"], facts[f"width of {modality.name}"] = values.shape[-3:-1]
    if modality.kind == "image":
        seen.facts[weld.id][f"count of {modality.name}"] = len(paths)


def _read(modality: Modality, paths: Sequence[Path]) -> np.ndarray:
    if modality.kind == "image_sequence":
        return read_frames(modality, paths).values
    if modality.kind == "image":
        return read_photo(modality, paths[0])
    return read_signal(modality, paths[0]).values if modality.timed else read_row(modality, paths[0])


def _check_values(modality: Modality, weld: Weld, path: Path, values: np.ndarray) -> Iterator[Finding]:
    if values.dtype.kind == "f":
        missing, infinite = share_missing(values)
        where = f"modalities.{modality.name}"
        if infinite:
            yield _finding("error", "infinite", weld, path, modality.name, f"{infinite} values are infinite")
        if missing and modality.missing == "error":
            message = f"{missing:.2%} of the values are NaN; repair the file or set {where}.missing: nan"
            yield _finding("error", "undeclared-missing", weld, path, modality.name, message)
        elif missing > modality.max_missing:
            message = (
                f"{missing:.2%} of the values are NaN; {where}.max_missing permits {modality.max_missing:.2%}"
            )
            yield _finding("error", "too-much-missing", weld, path, modality.name, message)
    if modality.kind in ("image", "image_sequence"):
        height, width = values.shape[-3:-1]
        if modality.size and (height, width) != modality.size:
            expected = "x".join(map(str, modality.size))
            message = f"is {height}x{width} pixels, the card says {expected}; it is resized"
            yield _finding("warning", "wrong-shape", weld, path, modality.name, message)
        if values.min() == values.max():
            yield _finding("warning", "constant", weld, path, modality.name, "every pixel is the same")
    elif modality.timed:
        names = modality.channels or tuple(str(number) for number in range(1, len(values) + 1))
        for channel, samples in zip(names, values, strict=True):
            if odd := oddity(samples):
                place = f"{modality.name}.{channel}" if len(names) > 1 else modality.name
                yield _finding("warning", odd, weld, path, place, ODD[odd])


def _check_count(
    modality: Modality, weld: Weld, path: Path, values: np.ndarray, seen: Seen
) -> Iterator[Finding]:
    """Where the card names no channels, every recording has as many as the first."""
    image = modality.kind in ("image", "image_sequence")
    found = values.shape[-1] if image else len(values)
    first = seen.counts.setdefault(modality.name, found)
    if found != first and not modality.channels and not (image and found in (1, 4) and first == 3):
        message = f"has {found} channels, the first recording has {first}; correct it or leave it out"
        yield _finding("error", "wrong-shape", weld, path, modality.name, message)


def _check_twin(
    modality: Modality, weld: Weld, path: Path, values: np.ndarray, seen: Seen
) -> Iterator[Finding]:
    """The same content under two ids puts one recording on both sides of a split."""
    if modality.kind == "table" and not modality.timed:
        return
    digest = blake2b(np.ascontiguousarray(values).view(np.uint8).data, digest_size=16).digest()
    other, file = seen.digests.setdefault((modality.name, digest), (weld, path))
    if other.id != weld.id:
        level: Level = "error" if modality.timed else "warning"
        message = f"has the same content as {file.name} of weld {other.id!r} (row {other.row}); remove one"
        yield _finding(level, "identical-content", weld, path, modality.name, message)


def _check_times(card: Card, weld: Weld, facts: dict[str, float]) -> Iterator[Finding]:
    """Recordings of one weld should last equally long, and hold its active part."""
    spans = {}
    for name, modality in card.modalities.items():
        if (seconds := facts.get(f"duration of {name}")) is not None:
            start = weld.offset_s.get(name, modality.offset_s)
            spans[name] = (start, start + seconds)
    if not spans:
        return
    long, short = (pick(spans, key=lambda name: spans[name][1] - spans[name][0]) for pick in (max, min))
    longest, shortest = spans[long][1] - spans[long][0], spans[short][1] - spans[short][0]
    if longest > 1.1 * shortest:
        message = f"lasts {shortest:.4g} s, {long!r} {longest:.4g} s; check both rates (gaps are masked)"
        yield _finding("warning", "rate-and-length", weld, "", short, message)
    end = max(end for _, end in spans.values())
    if weld.active_from is not None and weld.active_from >= end:
        message = f"active_from = {weld.active_from:g} s lies after the end of every recording ({end:.4g} s)"
        yield _finding("error", "active-part", weld, "", "active_from", message)
    elif weld.active_to is not None and weld.active_to > end * 1.001:
        message = f"active_to = {weld.active_to:g} s lies after the end of every recording ({end:.4g} s)"
        yield _finding("warning", "active-part", weld, "", "active_to", message)


def _finding(level: Level, code: str, weld: Weld, path: Path | str, place: str, message: str) -> Finding:
    """A finding about a weld, in the manifest (whose name the caller adds) at the weld's row."""
    about = f"weld {weld.id!r}" if not path else f"{path} of weld {weld.id!r}"
    return Finding(level, code, f"{about}: {message}", "", weld.row, place)
