"""Explaining a fold from its windows: everything together, in order, and the same every time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from tests.explain.networks import FLOWS, PARTS, SIZE, WINDOW_S, batch, predictor
from weldfusion.data.flow import Flow
from weldfusion.errors import RunError
from weldfusion.explain.details import chosen
from weldfusion.explain.explain import explain_fold, join
from weldfusion.explain.explanation import Explanation, WeldTruth, completeness_error
from weldfusion.explain.storage import read_explanation, write_explanation

TRUTHS = {
    "A": WeldTruth("A", np.array([0.02, 0.1]), ("x", "y"), np.zeros(0), np.zeros(0)),
    "B": WeldTruth("B", np.zeros(0), (), np.zeros(0), np.zeros(0)),
}


class SixWindows:
    """The windows of `networks.batch` as a data set."""

    def __init__(self, flows: dict[str, Flow] | None = None) -> None:
        self.all = batch(flows)

    def __len__(self) -> int:
        return SIZE

    def __getitems__(self, indices: Sequence[int]):
        return chosen(self.all, np.asarray(indices))


@pytest.fixture(scope="module")
def found() -> Explanation:
    return explain_fold(predictor("attention"), SixWindows(), "absent", ["B"], TRUTHS, batch_size=4)


@pytest.mark.parametrize("kind", PARTS)
def test_every_class_of_model_is_explained(kind):
    made = explain_fold(predictor(kind), SixWindows(), "training mean", ["A", "B"])
    assert completeness_error(made.shares) < 1e-12
    assert made.detailed == ("A", "B")
    assert {m.modality for m in made.maps} == {"current", "photos", "sound"}
    assert len(made.maps) == 2 * 3 * 6
    assert bool(made.attention) == ("attention" in kind)
    assert any("training mean" in note for note in made.notes)
    assert any(note.startswith("settings: its encoder makes no map") for note in made.notes)


def test_windows_of_a_weld_are_put_together_over_batches(found):
    assert found.detailed == ("B",)
    assert found.welds == ["A", "B"]
    for one in (*found.maps, *found.attention):
        assert one.weld == "B"
        assert one.window.tolist() == [0, 1, 2]
        assert one.start_s.tolist() == [0.0, WINDOW_S, 2 * WINDOW_S]
    for one in found.maps:
        assert one.values.shape == (3, *(len(axis.centres) for axis in one.axes))
        assert np.isnan(one.values[2]).all()
        assert one.size_px == ((16, 24) if one.modality == "photos" else None)
    for one in found.attention:
        assert one.weights.shape == (3, len(one.query_axis.centres), len(one.key_axis.centres))


def test_the_size_of_batches_changes_nothing(found):
    other = explain_fold(predictor("attention"), SixWindows(), "absent", ["B"], TRUTHS, batch_size=6)
    keys = ["target", "weld", "window", "class", "modality"]
    one, two = (e.shares.sort_values(keys).reset_index(drop=True) for e in (found, other))
    np.testing.assert_allclose(one["share"], two["share"], atol=1e-5)
    for a, b in zip(found.maps, other.maps, strict=True):
        assert (a.modality, a.target, a.label) == (b.modality, b.target, b.label)
        np.testing.assert_allclose(a.values, b.values, rtol=1e-3, atol=1e-5)


def test_the_same_twice(found):
    again = explain_fold(predictor("attention"), SixWindows(), "absent", ["B"], TRUTHS, batch_size=4)
    pd.testing.assert_frame_equal(found.shares, again.shares)
    assert all(
        np.array_equal(a.values, b.values, equal_nan=True)
        for a, b in zip(found.maps, again.maps, strict=True)
    )
    pd.testing.assert_frame_equal(found.pointing, again.pointing)


def test_the_pointing_game_is_played_on_windows_with_events(found):
    played = found.pointing
    assert set(played["weld"]) == {"A"}
    assert set(played["window"]) == {0, 1}
    assert set(played["modality"]) == {"current", "sound"}
    assert played["chance"].between(0, 1).all()
    sound = played[(played["modality"] == "sound") & (played["window"] == 1)]
    assert sound.empty, "the second window of weld A has no sound"


def test_folds_are_joined_with_figures(found, tmp_path):
    other = explain_fold(predictor("attention", seed=1), SixWindows(), "absent", ["A"], TRUTHS)
    joined = join([found, other])
    assert len(joined.shares) == len(found.shares) + len(other.shares)
    assert joined.detailed == ("B", "A")
    assert set(joined.shares["seed"]) == {0, 1}
    assert set(joined.figures) == {"completeness", "shares", "pointing", "false_attribution"}
    assert joined.figures["pointing"]
    write_explanation(joined, tmp_path)
    read = read_explanation(tmp_path)
    assert read.figures == joined.figures
    pd.testing.assert_frame_equal(read.pointing, joined.pointing, check_dtype=False)
    with pytest.raises(RunError, match="cannot be joined"):
        join([found, replace(other, modalities=("x",))])
    with pytest.raises(RunError, match="nothing to explain"):
        join([])


def test_no_window_and_too_many_sensors_are_told():
    with pytest.raises(RunError, match="no window"):
        explain_fold(predictor(), chosen_none(), "absent")
    many = {f"s{number:02d}": Flow("table", 2) for number in range(13)}
    with pytest.raises(RunError, match="13 sensors"):
        explain_fold(predictor("concatenation", many), SixWindows(many), "absent")


def chosen_none():
    class Empty(SixWindows):
        def __len__(self) -> int:
            return 0

    return Empty()


def test_the_network_still_trains_afterwards():
    network = predictor("concatenation")
    explain_fold(network, SixWindows(), "absent", ["A", "B"])
    raw = network.model(batch())
    sum(value.float().sum() for value in raw.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in network.model.parameters() if p.grad is not None)
    assert any(p.grad is not None for p in network.model.parameters())
    assert set(FLOWS) == set(network.model.flows)
