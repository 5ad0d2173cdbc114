"""Opens every recording once, one at a time, and notes what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from weldfusion.data.address import file_of
from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.checks.content import WHOLE, Content, content_of, impossible
from weldfusion.data.checks.dense import odd_truth
from weldfusion.data.checks.masks import check_mask
from weldfusion.data.finding import Finding, Level
from weldfusion.data.manifest import Weld
from weldfusion.data.truths import truth_of_weld
from weldfusion.errors import ReadError

IMAGES = ("image", "image_sequence")


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
            if target.kind == "mask" and not absent:
                yield from check_mask(target, card.modalities.get(target.of), weld)
            else:
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
        if not file_of(path).is_file():
            what = "is a folder" if path.is_dir() else "no such file"
            message = f"{what}; correct the path or leave the cell empty"
            yield _finding("error", "missing-file", weld, path, name, message)


def _check_files(modality: Modality, weld: Weld, paths: Sequence[Path], seen: Seen) -> Iterator[Finding]:
    whole, image = modality.kind == "image_sequence", modality.kind in IMAGES
    for some in [paths] if whole else [(path,) for path in paths]:
        try:
            content = content_of(modality, some, _active(modality, weld))
        except ReadError as problem:
            yield _finding("error", "unreadable", weld, "", modality.name, str(problem))
            continue
        yield from _check_count(modality, weld, some[0], content, seen)
        yield from _check_values(modality, weld, some[0], content)
        yield from _check_twin(modality, weld, some[0], content, seen)
        facts = seen.facts[weld.id]
        if modality.timed and modality.rate:
            count = content.shape[0 if whole else -1]
            facts[f"duration of {modality.name}"] = float(count / modality.rate)
        if image:
            facts[f"height of {modality.name}"], facts[f"width of {modality.name}"] = content.shape[-3:-1]
    if modality.kind == "image":
        seen.facts[weld.id][f"count of {modality.name}"] = len(paths)


def _active(modality: Modality, weld: Weld) -> slice:
    """The samples within the active part of the weld; all where none is marked or the rate is unknown."""
    if modality.rate is None:
        return WHOLE
    offset, rate = weld.offset_s.get(modality.name, modality.offset_s), float(modality.rate)
    ends = [
        end if end is None else max(round((end - offset) * rate), 0)
        for end in (weld.active_from, weld.active_to)
    ]
    return slice(*ends)


def _check_values(modality: Modality, weld: Weld, path: Path, content: Content) -> Iterator[Finding]:
    missing, infinite, where = content.missing, content.infinite, f"modalities.{modality.name}"
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
    if message := impossible(modality, content):
        yield _finding("warning", "impossible-temperature", weld, path, modality.name, message)
    for code, channel, message in content.odd:
        place = f"{modality.name}.{channel}" if channel else modality.name
        yield _finding("warning", code, weld, path, place, message)
    if modality.kind in IMAGES:
        height, width = content.shape[-3:-1]
        if modality.size and (height, width) != modality.size:
            expected = "x".join(map(str, modality.size))
            message = f"is {height}x{width} pixels, the card says {expected}; it is resized"
            yield _finding("warning", "wrong-shape", weld, path, modality.name, message)
        if content.low == content.high:
            yield _finding("warning", "constant", weld, path, modality.name, "every pixel is the same")


def _check_count(
    modality: Modality, weld: Weld, path: Path, content: Content, seen: Seen
) -> Iterator[Finding]:
    """Where the card names no channels, every recording has as many as the first."""
    image = modality.kind in IMAGES
    found = content.shape[-1 if image else 0]
    first = seen.counts.setdefault(modality.name, found)
    if found != first and not modality.channels and not (image and found in (1, 4) and first == 3):
        message = f"has {found} channels, the first recording has {first}; correct it or leave it out"
        yield _finding("error", "wrong-shape", weld, path, modality.name, message)


def _check_twin(
    modality: Modality, weld: Weld, path: Path, content: Content, seen: Seen
) -> Iterator[Finding]:
    """The same content under two ids puts one recording on both sides of a split."""
    if modality.kind == "table" and not modality.timed:
        return
    other, file = seen.digests.setdefault((modality.name, content.digest), (weld, path))
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
