"""Baselines: they learn what is there, meet only the training parts, and repeat exactly."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from weldfusion.data.card import TargetSpec
from weldfusion.data.dealing import Fold
from weldfusion.errors import RunError
from weldfusion.evaluation.baselines import WindowFeatures, WindowTruth, fit_baselines
from weldfusion.evaluation.frame import check_frame, target_tables

VERDICT = TargetSpec("verdict", "class", classes=("good", "bad"))
FORCE = TargetSpec("force", "real", unit="N")
PORES = TargetSpec("pores", "multilabel", classes=("small", "large"))
COUNT = 120


def make_windows():
    generator = np.random.Generator(np.random.PCG64(0))
    truth = np.repeat(generator.integers(2, size=COUNT // 2), 2)
    sound = generator.normal(size=(COUNT, 4))
    sound[:, 1] += 4 * truth
    photo = generator.normal(size=(COUNT, 2))
    photo[:10] = np.nan
    weld = np.array([f"w{i // 2:02d}" for i in range(COUNT)], dtype=object)
    group = np.array([f"g{i // 12}" for i in range(COUNT)], dtype=object)
    number = np.arange(COUNT) % 2
    windows = WindowFeatures(
        {"sound": sound, "photo": photo}, weld, group, number, number * 1.0, number + 1.0, number * np.nan
    )
    return windows, truth


def make_folds(weld):
    ids = sorted(set(weld))
    parts = ["test", "fit", "fit", "select", "unused"]
    return [
        Fold(f"fold-{f}", {name: parts[(i + f) % 5] for i, name in enumerate(ids)})  # type: ignore[misc]
        for f in range(2)
    ]


@pytest.fixture(scope="module")
def fitted():
    windows, truth = make_windows()
    truths = [
        WindowTruth(VERDICT, truth, np.ones(COUNT, bool)),
        WindowTruth(FORCE, 100 + 7.0 * windows.features["sound"][:, 1], np.ones(COUNT, bool)),
        WindowTruth(PORES, np.stack([truth, 1 - truth], 1), np.ones(COUNT, bool)),
    ]
    folds = make_folds(windows.weld)
    return windows, truth, folds, fit_baselines(windows, truths, folds, seed=0)


def test_frames_are_prediction_frames_of_the_test_parts(fitted):
    windows, _, folds, found = fitted
    assert list(found) == [
        "majority or mean",
        "linear, all sensors",
        "extra trees, all sensors",
        "linear, photo alone",
        "extra trees, photo alone",
        "linear, sound alone",
        "extra trees, sound alone",
    ]
    for name, (per_window, per_weld) in found.items():
        check_frame(per_window, "window")
        check_frame(per_weld, "weld")
        assert set(per_window["model"]) == {name}
        for fold in folds:
            tested = {weld for weld, part in fold.parts.items() if part == "test"}
            assert set(per_weld["weld"][per_weld["fold"] == fold.name]) == tested
    present = per_window.set_index("weld")["present"]
    assert set(present[windows.weld[0]]) == {"sound"}
    assert set(present["w50"]) == {"photo,sound"}


def test_the_informative_sensor_is_found_and_noise_is_not(fitted):
    accuracy = {}
    for name, (_, per_weld) in fitted[3].items():
        table = target_tables(per_weld, "verdict")[0]
        accuracy[name] = (table.truth.argmax(1) == table.value.argmax(1)).mean()
    assert accuracy["linear, sound alone"] > 0.9
    assert accuracy["extra trees, sound alone"] > 0.9
    assert accuracy["extra trees, photo alone"] < 0.8
    ridge = target_tables(fitted[3]["linear, sound alone"][0], "force")[0]
    assert np.abs(ridge.value - ridge.truth).max() < 0.5
    flags = target_tables(fitted[3]["linear, sound alone"][0], "pores")[0]
    assert ((flags.value > 0.5) == flags.truth).mean() > 0.9


def test_prior_is_the_training_share(fitted):
    windows, truth, folds, found = fitted
    frame = found["majority or mean"][0]
    for fold in folds:
        train = np.array([fold.parts[w] in ("fit", "select") for w in windows.weld])
        part = frame[
            (frame["fold"] == fold.name) & (frame["target"] == "verdict") & (frame["class"] == "bad")
        ]
        np.testing.assert_allclose(part["value"], truth[train].mean())


def test_equals_scikit_learn_on_the_training_part_alone(fitted):
    windows, truth, folds, found = fitted
    parts = np.array([folds[0].parts[w] for w in windows.weld])
    train, test = np.isin(parts, ["fit", "select"]), parts == "test"
    x = np.concatenate([windows.features["photo"], windows.features["sound"]], axis=1)
    peer = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), ExtraTreesClassifier(300, random_state=0)
    ).fit(x[train], truth[train])
    frame = found["extra trees, all sensors"][0]
    part = frame[(frame["fold"] == "fold-0") & (frame["target"] == "verdict") & (frame["class"] == "bad")]
    np.testing.assert_allclose(part["value"], peer.predict_proba(x[test])[:, 1])


def test_a_class_absent_from_training_gets_zero_and_an_empty_fold_is_told():
    windows, truth = make_windows()
    target = TargetSpec("verdict", "class", classes=("good", "bad", "worse"))
    verdict = [WindowTruth(target, truth, np.ones(COUNT, bool))]
    found = fit_baselines(windows, verdict, make_folds(windows.weld)[:1], seed=0)
    for frame, _ in found.values():
        assert (frame["value"][frame["class"] == "worse"] == 0).all()
    empty = [Fold("only", dict.fromkeys(windows.weld, "fit"))]
    with pytest.raises(RunError, match="fold 'only' has no test window for target 'verdict'"):
        fit_baselines(windows, verdict, empty, seed=0)


def test_steps_of_windows_are_predicted_from_window_and_place():
    """A curve that is a window's first feature times the step's place: what trees can tell from both."""
    target = TargetSpec("depth", "curve", "sample", step_s=0.1, steps=10)
    windows, _ = make_windows()
    rise = (np.arange(10) + 0.5) / 10
    value = np.sign(windows.features["sound"][:, 1:2]) * rise
    value[3, 2] = np.nan
    known = np.ones(COUNT, bool)
    known[7] = False
    found = fit_baselines(windows, [WindowTruth(target, value, known)], make_folds(windows.weld)[:1], seed=0)
    for frame, joined in found.values():
        check_frame(frame, "window")
        assert frame.groupby(["weld", "window"])["step"].apply(list).map(lambda s: s == list(range(10))).all()
        assert len(joined) == len(frame)  # windows of 1 s that follow each other
    parts = make_folds(windows.weld)[0].parts
    train = np.array([parts[weld] in ("fit", "select") for weld in windows.weld]) & known
    mean = found["majority or mean"][0]["value"].unique()
    assert mean == pytest.approx([np.nanmean(value[train])])
    table = target_tables(found["extra trees, sound alone"][0], "depth")[0]
    table = table.rows(table.known)
    assert np.abs(table.value - table.truth).mean() < 0.1 < np.abs(table.truth).mean() / 3


def imbalanced(count=300):
    """Three classes of 80, 12 and 8 %, hardly apart; as many welds as windows."""
    generator = np.random.Generator(np.random.PCG64(3))
    truth = generator.choice(3, count, p=[0.8, 0.12, 0.08])
    sound = generator.normal(size=(count, 5))
    sound[:, 0] += 1.0 * (truth == 1)
    sound[:, 1] += 1.0 * (truth == 2)
    weld = np.array([f"w{i:03d}" for i in range(count)], dtype=object)
    zero = np.zeros(count)
    windows = WindowFeatures({"sound": sound}, weld, weld, zero.astype(int), zero, zero + 1.0, zero * np.nan)
    fold = Fold("f", {name: "test" if i % 2 else "fit" for i, name in enumerate(weld)})
    return windows, truth, fold


STATE = TargetSpec("state", "class", classes=("good", "gap", "oil"))


def probabilities(frame, target="state"):
    part = frame[frame["target"] == target]
    return part["value"].to_numpy().reshape(len(part["weld"].unique()), -1)


def peer(model, x, y, test):
    return make_pipeline(StandardScaler(), model).fit(x, y).predict_proba(test)


def test_balanced_ones_are_scikit_learns_with_equal_classes_and_only_where_named():
    windows, truth, fold = imbalanced()
    second = TargetSpec("other", "class", classes=("good", "gap", "oil"))
    truths = [WindowTruth(target, truth, np.ones(300, bool)) for target in (STATE, second)]
    found = fit_baselines(windows, truths, [fold], seed=0, balanced=["state"])
    x, y, test = windows.features["sound"][::2], truth[::2], windows.features["sound"][1::2]
    plain = LogisticRegression(max_iter=1000, tol=1e-3, random_state=0)
    logistic = LogisticRegression(max_iter=1000, tol=1e-3, random_state=0, class_weight="balanced")
    linear, trees = found["linear, sound alone"][0], found["extra trees, sound alone"][0]
    even_linear = found["balanced linear, sound alone"][0]
    even_trees = found["balanced extra trees, sound alone"][0]
    np.testing.assert_array_equal(probabilities(even_linear), peer(logistic, x, y, test))
    share = peer(ExtraTreesClassifier(300, random_state=0), x, y, test)
    even = share / np.bincount(y)
    np.testing.assert_allclose(probabilities(even_trees), even / even.sum(axis=1, keepdims=True))
    for name in ("state", "other"):
        np.testing.assert_array_equal(probabilities(linear, name), peer(plain, x, y, test))
        np.testing.assert_array_equal(probabilities(trees, name), share)
    assert {"other"}.isdisjoint([*even_linear["target"], *even_trees["target"]])
    unnamed = fit_baselines(windows, truths, [fold], seed=0)
    np.testing.assert_array_equal(
        found["majority or mean"][0]["value"], unnamed["majority or mean"][0]["value"]
    )


def test_balanced_ones_find_the_rare_classes():
    windows, truth, fold = imbalanced(900)
    truths = [WindowTruth(STATE, truth, np.ones(900, bool))]
    found = fit_baselines(windows, truths, [fold], 0, ["state"])
    for kind in ("linear, sound alone", "extra trees, sound alone"):
        plain, even = (probabilities(found[name][0]).argmax(axis=1) for name in (kind, f"balanced {kind}"))
        reached = [balanced_accuracy_score(truth[1::2], called) for called in (plain, even)]
        assert reached[1] > reached[0] + 0.1
        assert np.mean(plain == truth[1::2]) > np.mean(even == truth[1::2]) + 0.05


@pytest.mark.parametrize("dense", [False, True])
def test_labels_and_events_are_balanced_each_for_itself(dense):
    windows, truth, fold = imbalanced()
    flags = np.stack([truth == 1, truth == 2], axis=1).astype(float)
    target = TargetSpec("pores", "multilabel", classes=("small", "large"))
    steps, place = 1, np.zeros((300, 0))
    if dense:
        target = TargetSpec("pores", "intervals", "sample", classes=("small", "large"), step_s=0.5, steps=2)
        steps, place = 2, np.tile([[0.25], [0.75]], (300, 1))
        flags = np.repeat(flags[:, :, None], 2, axis=2)
    truths = [WindowTruth(target, flags, np.ones(300, bool))]
    found = fit_baselines(windows, truths, [fold], seed=0, balanced=["pores"])
    x = np.repeat(windows.features["sound"], steps, axis=0)
    x = np.concatenate([x, place], axis=1) if dense else x
    train = np.repeat(np.arange(300) % 2 == 0, steps)
    frame = found["balanced linear, sound alone"][0]
    for number, name in enumerate(target.classes):
        y = np.repeat(truth == number + 1, steps)
        logistic = LogisticRegression(max_iter=1000, tol=1e-3, random_state=0, class_weight="balanced")
        expected = peer(logistic, x[train], y[train], x[~train])[:, 1]
        np.testing.assert_allclose(frame["value"][frame["class"] == name], expected)


def test_balanced_ones_keep_to_the_classes_they_met():
    windows, truth, fold = imbalanced()
    target = TargetSpec("state", "class", classes=("good", "gap", "oil", "never"))
    truths = [WindowTruth(target, truth, np.ones(300, bool))]
    for frame, _ in fit_baselines(windows, truths, [fold], 0, ["state"]).values():
        assert (frame["value"][frame["class"] == "never"] == 0).all()
        np.testing.assert_allclose(probabilities(frame).sum(axis=1), 1)
