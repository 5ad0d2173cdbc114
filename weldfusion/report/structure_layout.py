"""Where the parts of a model stand in its drawing: boxes and arrows, numbers only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from weldfusion.systems.structure import Piece, Role, Structure, short_count

LETTER, BOLD_LETTER = 6.7, 7.5
"""Mean width in pixels of a letter of the drawing's type of 12 px."""
LINE, PADDING, GAP, ROW_GAP = 16, 10, 26, 30
LEFT, TOP, MARGIN = 96, 74, 20
LEAST_WIDTH, MOST_LETTERS = 150, 42


@dataclass(frozen=True)
class Box:
    """One box: place and size in pixels, first line bold; `dashed`: shares, or only training uses it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: Role | str
    dashed: bool = False

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Arrow:
    """From one point straight to another; `dashed` joins what shares weights and has no head."""

    x0: float
    y0: float
    x1: float
    y1: float
    dashed: bool = False


@dataclass(frozen=True)
class Layout:
    """A whole drawing; `labels` name the rows: (y, text)."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    labels: tuple[tuple[float, str], ...]


Row = tuple[str, dict[str, tuple[Role | str, tuple[str, ...], bool]]]
"""Label of a row, and its boxes by modality; a bar across all columns has the key `*`, the heads of joined
features have the keys `=target`."""


def lay_out(structure: Structure) -> Layout:
    """One column for each modality from its input down, exchanges and fusion as bars across, heads last."""
    rows = list(_rows(structure))
    names = columns(structure)
    width = max(
        [LEAST_WIDTH, *(text_width(b[1]) for _, row in rows for key, b in row.items() if key[:1] not in "*=")]
    )
    across = max(
        len(names) * (width + GAP) - GAP,
        *(_least_across(row) for _, row in rows),
    )
    width = (across + GAP) / len(names) - GAP
    places = {name: (LEFT + i * (width + GAP), width) for i, name in enumerate(names)}
    boxes, arrows, labels = _stacked(rows, places, across)
    bottom = max(box.bottom for box in boxes)
    links = _links(structure, boxes, names)
    return Layout(LEFT + across + MARGIN, bottom + 50, tuple(boxes), (*arrows, *links), tuple(labels))


def columns(structure: Structure) -> list[str]:
    """Modalities in the order of the columns: sorted, those that share an encoder beside its owner."""
    of = {next(iter(p.takes)): p.shares for p in structure.pieces if p.role == "encoder" and p.shares}
    owners = [name for name in structure.inputs if name not in of]
    return [name for owner in owners for name in (owner, *sorted(n for n, o in of.items() if o == owner))]


def text_width(lines: Sequence[str]) -> float:
    """Pixels that lines of text need in a box."""
    return max(len(lines[0]) * BOLD_LETTER, *(len(line) * LETTER for line in lines)) + 2 * PADDING


def counts(piece: Piece) -> str:
    """Parameters and multiply-adds of a part, short.

    >>> counts(Piece("head", "", "", {}, {}, 1200, 1200, 0))
    '1.2 k parameters'
    """
    if piece.own != piece.parameters:
        of = f"{short_count(piece.own)} more parameters" if piece.own else "no more parameters"
    else:
        of = f"{short_count(piece.parameters)} parameters" if piece.parameters else "no parameters"
    return of + (f" · {short_count(piece.macs)} MACs" if piece.macs else "")


def _least_across(row: Mapping[str, tuple[str, tuple[str, ...], bool]]) -> float:
    """Width that the bar or the heads of a row need."""
    heads = [text_width(lines) for key, (_, lines, _) in row.items() if key[:1] == "="]
    bars = [text_width(lines) for key, (_, lines, _) in row.items() if key == "*"]
    return max([0.0, *bars, max(heads, default=0.0) * len(heads) + GAP * (len(heads) - 1)])


def _rows(structure: Structure) -> Iterator[Row]:
    pieces = structure.pieces
    yield "sensors", {name: ("input", (name, words), False) for name, words in structure.inputs.items()}
    for role in ("selection", "encoder"):
        yield from _column_row(role, [p for p in pieces if p.role == role])
    for piece in (p for p in pieces if p.role == "exchange"):
        gives = " / ".join(dict.fromkeys(piece.gives.values()))
        yield "exchange", {"*": ("exchange", _lines(piece, f"→ {gives}"), False)}
    for later in ("trunk", "mean"):
        yield from _column_row(later, [p for p in pieces if p.role == later])
    for piece in (p for p in pieces if p.role == "penalty"):
        yield "penalty", {"*": ("penalty", _lines(piece), True)}
    late = [p for p in pieces if p.role == "late fusion"]
    heads = [p for p in pieces if p.role == "head"]
    if late:
        yield from _late_rows(structure, heads, late)
        return
    (fusion,) = (p for p in pieces if p.role == "fusion")
    yield "fusion", {"*": ("fusion", _lines(fusion, f"→ {fusion.gives['']}"), False)}
    yield "heads", {f"={p.target}": ("head", _head_lines(structure, p), False) for p in heads}


