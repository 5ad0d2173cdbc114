"""Whole data sets: determinism, independence of sensors, what lies on disk, bad input, speed."""

import filecmp
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.laser.preset import PRESETS
from weldfusion.simulate.laser.process import plan_laser, record_of, simulate_laser
from weldfusion.simulate.laser.weld import SENSORS, simulate_weld
from weldfusion.simulate.storage import write_weld


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_one_weld_alone_equals_the_same_weld_of_a_batch() -> None:
    plan = plan_laser(24, 3, weld_s=0.5)
    batch = [simulate_weld(plan, index) for index in range(18)][17]
    alone = simulate_weld(plan_laser(24, 3, weld_s=0.5), 17)
    assert np.array_equal(batch.states.keyhole.depth_m.values, alone.states.keyhole.depth_m.values)
    for name in alone.recordings:
        assert np.array_equal(batch.recordings[name].values, alone.recordings[name].values, equal_nan=True)


def test_leaving_a_sensor_out_changes_nothing_else() -> None:
    full = simulate_weld(plan_laser(8, 4, weld_s=0.5), 2)
    for left_out in full.recordings:
        kept = [name for name in SENSORS if name != left_out]
        fewer = simulate_weld(plan_laser(8, 4, sensors=kept, weld_s=0.5), 2)
        assert np.array_equal(full.states.keyhole.depth_m.values, fewer.states.keyhole.depth_m.values)
        for name, recording in fewer.recordings.items():
            assert np.array_equal(recording.values, full.recordings[name].values, equal_nan=True)
            assert recording.true == full.recordings[name].true


def test_one_process_equals_four(tmp_path: Path) -> None:
    one = simulate_laser(tmp_path / "one", 6, 1, weld_s=0.25, progress=False)
    four = simulate_laser(tmp_path / "four", 6, 1, weld_s=0.25, progress=False, processes=4)
    assert files(one) == files(four)
    same, different, odd = filecmp.cmpfiles(one, four, files(one), shallow=False)
    assert (len(same), different, odd) == (len(files(one)), [], [])


def test_the_folder_is_a_data_set(tmp_path: Path) -> None:
    root = simulate_laser(tmp_path / "welds", 9, 2, weld_s=0.5, progress=False)
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert card.process == 52
    assert "laser_al/" in card.name
    assert len(welds) == 9
    for number, weld in enumerate(welds):
        shot = simulate_weld(plan_laser(9, 2, weld_s=0.5), number)
        sound, rate = soundfile.read(weld.files["microphone"][0], dtype="float32", always_2d=True)
        assert rate == 48_000
        assert np.allclose(sound.T * 12, shot.recordings["microphone"].values, atol=1.01 * 12 / 32768)
        light, rate = soundfile.read(weld.files["photodiode"][0], dtype="float32")
        assert (rate, light.shape) == (20_000, (10_400, 3))
        depth = np.load(weld.files["oct"][0])
        assert np.array_equal(depth, shot.recordings["oct"].values, equal_nan=True)
        assert np.isnan(depth).mean() < card.modalities["oct"].max_missing
        for name, recording in shot.recordings.items():
            assert weld.offset_s[name] == pytest.approx(recording.calibrated.offset_s, abs=1e-6)
            assert abs(weld.offset_s[name] - recording.true.offset_s) < 1.2e-3
            assert weld.clock_ppm[name] == pytest.approx(recording.true.ppm, abs=1e-2)
        for name, kind in (("coaxial_camera", np.uint8), ("infrared", np.float16)):
            frames = np.load(weld.files[name][0])
            assert frames.dtype == kind
            assert np.array_equal(frames, shot.recordings[name].values)
            assert frames.shape[1:] == card.modalities[name].size
    assert not list(root.parent.glob(".*part*"))


def test_a_small_set_has_all_classes_in_enough_sessions(tmp_path: Path) -> None:
    root = simulate_laser(tmp_path / "small", 36, 0, sensors=["noise"], weld_s=1.0, progress=False)
    sessions = defaultdict(set)
    for weld in read_manifest(root / "manifest.csv", read_card(root / "dataset.yaml")):
        sessions[weld.targets["weld_penetration"]].add(weld.groups["session"])
    assert {name: len(found) >= 4 for name, found in sessions.items()} == dict.fromkeys(
        ("LP", "PP", "FP"), True
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"welds": 0}, "welds: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"sensors": ["microfone"]}, "did you mean microphone"),
        ({"sensors": []}, "at least one"),
        ({"weld_s": 0.0}, "weld_s"),
        ({"processes": 0}, "processes"),
    ],
)
def test_bad_arguments_are_told_in_one_line(tmp_path: Path, change: dict, words: str) -> None:
    arguments = {"welds": 2, "seed": 0, "weld_s": 0.25, "progress": False} | change
    with pytest.raises(WeldfusionError, match=words) as caught:
        simulate_laser(tmp_path / "out", **arguments)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(WeldfusionError, match="already exists"):
        simulate_laser(tmp_path, 2, 0, progress=False)
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_100_welds_written_with_all_sensors_take_under_20_s_of_one_core(tmp_path: Path) -> None:
    plan = plan_laser(100, 0)
    assert set(plan.sensors) == set(SENSORS)
    write_weld(record_of(simulate_weld(plan, 0), plan), tmp_path)
    start = time.process_time()
    for index in range(1, 11):
        write_weld(record_of(simulate_weld(plan, index), plan), tmp_path)
    assert 10 * (time.process_time() - start) < 20


