"""Truth of simulated welds, and the pointing game by hand."""

import numpy as np
import pytest

from weldfusion.errors import ReadError
from weldfusion.explain.pointing import hit_and_chance, over_time, tolerance
from weldfusion.explain.truth import PURE_NOISE, read_truths
from weldfusion.simulate.laser.process import simulate_laser


def test_what_the_simulator_wrote_is_read(tmp_path):
    root = simulate_laser(tmp_path / "laser", 2, 5, ("photodiode", PURE_NOISE), weld_s=1.0, progress=False)
    names = sorted(file.stem for file in (root / "truth").iterdir())
    truths = read_truths(root, [*names, "no such weld"])
    assert list(truths) == names
    for weld, truth in truths.items():
        with np.load(root / "truth" / f"{weld}.npz") as record:
            assert truth.event_s.tolist() == record["events.time_s"].tolist()
            assert len(truth.pore_s) == len(truth.pore_um) == record["pores.survived"].sum()
        assert len(truth.event_kind) == len(truth.event_s)
        assert set(truth.event_kind) <= {"full collapse", "root pinch-off", "mouth closure"}
        assert ((truth.pore_um > 5) & (truth.pore_um < 5000)).all()


def test_no_truth_is_no_problem_a_damaged_one_is(tmp_path):
    assert read_truths(tmp_path, ["w"]) == {}
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "w.npz").write_bytes(b"nothing")
    with pytest.raises(ReadError, match=r"w\.npz: no truth of a simulated weld"):
        read_truths(tmp_path, ["w"])


def test_the_pointing_game_by_hand():
    seconds, events = np.array([0.01, 0.02, 0.03, 0.04]), np.array([0.0305, 0.5])
    assert hit_and_chance(np.array([0.0, 1.0, 2.0, 1.0]), seconds, events, 0.005) == (True, 0.25)
    assert hit_and_chance(np.array([0.0, 3.0, 2.0, np.nan]), seconds, events, 0.005) == (False, 1 / 3)
    assert hit_and_chance(np.array([0.0, 3.0, 2.0, 1.0]), seconds, events, 0.0106) == (True, 0.75)
    assert hit_and_chance(np.array([0.0, 1.0, 2.0, 1.0]), seconds, np.zeros(0), 0.005) is None
    assert hit_and_chance(np.full(4, np.nan), seconds, events, 0.005) is None
    assert hit_and_chance(np.zeros(4), seconds, events, 0.005) is None


def test_strength_over_time():
    cells = np.array([[[0.0, -5.0], [1.0, 2.0]], [[np.nan, np.nan], [np.nan, np.nan]]])
    assert over_time(cells, axis=2).tolist() == [1.0, 5.0]
    np.testing.assert_array_equal(over_time(cells, axis=0), [5.0, np.nan])


def test_the_tolerance_is_never_below_five_milliseconds():
    assert tolerance(0.01) == 0.005
    assert tolerance(0.25) == pytest.approx(0.025)
