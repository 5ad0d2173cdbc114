"""The whole report of a made-up explanation: pages, links, sentences and their numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.explain.made import DETAILED, made_explanation
from tests.report.made import HOSTILE
from tests.report.test_page import Page as Parsed
from weldfusion.report.elements import Figure, Link, Table, Text, WarningBox, short
from weldfusion.report.explanation.pages import explanation_pages
from weldfusion.report.explanation.pointing import against_truth
from weldfusion.report.explanation.shares import outputs, reliance
from weldfusion.report.explanation.weld_page import shown_outputs
from weldfusion.report.explanation.words import signed
from weldfusion.report.pages import write_pages
from weldfusion.report.signals import SignalView


def signals(weld: str) -> dict[str, SignalView]:
    generator = np.random.Generator(np.random.PCG64(3))
    return {
        "sound": SignalView("waveform", generator.normal(size=(1, 9600)), 48000.0, "Pa"),
        "photodiode": SignalView("waveform", generator.normal(size=(2, 400)), 2000.0, "V", ("plume", "heat")),
        "noise": SignalView("waveform", generator.normal(size=(1, 200)), 1000.0),
        "photo": SignalView("image", generator.integers(0, 255, (2, 60, 80, 3), dtype=np.uint8)),
    }


@pytest.fixture(scope="module")
def explanation():
    return made_explanation()


@pytest.fixture(scope="module")
def pages(explanation):
    return explanation_pages(explanation, signals, ["only 6 groups"], {"run": HOSTILE}, "LP")


@pytest.fixture(scope="module")
def text(pages, tmp_path_factory):
    path = write_pages(tmp_path_factory.mktemp("report") / "explanation.html", "tiny: explanation", pages)
    return path.read_text(encoding="utf-8")


def texts(page) -> list[str]:
    return [element.text for element in page.elements if isinstance(element, Text)]


def test_pages_in_order(pages):
    assert [page.title for page in pages] == [
        "In short",
        "penetration: LP",
        "penetration: PP",
        "penetration: FP",
        "depth_mm",
        *(f"Weld {weld}" for weld in DETAILED),
    ]


def test_needs_nothing_from_outside_and_is_small(text):
    parsed = Parsed(text)
    for tag, address in parsed.addresses:
        assert address.startswith("data:" if tag in ("img", "link") else "#"), (tag, address)
    assert not re.search(r"https?:|url\(|@import|<script|<iframe", re.sub(r"data:image/[^\"]*", "", text))
    assert len(text) < 3_000_000
    shown = "".join(parsed.texts)
    assert HOSTILE in shown
    assert not re.search(r"\bnan\b|NaN", shown)


def test_every_link_has_its_page(text):
    parsed = Parsed(text)
    for tag, address in parsed.addresses:
        if tag == "a":
            assert f'id="{address[1:]}"' in text


def test_the_first_page_says_what_the_model_relies_on(explanation, pages):
    first = texts(pages[0])
    parts = reliance(explanation, explanation.targets[0])
    assert next(iter(parts)) == "photodiode"
    assert first[0].startswith(
        f"penetration: the model relies most on photodiode ({100 * parts['photodiode'].value:.0f} %"
    )
    assert "noise is dead weight for this model" in first[1]
    assert any(
        "12 welds in 6 groups, 48 windows, explained with 2 trained networks" in line for line in first
    )
    boxes = [element for element in pages[0].elements if isinstance(element, WarningBox)]
    assert "Shares say what the model used, not what causes the defect." in boxes[0].lines
    assert explanation.notes[0] in boxes[0].lines
    assert boxes[1].lines == ["only 6 groups"]


def test_brackets_over_single_welds_are_told_beside_them(explanation):
    limit = "intervals over single welds; welds of one day resemble each other, so they are too narrow"
    first = explanation_pages(explanation, signals, ["only 6 groups", limit])[0]
    boxes = [element for element in first.elements if isinstance(element, WarningBox)]
    assert boxes[0].lines == [limit]
    assert first.elements.index(boxes[0]) < min(
        first.elements.index(element) for element in first.elements if isinstance(element, Table)
    )


def test_sentences_on_classes_hold_the_means_of_the_welds_called_so(explanation, pages):
    for output, page in zip(outputs(explanation), pages[1:5], strict=True):
        sentence = texts(page)[0]
        assert sentence in texts(pages[0])
        rows = output.called
        if output.is_probability:
            assert f"the {rows.sum()} welds that the model calls so" in sentence
            assert f"to {short(float(output.full[rows].mean()))} (all sensors)" in sentence
            for k, name in enumerate(output.modalities):
                assert f"{name} {signed(float(output.share[rows, k].mean()))}" in sentence
        else:
            size = np.abs(output.share).mean(axis=0)
            assert f"photodiode by {short(float(size[output.modalities.index('photodiode')]))} mm" in sentence


def test_the_pointing_game_is_told_with_its_chance(pages):
    tables = [e for e in pages[0].elements if isinstance(e, Table)]
    (played,) = [table for table in tables if "by chance" in table.columns]
    assert played.rows == [["LP", "no", "sound", 8, "62 % [40, 80]", "40 %"]]
    assert any(
        "noise records nothing of the weld; it was given 2 % of all" in line for line in texts(pages[0])
    )


@pytest.mark.parametrize(("target", "told"), [("porosity", "yes"), ("pores", "yes"), ("depth", "no")])
def test_the_pointing_game_says_whether_collapses_cause_the_output(explanation, target, told):
    (entry,) = explanation.figures["pointing"]
    figures = {"pointing": [{**entry, "target": target, "class": ""}]}
    table = next(e for e in against_truth(replace(explanation, figures=figures)) if isinstance(e, Table))
    assert dict(zip(table.columns, table.rows[0], strict=True))["collapses cause it"] == told


def test_the_pointing_game_of_another_process_speaks_of_its_events_only(explanation):
    truths = {weld: replace(one, event_kind=("current up",)) for weld, one in explanation.truths.items()}
    assert truths
    _, about, table, *_ = against_truth(replace(explanation, truths=truths))
    assert "(current up)" in about.text
    assert "keyhole" not in about.text
    assert "collapse" not in about.text
    assert table.columns[:2] == ["output", "sensor"]
    assert table.rows == [["LP", "sound", 8, "62 % [40, 80]", "40 %"]]


def test_weld_pages_show_each_explained_output_and_their_shares(explanation, pages):
    page = pages[5]
    table = next(element for element in page.elements if isinstance(element, Table))
    output = outputs(explanation)[0]
    row = list(output.weld).index("W00")
    expected = ["LP", short(float(output.base[row])), *map(signed, output.share[row].tolist())]
    assert list(table.rows[0]) == [*expected, short(float(output.full[row]))]
    headings = [e.text for e in page.elements if type(e).__name__ == "Heading"]
    assert headings == [
        "What speaks for and against penetration: LP",
        "Attention between the sensors",
    ]
    pictures = [e for e in page.elements if isinstance(e, Figure)]
    assert "sound listens to photodiode" in pictures[-1].alt


def test_without_a_class_what_is_called_and_what_is_true_is_shown(explanation):
    found = outputs(explanation)
    wrong = [replace(o, truth=np.roll(o.truth, 1)) for o in found[:3]]
    for weld in ("W00", "W01", "W02"):
        shown = [output.name for output in shown_outputs([*wrong, found[3]], weld, None)]
        row = int(weld[1:])
        called = ("LP", "PP", "FP")[row % 3]
        assert shown == [called, ("LP", "PP", "FP")[(row - 1) % 3], "depth_mm"]
    assert [o.name for o in shown_outputs(found, "W00", "depth_mm")] == ["depth_mm"]


def test_an_absent_sensor_is_called_absent(explanation, pages):
    lacking = next(iter(explanation.shares.query("modality == 'photo' and not present")["weld"]))
    page = explanation_pages(replace(explanation, detailed=(lacking,)), lambda weld: {})[-1]
    table = next(element for element in page.elements if isinstance(element, Table))
    assert "absent" in table.rows[0]
    assert any(isinstance(element, Figure) for element in page.elements)


def test_welds_in_detail_come_first_and_are_linked(pages):
    table = next(e for e in pages[0].elements if isinstance(e, Table) and e.columns[0] == "weld")
    assert [row[0] for row in table.rows][:2] == [Link("W00", "weld-1"), Link("W01", "weld-2")]
    assert len(table.rows) == 12
    assert table.rows[2][0] == "W02"


def test_a_model_that_says_the_same_of_everything(explanation):
    shares = explanation.shares.assign(share=0.0, full=explanation.shares["base"])
    flat = replace(explanation, shares=shares, detailed=(), figures={})
    first = explanation_pages(flat, signals)[0]
    assert "no sensor moves the prediction at all" in texts(first)[0]
    assert "background" not in first.title


def test_a_single_sensor(explanation):
    shares = explanation.shares.query("modality == 'sound'")
    alone = replace(explanation, modalities=("sound",), shares=shares, detailed=())
    first = explanation_pages(alone, signals)[0]
    assert "sound is the only sensor" in texts(first)[0]