def _column_row(role: Role, pieces: Sequence[Piece]) -> Iterator[Row]:
    if pieces:
        named = [(next(iter(p.takes)), p) for p in pieces]
        yield f"{role}s", {n: (role, _lines(p, f"→ {p.gives[n]}"), bool(p.shares)) for n, p in named}


def _late_rows(structure: Structure, heads: Sequence[Piece], late: Sequence[Piece]) -> Iterator[Row]:
    """The heads of one modality in one box; one bar joins their outputs, target by target."""
    said = tuple(f"→ {target}: {words}" for target, words in structure.targets.items())
    row: dict[str, tuple[Role | str, tuple[str, ...], bool]] = {}
    for name in structure.inputs:
        own = [p for p in heads if name in p.takes]
        row[name] = ("head", (_classes(own), *said, _sum_of_counts(own)), False)
    yield "heads", row
    notes = [line for line in late[0].note.split("; ") if line]
    lines = (_classes(late), *said, _sum_of_counts(late), *notes)
    yield "late fusion", {"*": ("late fusion", lines, False)}


def _classes(pieces: Sequence[Piece]) -> str:
    return _clipped(", ".join(dict.fromkeys(p.name for p in pieces)))


def _sum_of_counts(pieces: Sequence[Piece]) -> str:
    own, everything, macs = (sum(getattr(p, name) for p in pieces) for name in ("own", "parameters", "macs"))
    return counts(replace(pieces[0], own=own, parameters=everything, macs=macs))


def _lines(piece: Piece, more: str = "") -> tuple[str, ...]:
    size = "" if piece.role == "selection" else counts(piece)
    lines = [*inner_names(piece.name), more, size, *piece.note.split("; ")]
    return tuple(_clipped(line) for line in lines if line)


def inner_names(name: str) -> list[str]:
    """The class of a part without the frames around it: those inside a set of images or a chain, in order.

    >>> inner_names("ImageSet(Chain(TorchvisionBackbone(resnet18), MapTokens))")
    ['TorchvisionBackbone(resnet18)', 'MapTokens']
    """
    for frame in ("ImageSet(", "Chain("):
        if name.startswith(frame):
            return [inner for one in _divided(name[len(frame) : -1]) for inner in inner_names(one)]
    return [name]


def _divided(text: str) -> list[str]:
    """At commas outside brackets."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


def _head_lines(structure: Structure, piece: Piece) -> tuple[str, ...]:
    said = f"{piece.target}: {structure.targets[piece.target]}"
    return (_clipped(piece.name), _clipped(f"→ {said}"), counts(piece))


def _clipped(text: str, most: int = MOST_LETTERS) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _stacked(
    rows: Sequence[Row], places: Mapping[str, tuple[float, float]], across: float
) -> tuple[list[Box], list[Arrow], list[tuple[float, str]]]:
    """Rows below each other; every box gets an arrow from what stands above it in its column."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    labels: list[tuple[float, str]] = []
    ends = {name: (x + width / 2, 0.0) for name, (x, width) in places.items()}
    y = float(TOP)
    for label, row in rows:
        height = max(len(lines) for _, lines, _ in row.values()) * LINE + 2 * PADDING
        labels.append((y + height / 2, label))
        heads = [key for key in row if key[:1] == "="]
        for key, (kind, lines, dashed) in row.items():
            if key == "*":
                box = Box(LEFT, y, across, height, lines, kind, dashed)
                above = list(ends)
            elif key[:1] == "=":
                each = (across + GAP) / len(heads) - GAP
                box = Box(LEFT + heads.index(key) * (each + GAP), y, each, height, lines, kind)
                above = []
                arrows.append(Arrow(box.middle, y - ROW_GAP, box.middle, y))
            else:
                box = Box(places[key][0], y, places[key][1], height, lines, kind, dashed)
                above = [key]
            boxes.append(box)
            for name in above:
                middle, from_y = ends[name]
                if from_y:
                    arrows.append(Arrow(middle, from_y, middle, y))
                ends[name] = (middle, box.bottom)
        y += height + ROW_GAP
    return boxes, arrows, labels


def _links(structure: Structure, boxes: Sequence[Box], names: Sequence[str]) -> Iterator[Arrow]:
    """Dashed lines between encoders that share weights; they stand side by side."""
    encoders = sorted((box for box in boxes if box.kind == "encoder"), key=lambda box: box.x)
    for left, right in pairwise(encoders):
        if right.dashed:
            middle = right.y + right.height / 2
            yield Arrow(left.x + left.width, middle, right.x, middle, dashed=True)
