"""The drawing of a structure: valid XML, nothing overlaps, every part is named, equal text each time."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from weldfusion.report.structure import structure_notes, structure_rows, structure_svg
from weldfusion.report.structure_layout import columns, lay_out, text_width
from weldfusion.systems.structure import Piece, Structure

SVG = "{http://www.w3.org/2000/svg}"


def encoder(name, shares="", own=1000):
    takes, gives = {name: "1 × 64 samples"}, {name: "8 tokens × 4"}
    key, note = f"model.encoders.{name}", "all of b" if shares else ""
    return Piece(
        "encoder", key, "Conv<1d> & more", takes, gives, 1000, own, 5_000_000, note=note, shares=shares
    )


def head(target, name=""):
    return Piece(
        "head", f"model.heads.{target}", "ClassHead", {name: "8 features"}, {name: "3"}, 27, 27, 24, target
    )


def joined(names, targets):
    every = dict.fromkeys(names, "8 features")
    pieces = [
        Piece("selection", "model.select.a", "StepwiseVif", {"a": "3 columns"}, {"a": "3 columns"}, 0, 0, 0),
        *(encoder(name) for name in names),
        Piece("exchange", "model.exchange", "CrossAttention", every, every, 300, 300, 9000),
        Piece("trunk", "model.trunks.a", "Segments", {"a": "8 tokens × 4"}, {"a": "8 features"}, 0, 0, 0),
        Piece(
            "mean",
            "model.trunks.a",
            "mean over 8 tokens",
            {"a": "8 tokens × 4"},
            {"a": "4 features"},
            0,
            0,
            0,
        ),
        Piece("penalty", "model.penalties.0", "Similarity", every, {}, 0, 0, 0, note="in training only"),
        Piece("fusion", "model.fusion", "Concat", every, {"": "24 features"}, 0, 0, 0),
        *(head(target) for target in targets),
    ]
    inputs = dict.fromkeys(names, "1 × 64 samples")
    return Structure("a <model>", inputs, dict.fromkeys(targets, "class, 3 classes"), pieces, 5000, 0, 0.1)


def late(names, targets):
    pieces = [encoder(name, "b" if name == "d" else "", 0 if name == "d" else 1000) for name in names]
    for target in targets:
        pieces += [head(target, name) for name in names]
        words = "class, 3 classes"
        pieces.append(
            Piece(
                "late fusion",
                "model.fusion",
                "DempsterShafer",
                dict.fromkeys(names, words),
                {"": words},
                0,
                0,
                0,
                target,
                "learns after training",
            )
        )
    inputs = dict.fromkeys(names, "1 × 64 samples")
    return Structure("late", inputs, dict.fromkeys(targets, "class, 3 classes"), pieces, 5000, 1000)


CASES = {
    "one": joined("a", ["t"]),
    "wide": joined("abcdefgh", ["t"]),
    "many targets": joined("ab", [f"target_{i}" for i in range(7)]),
    "late": late("abcd", ["t", "u"]),
}


@pytest.mark.parametrize("structure", CASES.values(), ids=CASES)
def test_no_two_boxes_overlap_and_text_fits(structure):
    layout = lay_out(structure)
    for one, other in combinations(layout.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.bottom <= other.y or other.bottom <= one.y
        assert beside or above, (one, other)
    for box in layout.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.bottom <= layout.height
        assert text_width(box.lines) <= box.width + 1e-6
    for arrow in (a for a in layout.arrows if not a.dashed):
        assert arrow.y1 > arrow.y0
        assert any(box.y == arrow.y1 and box.x <= arrow.x1 <= box.x + box.width for box in layout.boxes)


@pytest.mark.parametrize("structure", CASES.values(), ids=CASES)
def test_svg_is_valid_and_names_every_part(structure):
    text = structure_svg(structure)
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    said = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    for word in [structure.name, *structure.inputs, *structure.targets, *(p.name for p in structure.pieces)]:
        assert word in said
    assert len(list(root.iter(f"{SVG}rect"))) == len(lay_out(structure).boxes) + 1
    assert "prefers-color-scheme: dark" in text
    assert structure_svg(structure) == text


def test_who_shares_stands_beside_its_owner_joined_by_a_dashed_line():
    structure = late("abcd", ["t"])
    assert columns(structure) == ["a", "b", "d", "c"]
    layout = lay_out(structure)
    (link,) = (arrow for arrow in layout.arrows if arrow.dashed)
    (shared,) = (box for box in layout.boxes if box.dashed)
    owner = next(box for box in layout.boxes if box.kind == "encoder" and box.x + box.width == link.x0)
    assert link.x1 == shared.x > owner.x
    assert "no more parameters · 5.0 M MACs" in shared.lines


def test_table_sums_up_and_tells_what_is_shared():
    structure = late("abcd", ["t"])
    rows = structure_rows(structure)
    assert len(rows) == len(structure.pieces) + 2
    assert rows[-1] == ["all", "", "", "", "5,000", f"{4 * 5_000_000 + 4 * 24:,}"]
    assert any("0 of 1,000" in row[4] for row in rows)
    assert any(
        "1,000 parameters (20%) serve more than one part" in line for line in structure_notes(structure)
    )