def test_recordings_are_finite_in_range_and_of_the_stated_type() -> None:
    plan = plan_laser(12, 9, weld_s=0.5)
    kinds = {"coaxial_camera": np.uint8, "infrared": np.float16}
    for index in range(12):
        weld = simulate_weld(plan, index)
        for name, recording in weld.recordings.items():
            values = recording.values
            assert values.dtype == kinds.get(name, np.float32)
            if name != "oct":
                assert np.isfinite(values.astype(np.float32)).all()
        assert np.mean(weld.recordings["coaxial_camera"].values == 255) < 0.02


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_makes_a_data_set_that_tells_its_departures(name: str, tmp_path: Path) -> None:
    root = simulate_laser(tmp_path / name, 3, 1, weld_s=0.25, progress=False, preset=PRESETS[name])
    card = read_card(root / "dataset.yaml")
    assert card.about["version"] == f"{name}/1"
    assert "Known departures: " in card.about["description"]
    assert {target.kind for target in card.targets.values()} == {
        "class",
        "multilabel",
        "real",
        "intervals",
        "curve",
    }
    assert list(card.modalities) == list(SENSORS)
    assert len(read_manifest(root / "manifest.csv", card)) == 3


def two_short_welds(folder: Path) -> list[str]:
    return ["simulate", "laser", str(folder / "s"), "--welds", "2", "--weld-s", "0.25"]


def test_the_command_takes_sensors_and_preset(tmp_path: Path) -> None:
    assert main([*two_short_welds(tmp_path), "--preset", "laser_ss", "--sensors", "oct, noise"]) == 0
    card = read_card(tmp_path / "s" / "dataset.yaml")
    assert list(card.modalities) == ["oct", "noise"]
    assert "304" in card.material


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--preset", "laser_a"], "did you mean laser_al"),
        (["--sensors", "oct,microfone"], "did you mean micro"),
        (["--sensors", "oct,noise,"], "a name is missing"),
        (["--sensors", "oct, noise, oct"], "oct is named twice"),
        (["--difficulty", "group_scal=0"], "did you mean group_scale"),
    ],
)
def test_the_command_tells_the_nearest_name(
    option: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "laser", str(tmp_path / "s"), *option]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_the_command_takes_knobs_of_difficulty(tmp_path: Path) -> None:
    assert (
        main(
            [*two_short_welds(tmp_path), "--sensors", "noise", "--difficulty", "n_nuisance=2, group_scale=0"]
        )
        == 0
    )
    card = read_card(tmp_path / "s" / "dataset.yaml")
    assert list(card.modalities) == ["noise", "noise2"]
    assert "'group_scale': 0.0" in card.about["description"]


def test_the_set_gap_of_a_lap_joint_is_a_parameter(tmp_path: Path) -> None:
    plan = plan_laser(4, 3, ["parameters"], 0.25, PRESETS["laser_ss"])
    root = simulate_laser(tmp_path / "s", 4, 3, ["parameters"], 0.25, False, preset=plan.preset)
    card = read_card(root / "dataset.yaml")
    assert card.modalities["parameters"].columns == ("power_kw", "travel_speed_mm_s", "gap_mm")
    for number, weld in enumerate(read_manifest(root / "manifest.csv", card)):
        design = simulate_weld(plan, number).design
        expected = (design.power_w / 1e3, design.speed_m_s * 1e3, design.gap_m * 1e3)
        assert weld.values["parameters"] == pytest.approx(expected, abs=1e-4)


def test_the_back_diode_is_recorded_where_it_is_named(tmp_path: Path) -> None:
    plan = plan_laser(4, 3, ["back_diode", "noise"], 0.25)
    root = simulate_laser(tmp_path / "s", 4, 3, plan.sensors, 0.25, progress=False)
    card = read_card(root / "dataset.yaml")
    assert set(card.modalities) == {"back_diode", "noise"}
    for number, weld in enumerate(read_manifest(root / "manifest.csv", card)):
        stored, rate = soundfile.read(weld.files["back_diode"][0], dtype="float32")
        assert rate == 20_000
        expected = simulate_weld(plan, number).recordings["back_diode"].values[0]
        assert np.allclose(4 * stored, expected, atol=4 * 1.01 / 32768)


def test_the_check_finds_nothing_odd_in_recordings_and_curves(tmp_path: Path) -> None:
    root = simulate_laser(
        tmp_path / "s", 24, 0, ["opening", "oct", "noise"], weld_s=1.0, progress=False, processes=1
    )
    depths = [np.load(path) for path in sorted(root.glob("labels/depth_along/*.npy"))]
    assert any(np.ptp(depth) == 0 for depth in depths)  # full penetration all along
    assert not {f.code for f in check(root, progress=False)} & {"constant", "clipped", "dead"}


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _works(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs the process table of Linux")
def test_a_kill_leaves_no_process(tmp_path: Path) -> None:
    words = [
        "simulate",
        "laser",
        str(tmp_path / "s"),
        "--welds",
        "500",
        "--processes",
        "2",
        "--sensors",
        "noise",
    ]
    parent = subprocess.Popen([sys.executable, "-m", "weldfusion", *words], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(tmp_path.glob(".s.part/truth/*.npz")) and time.monotonic() < end:
        time.sleep(0.02)
    workers = _children(parent.pid)
    parent.kill()
    parent.wait()
    assert len(workers) >= 2
    while any(map(_works, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [pid for pid in workers if _works(pid)]
