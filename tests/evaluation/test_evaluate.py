"""The whole of metrics.json."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from tests.evaluation.made import class_data, long_frame
from weldfusion.evaluation.evaluate import evaluate

NAMES = ("ok", "oil", "gap")


def both(skill, key=0, kind="class", seed=0, groups=15):
    flags, probability, _ = class_data(120, 3, groups, skill, key)
    group = np.array([f"g{i // 2 % groups:02d}" for i in range(120)])
    windows = long_frame(flags, probability, group, NAMES, kind, windows=2, seed=seed)
    flags, probability, group = class_data(60, 3, groups, skill, key)
    return windows, long_frame(flags, probability, group, NAMES, kind, seed=seed)


@pytest.fixture(scope="module")
def found():
    windows, welds = both(2.5)
    seeds = [
        pd.concat([a, both(2.5, seed=3)[i].assign(value=a["value"])]) for i, a in enumerate((windows, welds))
    ]
    return evaluate(*seeds, {"majority": both(0.0), "extra trees": both(1.0)}, seed=0, resamples=400)


def test_headline_is_per_weld_with_interval_and_baselines(found):
    target = found["targets"]["quality"]
    assert list(target)[-2:] == ["weld", "window"]
    flags, probability, _ = class_data(60, 3, 15, 2.5)
    expected = sk.balanced_accuracy_score(flags.argmax(1), probability.argmax(1))
    figure = target["weld"]["figures"][target["headline"]]
    assert figure["value"] == pytest.approx(expected)
    assert figure["lower"] < expected < figure["upper"]
    assert figure["seeds"] == pytest.approx([expected, expected])
    assert figure["seed_sd"] == pytest.approx(0)
    assert (target["weld"]["rows"], target["weld"]["groups"], target["window"]["rows"]) == (60, 15, 120)
    assert target["weld"]["best_baseline"] == "extra trees"
    beside = target["weld"]["baselines"]
    gain = beside["majority"]["difference"]["balanced_accuracy"]
    assert list(gain) == ["value", "lower", "upper", "reason", "p"]  # what is claimed of it, `compared` tells
    assert 0 < gain["lower"] < gain["value"] < gain["upper"]
    assert set(beside["extra trees"]["per_class"]["oil"]) == {"precision", "recall", "f1", "auc"}


def test_metrics_are_strict_json(found):
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found


def test_confusion_and_groups_add_up(found):
    weld = found["targets"]["quality"]["weld"]
    assert np.sum(weld["confusion"]) == pytest.approx(60)
    rows = np.array([entry["rows"] for entry in weld["by_group"]])
    values = np.array([entry["value"] for entry in weld["by_group"]])
    assert (rows * values).sum() / 60 == pytest.approx(weld["figures"]["accuracy"]["value"])


def test_repeats_exactly():
    first = evaluate(*both(1.0), {"majority": both(0.0)}, seed=5, resamples=50)
    assert first == evaluate(*both(1.0), {"majority": both(0.0)}, seed=5, resamples=50)


def test_absent_class_has_no_figures_but_a_reason():
    windows, welds = both(1.0)
    gone = [
        f[~f["weld"].isin(f["weld"][(f["class"] == "gap") & (f["truth"] == 1)])] for f in (windows, welds)
    ]
    found = evaluate(*gone, {}, seed=0, resamples=50)
    weld = found["targets"]["quality"]["weld"]
    assert weld["per_class"]["gap"]["recall"] == {
        "value": None,
        "lower": None,
        "upper": None,
        "reason": "no truth of this class",
        "seed_sd": None,
        "seeds": [None],
    }
    assert weld["figures"]["balanced_accuracy"]["value"] is not None
    assert any("no truth of gap" in text for text in found["warnings"])


def test_interval_of_a_class_in_one_group_is_refused():
    truth = np.repeat(np.arange(3), 20)
    group = np.array([f"day{i // 10}" for i in range(40)] + ["day9"] * 20)
    probability = np.full((60, 3), 0.2) + 0.4 * np.eye(3)[truth]
    welds = long_frame(np.eye(3)[truth], probability, group, NAMES, "class")
    windows = long_frame(np.eye(3)[truth], probability, group, NAMES, "class", windows=1)
    found = evaluate(windows, welds, {}, seed=0, resamples=300)
    figure = found["targets"]["quality"]["weld"]["figures"]["balanced_accuracy"]
    assert (figure["value"], figure["lower"]) == (1.0, None)
    share = float(figure["reason"].removeprefix("not estimable: undefined in ").split()[0])
    missed = (4**5 + 2 * 3**5 - 2 * 2**5 - 1) / 5**5  # the class of one group, or one of those of two
    assert share == pytest.approx(100 * missed, abs=3 * np.sqrt(46 * 54 / 300))
    text = " ".join(found["warnings"])
    assert "only 5 groups" in text


def test_real_target_without_truth_and_with_it():
    truth = np.linspace(0, 1, 40)[:, None]
    group = [f"g{i % 12}" for i in range(40)]
    frames = [long_frame(truth, truth + 0.1, group, windows=w) for w in (1, None)]
    found = evaluate(*frames, {}, seed=0, resamples=50)["targets"]["quality"]
    assert found["headline"] == "mae"
    assert found["weld"]["figures"]["mae"]["value"] == pytest.approx(0.1)
    bias = found["weld"]["figures"]["bias"]
    assert (bias["lower"], bias["reason"]) == (None, "no spread in the resamples")
    blind = [f.assign(truth=np.nan) for f in frames]
    assert evaluate(*blind, {}, seed=0)["targets"]["quality"]["weld"]["reason"] == "no truth is known"


def test_a_baseline_stands_beside_the_targets_that_it_predicts():
    other = [f.assign(target="force") for f in both(0.0)]
    found = evaluate(*both(1.0), {"majority": tuple(other), "extra trees": both(0.0)}, seed=0, resamples=50)
    assert list(found["targets"]["quality"]["weld"]["baselines"]) == ["extra trees"]


def test_a_perfect_score_gets_no_interval_of_width_zero_but_the_difference_does():
    flags, probability, group = class_data(60, 3, 15, 1.0)
    perfect = [long_frame(flags, flags, group, NAMES, "class", windows=w) for w in (1, None)]
    some = [long_frame(flags, probability, group, NAMES, "class", windows=w) for w in (1, None)]
    weld = evaluate(*perfect, {"some": tuple(some)}, seed=0, resamples=300)["targets"]["quality"]["weld"]
    figure = weld["figures"]["accuracy"]
    assert (figure["value"], figure["lower"], figure["reason"]) == (1.0, None, "no exception seen")
    gain = weld["baselines"]["some"]["difference"]["accuracy"]
    assert 0 < gain["lower"] < 1 - weld["baselines"]["some"]["figures"]["accuracy"]["value"] < gain["upper"]
