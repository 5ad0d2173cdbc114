"""Whole data sets: determinism, independence of sensors, what lies on disk, bad input, speed."""

import filecmp
import time
from pathlib import Path

import numpy as np
import pytest

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.weld import SENSORS, simulate_weld
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.find import find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.storage import write_weld

SMALL = AluminiumTig(64)


def planned(welds: int, seed: int, sensors=None, weld_s: float = 10.0, **knobs):
    return plan_welds(SMALL, welds, seed, sensors, weld_s, Difficulty(**knobs))


def written(out: Path, welds: int, seed: int, processes: int = 1, sensors=None, weld_s: float = 10.0) -> Path:
    return write_data_set(SMALL, planned(welds, seed, sensors, weld_s), out, False, processes)


def test_the_process_is_found_by_its_name() -> None:
    assert find_process("aluminium_tig") == AluminiumTig()


def test_one_weld_alone_equals_the_same_weld_of_a_batch() -> None:
    batch = [simulate_weld(planned(24, 3), index, 64) for index in range(18)][17]
    alone = simulate_weld(planned(24, 3), 17, 64)
    assert np.array_equal(batch.states.pool.width_mm.values, alone.states.pool.width_mm.values)
    for name in alone.recordings:
        assert np.array_equal(batch.recordings[name].values, alone.recordings[name].values)


def test_leaving_a_sensor_out_or_adding_noise_changes_nothing_else() -> None:
    full = simulate_weld(planned(8, 4), 2, 64)
    more = simulate_weld(planned(8, 4, n_nuisance=3), 2, 64)
    assert list(more.recordings) == ["pool_camera", "current_speed", "noise", "noise2", "noise3"]
    for left_out in full.recordings:
        kept = [name for name in SENSORS if name != left_out]
        fewer = simulate_weld(planned(8, 4, kept), 2, 64)
        assert np.array_equal(full.states.drive.current_a.values, fewer.states.drive.current_a.values)
        for name, recording in fewer.recordings.items():
            assert np.array_equal(recording.values, full.recordings[name].values)
            assert np.array_equal(recording.values, more.recordings[name].values)
            assert recording.true == full.recordings[name].true


def test_one_process_equals_four(tmp_path: Path) -> None:
    one, four = written(tmp_path / "one", 6, 1), written(tmp_path / "four", 6, 1, processes=4)
    names = sorted(str(p.relative_to(one)) for p in one.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(four)) for p in four.rglob("*") if p.is_file())
    same, different, odd = filecmp.cmpfiles(one, four, names, shallow=False)
    assert (len(same), different, odd) == (len(names), [], [])


def test_the_folder_is_a_data_set(tmp_path: Path) -> None:
    root = written(tmp_path / "welds", 4, 2)
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert (card.process, card.about["version"], len(welds)) == (142, "aluminium_tig/1", 4)
    assert card.targets["state"].codes["burn-through"] == 510
    for number, weld in enumerate(welds):
        shot = simulate_weld(planned(4, 2), number, 64)
        pictures = np.load(weld.files["pool_camera"][0])
        assert (pictures.shape, pictures.dtype) == ((11, 64, 64), np.uint8)
        assert np.array_equal(pictures, shot.recordings["pool_camera"].values)
        assert np.load(weld.files["current_speed"][0]).shape == (2, 1283)
        told = (shot.design.current_a, shot.design.speed_mm_s)
        assert weld.values["parameters"] == pytest.approx(told, rel=1e-5)
        for name, recording in shot.recordings.items():
            assert weld.offset_s[name] == pytest.approx(recording.calibrated.offset_s, abs=1e-6)
            assert abs(weld.offset_s[name] - recording.true.offset_s) < 1.2e-3


def test_the_check_finds_no_error_and_nothing_dead(tmp_path: Path) -> None:
    root = written(tmp_path / "s", 24, 0, weld_s=20.0)
    findings = check(root, progress=False)
    assert not [f for f in findings if f.level == "error"]
    assert not {f.code for f in findings} & {"constant", "clipped", "dead"}


def test_recordings_are_finite_and_of_the_stated_type(make) -> None:
    for weld in make(6, 9, weld_s=10.0):
        assert weld.recordings["pool_camera"].values.dtype == np.uint8
        assert weld.recordings["pool_camera"].values.shape == (11, 224, 224)
        assert np.mean(weld.recordings["pool_camera"].values == 255) < 0.05
        for name in ("current_speed", "noise"):
            assert weld.recordings[name].values.dtype == np.float32
            assert np.isfinite(weld.recordings[name].values).all()


def test_48_welds_take_well_under_a_minute_and_little_disk(tmp_path: Path) -> None:
    process = AluminiumTig()
    plan = plan_welds(process, 48, 0)
    start = time.process_time()
    for index in range(4):
        write_weld(process.weld(plan, index), tmp_path)
    assert 12 * (time.process_time() - start) < 45
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) / 4
    assert size < 4e6


def test_the_knobs_scale_what_they_say() -> None:
    usual, none = (simulate_weld(planned(8, 1, noise_scale=n), 1, 64) for n in (1.0, 0.0))
    assert np.array_equal(usual.states.pool.width_mm.values, none.states.pool.width_mm.values)
    quiet, loud = (w.recordings["current_speed"].values[1] for w in (none, usual))
    assert (loud - quiet).std() == pytest.approx(0.05, rel=0.15)
    alike = [simulate_weld(planned(8, 1, group_scale=0), k, 64).joint for k in range(8)]
    assert len({joint.plate_mm for joint in alike}) == 1
    many = sum(
        len(simulate_weld(planned(8, 1, ["noise"], dropouts_per_weld=3), k).recordings["noise"].dropouts)
        for k in range(8)
    )
    assert many == pytest.approx(24, abs=15)
    with pytest.raises(WeldfusionError, match="has no knob event_coupling"):
        planned(2, 0, event_coupling=0.5)


def test_imbalance_makes_burn_through_rare_and_good_welds_frequent() -> None:
    from weldfusion.simulate.aluminium_tig.labels import states_along, weld_state

    shares = []
    for imbalance in (0.0, 1.0):
        plan = planned(150, 2, ["parameters"], 20.0, imbalance=imbalance)
        names = [weld_state(states_along(simulate_weld(plan, k).states)) for k in range(150)]
        shares.append([names.count(name) / 150 for name in ("good", "burn-through", "contamination")])
    assert shares[1][0] > 1.5 * shares[0][0]
    assert shares[1][1] < 0.6 * shares[0][1]
    assert max(shares[0]) < 0.30


def test_the_command_takes_size_sensors_and_length(tmp_path: Path) -> None:
    out = tmp_path / "s"
    words = ["simulate", "aluminium_tig", str(out), "--welds", "2", "--weld-s", "10", "--picture-px", "96"]
    assert main([*words, "--sensors", "pool_camera,parameters"]) == 0
    card = read_card(out / "dataset.yaml")
    assert list(card.modalities) == ["pool_camera", "parameters"]
    assert card.modalities["pool_camera"].size == (96, 96)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--picture-px", "32"], "picture_px: must be from 64 to 512, is 32"),
        (["--weld-s", "5"], "weld_s: 5.0 s is out of range; it must be from 10.0 to 120.0 s"),
        (["--sensors", "pool_cam"], "did you mean pool_camera"),
        (["--difficulty", "class_margin=0.01"], "has no knob class_margin"),
    ],
)
def test_bad_options_are_told_in_one_line(option, words, tmp_path, capsys) -> None:
    assert main(["simulate", "aluminium_tig", str(tmp_path / "s"), *option]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not (tmp_path / "s").exists()
