"""Shares per weld and their means, against sums written out by hand and pandas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.explain.made import SENSORS, made_explanation
from weldfusion.explain.explanation import Explanation, TargetInfo
from weldfusion.report.elements import Text
from weldfusion.report.explanation.class_page import class_page, shares_table
from weldfusion.report.explanation.overview import classes_table
from weldfusion.report.explanation.said import prediction_of
from weldfusion.report.explanation.shares import (
    by_typicality,
    constant_sensors,
    mean_of,
    means_of,
    names_of,
    outputs,
    reliance,
    shown_rows,
)
from weldfusion.report.explanation.words import dead_weight, of_output


@pytest.fixture(scope="module")
def explanation():
    return made_explanation()


def tiny(rows: list[tuple[str, str, int, str, str, float]], kind: str = "class") -> Explanation:
    """From (weld, group, window, class, sensor, share); the start is 0.25."""
    frame = pd.DataFrame(rows, columns=["weld", "group", "window", "class", "modality", "share"])
    keys = ["weld", "window", "class"]
    full = 0.25 + frame.groupby(keys)["share"].transform("sum")
    frame = frame.assign(
        target="t", kind=kind, full=full, base=0.25, truth=np.nan, fold="f", seed=0, present=True, t0_s=0.0
    )
    classes = tuple(frame["class"].unique()) if kind != "real" else ()
    sensors = tuple(sorted(frame["modality"].unique()))
    return Explanation((TargetInfo("t", kind, "", classes),), sensors, "absent", frame)


def test_outputs_are_means_over_windows(explanation):
    found = {output.name: output for output in outputs(explanation)}
    assert list(found) == ["LP", "PP", "FP", "depth_mm"]
    shares = explanation.shares
    for name in ("PP", "depth_mm"):
        output = found[name]
        own = shares[(shares["class"] == name) | ((name == "depth_mm") & (shares["target"] == name))]
        expected = own.pivot_table(index="weld", columns="modality", values="share", aggfunc="mean")
        assert output.share == pytest.approx(expected.loc[list(output.weld), list(SENSORS)].to_numpy())
        assert output.base + output.share.sum(axis=1) == pytest.approx(output.full)


def test_called_is_the_likeliest_class_and_every_flag_from_one_half():
    rows = [
        ("a", "g", 0, "x", "s", 0.4), ("a", "g", 0, "y", "s", -0.1),
        ("b", "g", 0, "x", "s", 0.3), ("b", "g", 0, "y", "s", 0.35),
    ]  # fmt: skip
    assert [o.called.tolist() for o in outputs(tiny(rows))] == [[True, False], [False, True]]
    flags = outputs(tiny(rows, "multilabel"))
    assert [o.called.tolist() for o in flags] == [[True, True], [False, True]]


def test_events_along_a_weld_are_no_call_of_the_weld():
    """Their values are means over steps: 0.15 may hold several called events, so nothing is said of calls."""
    explanation = tiny([("a", "g", 0, "pore", "s", -0.1), ("b", "g", 0, "pore", "s", -0.2)], "intervals")
    (output,) = outputs(explanation)
    assert not output.can_be_called
    assert shown_rows(output)[1] == "all"
    said = of_output(output)
    assert (
        said == "pore: over 2 welds the sensors move the mean probability of a step, up or down: s by 0.150."
    )
    assert prediction_of([output], 0) == "pore 0.150 on average over the steps"
    texts = [element.text for element in class_page(output, {}) if isinstance(element, Text)]
    assert not any("called" in text or "calls" in text for text in texts)


def test_a_sensor_that_pushes_both_ways_moves_the_prediction():
    rows = [
        ("a", "g1", 0, "", "up and down", 0.3), ("a", "g1", 0, "", "steady", 0.1),
        ("a", "g1", 1, "", "up and down", -0.3), ("a", "g1", 1, "", "steady", 0.1),
        ("b", "g2", 0, "", "up and down", 0.0), ("b", "g2", 0, "", "steady", 0.1),
    ]  # fmt: skip
    parts = reliance(tiny(rows, "real"), tiny(rows, "real").targets[0])
    assert list(parts) == ["up and down", "steady"]
    # per weld |share| up and down: 0.3, 0; steady: 0.1, 0.1
    assert [part.value for part in parts.values()] == pytest.approx([0.3 / 0.5, 0.2 / 0.5])
    assert parts["steady"].interval.lower is None


def test_a_sensor_with_the_same_share_in_every_window_is_told():
    rows = [
        ("a", "g1", 0, "x", "alike", 0.2), ("a", "g1", 0, "x", "telling", 0.3),
        ("b", "g2", 0, "x", "alike", 0.2), ("b", "g2", 0, "x", "telling", -0.3),
        ("a", "g1", 0, "y", "alike", -0.1), ("a", "g1", 0, "y", "telling", 0.2),
        ("b", "g2", 0, "y", "alike", -0.1), ("b", "g2", 0, "y", "telling", 0.1),
    ]  # fmt: skip
    made = tiny(rows)
    assert constant_sensors(made, made.targets[0]) == ["alike"]
    said = dead_weight(reliance(made, made.targets[0]))
    assert "cannot be told without an interval (only 2 groups)" in said
    assert "No sensor is dead weight" not in said
    told = "Without brackets: no interval (only 1 group)."  # one of the two welds is called so
    found = outputs(made)
    assert classes_table(found).caption.endswith(told)
    assert shares_table(found[0]).caption.endswith(told)


@pytest.mark.parametrize("groups", [2, 8])
def test_a_sensor_that_never_moves_the_prediction_is_certainly_dead(groups):
    rows = [
        (f"w{n}", f"g{n}", 0, "x", sensor, share)
        for n in range(groups) for sensor, share in (("mute", 0.0), ("loud", 0.3 + 0.01 * n))
    ]  # fmt: skip
    made = tiny(rows)
    said = dead_weight(reliance(made, made.targets[0]))
    assert said.startswith("mute is dead weight for this model: a share of 0 in every window.")
    assert "chance" not in said
    assert "surely" not in said


def test_of_a_single_sensor_or_of_none_that_moves_nothing_is_said_of_dead_weight():
    alone = tiny([("a", "g1", 0, "x", "alone", 0.2), ("b", "g2", 0, "x", "alone", 0.3)])
    still = tiny([("a", "g1", 0, "x", "s", 0.0), ("a", "g1", 0, "x", "t", 0.0)])
    assert [dead_weight(reliance(made, made.targets[0])) for made in (alone, still)] == ["", ""]


def test_intervals_of_a_mean_are_about_the_usual_ones_and_widen_with_groups():
    generator = np.random.Generator(np.random.PCG64(1))
    values = generator.normal(size=400)
    single = mean_of(values, np.arange(400).astype(str))
    assert single.value == pytest.approx(values.mean())
    half = 1.96 * values.std() / np.sqrt(400)
    assert single.interval.lower == pytest.approx(values.mean() - half, abs=0.2 * half)
    assert single.interval.upper == pytest.approx(values.mean() + half, abs=0.2 * half)
    alike = np.repeat(values[:40], 10)
    grouped = mean_of(alike, np.repeat(np.arange(40), 10).astype(str))
    alone = mean_of(alike, np.arange(400).astype(str))
    wide, narrow = (m.interval.upper - m.interval.lower for m in (grouped, alone))
    assert wide == pytest.approx(np.sqrt(10) * narrow, rel=0.15)


def test_no_rows_have_no_mean():
    (mean,) = means_of(np.zeros((0, 1)), np.zeros(0, dtype=object))
    assert np.isnan(mean.value)
    assert mean.interval.reason == "no welds"


@given(st.lists(st.lists(st.floats(-1, 1), min_size=3, max_size=3), min_size=1, max_size=20))
def test_typical_first_is_a_sorting_by_distance(rows):
    share = np.array(rows)
    order = by_typicality(share)
    distance = [
        float(sum(abs(a - b) for a, b in zip(row, np.median(share, axis=0), strict=True))) for row in rows
    ]
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert np.all(np.diff(np.array(distance)[order]) >= -1e-12)


def test_where_no_weld_is_called_so_the_true_ones_are_shown(explanation):
    output = outputs(explanation)[0]
    none = replace(output, called=np.zeros(len(output), dtype=bool))
    rows, about = shown_rows(none)
    assert about == "truly"
    assert set(rows) == set(np.flatnonzero(output.truth >= 0.5))
    unknown = replace(none, truth=np.full(len(output), np.nan))
    assert shown_rows(unknown)[1] == "all"


def test_names_tell_the_target_where_there_are_several(explanation):
    assert names_of(outputs(explanation)) == [
        "penetration: LP",
        "penetration: PP",
        "penetration: FP",
        "depth_mm",
    ]
