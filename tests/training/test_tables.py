from dataclasses import replace

import numpy as np
import pytest
import torch

from weldfusion.data.batch import Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.evaluation.frame import check_frame, target_tables
from weldfusion.evaluation.join import join_windows
from weldfusion.heads.default import default_head
from weldfusion.training.tables import Decoded, window_table

DEFECT = TargetSpec("defect", "class", classes=("good", "pore", "crack"))
FORCE = TargetSpec("force", "real", unit="N")
LABELS = TargetSpec("imperfections", "multilabel", classes=("pore", "crack"))
WELDS = ["b", "b", "b", "a", "a"]


def decoded(target, values, truth, known=None):
    """Two batches of five windows of two welds."""
    known = torch.ones(5, dtype=torch.bool) if known is None else torch.tensor(known)
    present = np.array(["curve", "curve,photo", "curve", "", "photo"], dtype=object)
    batches = []
    for rows in (slice(0, 3), slice(3, 5)):
        index = np.arange(5)[rows]
        where = Where(
            index, np.array(WELDS, dtype=object)[rows], np.array(["g"] * 5, dtype=object)[rows],
            np.array([0, 1, 2, 0, 1])[rows], index * 0.5, index * 0.5 + 0.5, index * 1.0,
        )  # fmt: skip
        part = {label: column[rows] for label, column in values.items()}
        batches.append(
            Decoded({target.name: part}, {target.name: Truth(truth[rows], known[rows])}, where, present[rows])
        )
    return batches


def frames(target, values, truth, known=None):
    head = default_head(Flow.features(2), target)
    windows = window_table(head, target.name, decoded(target, values, truth, known)).assign(fold="f", seed=0)
    return windows, join_windows(windows)


def test_conflict_of_the_modalities():
    head = default_head(Flow.features(2), FORCE)
    parts = decoded(FORCE, {"": np.arange(5.0)}, torch.arange(5.0))
    told = {"force": np.array([0.1, 0.2, 0.6])}
    parts[0] = replace(parts[0], conflict=told, total_conflict={"force": np.array([0.0, 0.0, 1.0])})
    windows = window_table(head, "force", parts).assign(fold="f", seed=0)
    np.testing.assert_allclose(windows["conflict"], [0.1, 0.2, 0.6, np.nan, np.nan])
    np.testing.assert_allclose(join_windows(windows)["conflict"], [0.3, np.nan])
    np.testing.assert_allclose(windows["total_conflict"], [0, 0, 1, np.nan, np.nan])
    np.testing.assert_allclose(join_windows(windows)["total_conflict"], [1 / 3, np.nan])


def test_class_target():
    rng = np.random.default_rng(0)
    chance = rng.dirichlet(np.ones(3), size=5)
    values = {name: chance[:, k] for k, name in enumerate(DEFECT.classes)}
    windows, welds = frames(DEFECT, values, torch.tensor([1, 1, 2, 0, 2]), [True, True, True, True, False])
    check_frame(windows, "window")
    check_frame(welds, "weld")
    table = target_tables(windows, "defect")[0]
    assert table.classes == DEFECT.classes
    np.testing.assert_array_equal(table.value, chance)
    assert table.truth[:4].argmax(axis=1).tolist() == [1, 1, 2, 0]
    assert np.isnan(table.truth[4]).all()
    joined = target_tables(welds, "defect")[0]
    assert joined.weld.tolist() == ["b", "a"]
    for weld, rows in enumerate((slice(0, 3), slice(3, 5))):
        expected = np.exp(np.log(np.maximum(chance[rows], 1e-3)).mean(axis=0))
        np.testing.assert_allclose(joined.value[weld], expected / expected.sum(), rtol=1e-6)
    assert joined.truth.tolist() == [[0, 1, 0], [1, 0, 0]]
    assert welds.drop_duplicates("weld")["present"].tolist() == ["curve,photo", "photo"]


def test_real_target():
    value = np.array([1.0, 2.0, 6.0, 4.0, 5.0])
    windows, welds = frames(
        FORCE, {"": value}, torch.tensor([1.0, 3.0, 9.0, 0.0, 0.0]), [True, True, False, False, False]
    )
    check_frame(windows, "window")
    assert windows["window"].tolist() == [0, 1, 2, 0, 1]
    assert windows["t1_s"].tolist() == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert welds["value"].tolist() == pytest.approx([3.0, 4.5])
    assert welds["truth"].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)


def test_multilabel_target():
    values = {"pore": np.full(5, 0.25), "crack": np.linspace(0.1, 0.9, 5)}
    flags = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    windows, welds = frames(LABELS, values, flags)
    check_frame(welds, "weld")
    np.testing.assert_array_equal(target_tables(windows, "imperfections")[0].truth, flags.numpy())
    assert target_tables(welds, "imperfections")[0].truth.tolist() == [[1, 0], [0, 1]]
