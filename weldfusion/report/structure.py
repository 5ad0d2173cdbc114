"""The structure of a model as a table and as a drawing: records in, rows or SVG out."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from weldfusion.report.structure_layout import LINE, Arrow, Box, Layout, lay_out
from weldfusion.systems.structure import CONVENTION, Structure, short_count

STYLE = """\
svg { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
text { fill: #1b2430; } .muted { fill: #5b6673; } .bold { font-weight: 600; } .title { font-size: 17px; }
.paper { fill: #ffffff; stroke: #d5dbe1; } .box { stroke-width: 1.2; } .dashed { stroke-dasharray: 5 4; }
.arrow { stroke: #7b8794; stroke-width: 1.3; fill: none; } .tip { fill: #7b8794; }
.input { fill: #f1f3f6; stroke: #9aa5b1; } .selection { fill: #f7f2ea; stroke: #a1834f; }
.encoder { fill: #e3f0fa; stroke: #0072b2; } .exchange { fill: #fde9dc; stroke: #d55e00; }
.trunk { fill: #e0f4ed; stroke: #009e73; }
.mean { fill: #f1f3f6; stroke: #9aa5b1; } .penalty { fill: #fbeef5; stroke: #b8568d; }
.fusion, .late { fill: #eee8f7; stroke: #6b4c9a; } .head { fill: #fdf4d8; stroke: #b98900; }
@media (prefers-color-scheme: dark) {
text { fill: #e8edf2; } .muted { fill: #a3afbb; } .paper { fill: #11161c; stroke: #323b45; }
.arrow { stroke: #8a96a3; } .tip { fill: #8a96a3; }
.input { fill: #232b34; stroke: #7b8794; } .selection { fill: #332b1d; stroke: #c2a46e; }
.encoder { fill: #10304a; stroke: #4fa8dc; } .exchange { fill: #45240f; stroke: #f0884a; }
.trunk { fill: #0c3a2d; stroke: #3cc39b; }
.mean { fill: #232b34; stroke: #7b8794; } .penalty { fill: #3d1d30; stroke: #dd8fba; }
.fusion, .late { fill: #2d2345; stroke: #a98bd8; } .head { fill: #3d3210; stroke: #dcb43a; }
}
"""


def structure_rows(structure: Structure) -> list[list[str]]:
    """Head and rows of a table: part, class, in, out, parameters, MACs; then the sum."""
    rows = [["part", "class", "in", "out", "parameters", "MACs"]]
    for piece in structure.pieces:
        own = f"{piece.own:,}" + (f" of {piece.parameters:,}" if piece.own != piece.parameters else "")
        takes, gives = (_joined(list(words.values())) for words in (piece.takes, piece.gives))
        part = " ".join(word for word in (piece.role, _of(piece.takes), piece.target) if word)
        rows.append([part, piece.name, takes, gives, own, f"{piece.macs:,}"])
    return [*rows, ["all", "", "", "", f"{structure.parameters:,}", f"{structure.macs:,}"]]


def structure_notes(structure: Structure) -> list[str]:
    """What a table of parts does not show, one line each."""
    notes = [f"{p.role} {_of(p.takes)}".strip() + f": {p.note}" for p in structure.pieces if p.note]
    if structure.shared:
        share = structure.shared / max(structure.parameters, 1)
        notes.append(f"{structure.shared:,} parameters ({share:.0%}) serve more than one part; counted once")
    if structure.modality_dropout:
        notes.append(f"in training each sensor is hidden with a chance of {structure.modality_dropout:.0%}")
    return [*notes, CONVENTION]


def structure_svg(structure: Structure) -> str:
    """The structure as one SVG file, for light and dark pages; the same structure gives the same text."""
    layout = lay_out(structure)
    width, height = round(layout.width), round(layout.height)
    said = f"{structure.name}: {structure.parameters:,} parameters, {structure.macs:,} multiply-adds a window"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(said)}>',
        f"<title>{escape(said)}</title>",
        f"<style>\n{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="tip" d="M0 0.8L8 4L0 7.2z"/></marker></defs>',
        f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="10"/>',
        _text(20, 32, structure.name, "bold title"),
        _text(
            20,
            52,
            f"{structure.parameters:,} parameters · {short_count(structure.macs)} MACs a window",
            "muted",
        ),
        *(_arrow(arrow) for arrow in layout.arrows),
        *(line for box in layout.boxes for line in _box(box)),
        *(_text(20, y + 4, label, "muted") for y, label in layout.labels),
        *_foot(structure, layout),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _joined(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _of(takes: Sequence[str] | object) -> str:
    names = [name for name in takes if name] if isinstance(takes, dict) else []
    return names[0] if len(names) == 1 else ""


def _foot(structure: Structure, layout: Layout) -> list[str]:
    words = "1 MAC (multiply-add) = 2 FLOPs"
    if structure.modality_dropout:
        words += f" · in training each sensor is hidden with a chance of {structure.modality_dropout:.0%}"
    if structure.shared:
        words += f" · {short_count(structure.shared)} parameters shared, counted once"
    return [_text(20, layout.height - 18, words, "muted")]


def _box(box: Box) -> list[str]:
    kind = str(box.kind).partition(" ")[0]
    radius = 16 if kind == "input" else 7
    dashed = " dashed" if box.dashed else ""
    found = [
        f'<rect class="box {kind}{dashed}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{radius}"/>'
    ]
    first = box.y + box.height / 2 - (len(box.lines) - 1) * LINE / 2 + 4
    for number, line in enumerate(box.lines):
        style = "bold" if number == 0 else "muted"
        found.append(_text(box.middle, first + number * LINE, line, style, "middle"))
    return found


def _arrow(arrow: Arrow) -> str:
    path = f'd="M{arrow.x0:.1f} {arrow.y0:.1f}L{arrow.x1:.1f} {arrow.y1:.1f}"'
    return (
        f'<path class="arrow dashed" {path}/>'
        if arrow.dashed
        else f'<path class="arrow" {path} marker-end="url(#tip)"/>'
    )


def _text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
