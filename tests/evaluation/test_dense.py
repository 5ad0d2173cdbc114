"""Figures of curves and intervals against scikit-learn; steps joined over windows; welds ranked."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, f1_score, mean_absolute_error, r2_score, roc_auc_score

from weldfusion.evaluation.along import in_brief, rank_along
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.figures import average_precision
from weldfusion.evaluation.frame import check_frame, target_tables
from weldfusion.evaluation.join import join_windows, mean_of_networks

STEP = 0.01


def windows_of(truth, value, kind, length=10, hop=10, offset=0.0, classes=("",)):
    """Window frame of welds whose steps have these truths and values, {weld: (steps, K)}."""
    rows = []
    for weld in truth:
        for window, start in enumerate(range(0, len(truth[weld]) - length + 1, hop)):
            for step in range(length):
                at = start + step
                for k, name in enumerate(classes):
                    rows.append(
                        {
                            "weld": weld, "group": f"g{weld[-1]}", "window": window, "step": step,
                            "t0_s": offset + at * STEP, "t1_s": offset + (at + 1) * STEP, "x_mm": at * 0.2,
                            "target": "t", "kind": kind, "class": name, "truth": truth[weld][at, k],
                            "value": value[weld][at, k], "lower": np.nan, "upper": np.nan,
                            "present": "sound", "fold": "fold1", "seed": 0,
                        }
                    )  # fmt: skip
    return pd.DataFrame(rows)


def curves(welds=8, key=0):
    rng = np.random.default_rng(key)
    truth = {f"w{n}": rng.normal(size=(30 + 10 * (n % 3), 1)) for n in range(welds)}
    return truth, {weld: y + rng.normal(0, 0.5, y.shape) for weld, y in truth.items()}


def pores(welds=8, key=0):
    rng = np.random.default_rng(key)
    truth = {f"w{n}": (rng.random((40, 2)) < 0.3).astype(float) for n in range(welds)}
    return truth, {w: np.clip(0.3 * y + 0.7 * rng.random(y.shape), 0, 1) for w, y in truth.items()}


def stacked(truth, value):
    weights = np.concatenate([np.full(len(y), 1 / len(y)) for y in truth.values()])
    return np.concatenate(list(truth.values())), np.concatenate(list(value.values())), weights


def figure(metrics, level, name, of=None):
    entry = metrics["targets"]["t"][level]
    return (entry["per_class"][of] if of else entry["figures"])[name]["value"]


def test_figures_of_a_curve_are_scikit_learns_with_every_weld_counting_once():
    truth, value = curves()
    windows = windows_of(truth, value, "curve")
    metrics = evaluate(windows, join_windows(windows), {}, seed=0, resamples=50)
    y, p, weight = (part.ravel() for part in stacked(truth, value))
    assert figure(metrics, "weld", "mae") == pytest.approx(mean_absolute_error(y, p, sample_weight=weight))
    assert figure(metrics, "weld", "r2") == pytest.approx(r2_score(y, p, sample_weight=weight))
    assert figure(metrics, "window", "mae") == pytest.approx(mean_absolute_error(y, p))
    assert figure(metrics, "window", "r2") == pytest.approx(r2_score(y, p))
    groups = {entry["group"]: entry["value"] for entry in metrics["targets"]["t"]["weld"]["by_group"]}
    assert groups["g0"] == pytest.approx(np.abs(value["w0"] - truth["w0"]).mean())


def test_figures_of_intervals_are_scikit_learns():
    truth, value = pores()
    windows = windows_of(truth, value, "intervals", classes=("pore", "crack"))
    metrics = evaluate(windows, join_windows(windows), {}, seed=0, resamples=50)
    y, p, _ = stacked(truth, value)
    for k, name in enumerate(("pore", "crack")):
        for level in ("weld", "window"):
            assert figure(metrics, level, "auc", name) == pytest.approx(roc_auc_score(y[:, k], p[:, k]))
            assert figure(metrics, level, "average_precision", name) == pytest.approx(
                average_precision_score(y[:, k], p[:, k])
            )
            assert figure(metrics, level, "f1", name) == pytest.approx(f1_score(y[:, k], p[:, k] >= 0.5))
    assert metrics["targets"]["t"]["tolerance_s"] == pytest.approx(0.01)
    assert "event_f1" not in metrics["targets"]["t"]["window"]["figures"]


def test_events_are_counted_over_welds_by_hand():
    truth = {"w0": np.zeros((20, 1)), "w1": np.zeros((20, 1))}
    value = {weld: np.full((20, 1), 0.1) for weld in truth}
    truth["w0"][[2, 3, 10]], value["w0"][[3, 15]] = 1, 0.9  # one hit, one miss, one false call
    truth["w1"][5], value["w1"][4:8] = 1, 0.8  # one hit
    windows = windows_of(truth, value, "intervals", classes=("pore",))
    metrics = evaluate(windows, join_windows(windows), {}, seed=0, resamples=50)
    expected = {"event_precision": 2 / 3, "event_recall": 2 / 3, "event_f1": 2 / 3}
    assert {name: figure(metrics, "weld", name) for name in expected} == pytest.approx(expected)
    ranked = {weld.weld: weld for weld in rank_along(target_tables(join_windows(windows), "t"))}
    assert ranked["w0"].badness == 2
    assert ranked["w1"].badness == 0
    assert (ranked["w0"].truth, ranked["w0"].predicted) == ("pore × 2", "pore × 2")


@pytest.mark.parametrize("ties", [False, True])
def test_average_precision_with_ties_is_scikit_learns(ties):
    rng = np.random.default_rng(3)
    flag = rng.random(200) < 0.2
    score = rng.random(200).round(1 if ties else 9)
    scores, rank = np.unique(score, return_inverse=True)
    counts = [np.bincount(rank[side], minlength=len(scores)) for side in (flag, ~flag)]
    assert average_precision(*counts) == pytest.approx(average_precision_score(flag, score))


@pytest.mark.parametrize("hop", [10, 5, 2, 1])
@pytest.mark.parametrize("offset", [0.0, 0.1234567])
def test_hop_and_start_do_not_change_the_joined_curve(hop, offset):
    truth, value = curves(welds=3)
    joined = join_windows(windows_of(truth, value, "curve", hop=hop, offset=offset))
    check_frame(joined, "weld")
    table = target_tables(joined, "t")[0]
    y, p, _ = stacked(truth, value)
    np.testing.assert_allclose(table.truth, y)
    np.testing.assert_allclose(table.value, p)
    np.testing.assert_allclose(table.edges[0], [offset, offset + STEP])
    of_first = np.flatnonzero(table.weld == "w0")
    np.testing.assert_array_equal(table.step[of_first], np.arange(len(truth["w0"])))


def test_overlapping_windows_are_averaged_in_the_step_where_they_meet():
    truth = {"w0": np.zeros((12, 1))}
    windows = windows_of(truth, {"w0": np.zeros((12, 1))}, "curve", length=8, hop=4)
    windows["value"] = windows["window"].astype(float)
    joined = join_windows(windows)
    assert joined["value"].tolist() == [0.0] * 4 + [0.5] * 4 + [1.0] * 4


def test_a_hop_that_is_no_whole_number_of_steps_keeps_a_constant_constant():
    rows = []
    for window in range(7):
        for step in range(4):
            start = window * 0.033 + step * STEP
            rows.append((window, step, start, start + STEP))
    frame = pd.DataFrame(rows, columns=["window", "step", "t0_s", "t1_s"]).assign(
        weld="w0", group="g", x_mm=np.nan, target="t", kind="curve", truth=2.0, value=1.5, lower=np.nan,
        upper=np.nan, present="sound", fold="f", seed=0,
    )  # fmt: skip
    frame["class"] = ""
    joined = join_windows(frame)
    assert set(joined["value"]) == {1.5}
    assert joined["step"].is_unique
    np.testing.assert_allclose(joined["t1_s"] - joined["t0_s"], STEP)


def test_old_kinds_beside_dense_ones_and_frames_without_steps():
    truth, value = curves(welds=3)
    dense = windows_of(truth, value, "curve")
    plain = dense[dense["step"] == 0].assign(target="force", kind="real", step=0)
    both = join_windows(pd.concat([plain, dense], ignore_index=True))
    alone = join_windows(plain.drop(columns="step"))
    assert "step" not in alone
    pd.testing.assert_frame_equal(
        both[both["target"] == "force"][alone.columns], alone, check_dtype=False, check_index_type=False
    )
    assert len(target_tables(both, "force")[0]) == 3
    assert len(mean_of_networks(both)) == len(both)


def test_unknown_welds_and_steps_are_left_out():
    truth, value = pores(welds=4)
    truth["w0"][:] = np.nan
    truth["w1"][5:9] = np.nan
    windows = windows_of(truth, value, "intervals", classes=("pore", "crack"))
    metrics = evaluate(windows, join_windows(windows), {}, seed=0, resamples=50)
    level = metrics["targets"]["t"]["weld"]
    assert (level["rows"], level["unknown"], level["welds"]) == (40 * 3 - 4, 44, 3)
    ranked = rank_along(target_tables(join_windows(windows), "t"))
    assert ranked[0].truth == "unknown"
    assert np.isnan(ranked[0].badness)


def test_in_brief_by_hand():
    chance = np.array([0.1, 0.6, 0.9, 0.2, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1])[:, None]
    frame = join_windows(
        windows_of({"w0": np.zeros((10, 1))}, {"w0": chance}, "intervals", classes=("pore",))
    )
    told = in_brief(frame)
    assert told[["t0_s", "t1_s", "value"]].to_numpy().tolist() == pytest.approx(
        np.array([[0.01, 0.03, 0.9], [0.05, 0.06, 0.5]])
    )
    curve = join_windows(windows_of({"w0": np.zeros((10, 1))}, {"w0": chance * 10}, "curve"))
    assert in_brief(curve)["value"].tolist() == pytest.approx([2.8])
