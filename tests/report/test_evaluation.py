"""The evaluation page of 1,000 welds: what it must hold and must not."""

import re

import numpy as np
import pytest

from tests.evaluation.made import long_frame
from tests.report.made import HOSTILE, made_report
from tests.report.test_page import Page
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.report.elements import Heading, Text
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.page import write_page


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    metrics, elements = made_report(1000, resamples=100)
    path = write_page(tmp_path_factory.mktemp("report") / "report.html", "Evaluation", elements)
    return metrics, elements, path


@pytest.fixture(scope="module")
def text(made):
    return made[2].read_text(encoding="utf-8")


def test_under_five_megabytes_for_a_thousand_welds(made):
    assert made[2].stat().st_size < 5_000_000


def test_needs_nothing_from_outside(text):
    parsed = Page(text)
    for tag, address in parsed.addresses:
        assert address.startswith("data:" if tag in ("img", "link") else "#"), (tag, address)
    pictures = [address for tag, address in parsed.addresses if tag == "img"]
    assert len(pictures) >= 15
    assert all(address.startswith("data:image/") for address in pictures)
    bare = re.sub(r"data:image/[^\"]*", "", text)
    assert not re.search(r"https?:|url\(|@import|<script|<iframe", bare)


def test_sections_come_in_order_verdict_first(made):
    titles = [e.text for e in made[1] if isinstance(e, Heading) and e.level == 2]
    assert titles == [
        "Verdict",
        "Per weld: quality",
        "Per window: quality",
        "Per weld: force",
        "Per window: force",
        "Welds to look at: quality",
        "Welds to look at: force",
        "Learning curves",
        "Split",
        "Data card",
    ]


def test_verdict_says_figure_interval_count_and_baseline(made):
    metrics, elements, _ = made
    figure = metrics["targets"]["force"]["weld"]["figures"]["mae"]
    sentence = next(e.text for e in elements if isinstance(e, Text) and e.text.startswith("force:"))
    assert f"{figure['value']:.1f} [{figure['lower']:.1f}, {figure['upper']:.1f}] N" in sentence
    assert "1000 welds in 20 groups, out-of-fold predictions of 5 folds pooled" in sentence
    assert "It beats the best baseline (extra trees, all sensors" in sentence


def test_hostile_class_and_findings_are_shown_as_text(text):
    shown = "".join(Page(text).texts)
    assert HOSTILE in shown
    assert "sound/w0003.wav, sound: 12 samples at full scale" in shown
    assert "NaN" not in shown
    assert " nan" not in shown


def test_a_run_that_does_not_beat_its_baseline_says_so():
    generator = np.random.Generator(np.random.PCG64(0))
    truth = generator.normal(size=(60, 1))
    group = [f"g{i % 12:02d}" for i in range(60)]

    def frames(noise):
        value = truth + noise * generator.normal(size=(60, 1))
        return tuple(long_frame(truth, value, group, target="depth", windows=w) for w in (1, None))

    ours = frames(0.5)
    for other, words in ((0.5, "does NOT beat"), (0.1, "is BEATEN by")):
        metrics = evaluate(*ours, {"ridge": frames(other)}, seed=0, resamples=300)
        elements = evaluation_report(metrics, *ours, Background(), lambda weld: {})
        assert words in elements[1].text
    assert any("Every weld is one window" in e.text for e in elements if isinstance(e, Text))


def test_predictions_without_truth_still_make_a_page():
    value = np.linspace(0.1, 0.9, 12)[:, None]
    frames = [
        long_frame(value * np.nan, np.hstack([value, 1 - value])[:, :1], ["g"] * 12, windows=w)
        for w in (2, None)
    ]
    metrics = evaluate(*frames, {}, seed=0)
    elements = evaluation_report(metrics, *frames, Background(), lambda weld: {})
    assert "no truth is known" in elements[1].text
