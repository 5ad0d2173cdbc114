"""Whole data sets: determinism, independence of sensors, what lies on disk, bad input, speed."""

import filecmp
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.find import find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.storage import write_weld

SMALL = PulsedGTA(picture_px=32)
EVERYTHING = SMALL.sensors


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_the_process_is_found_by_name() -> None:
    assert find_process("pulsed_gta") == PulsedGTA()
    assert find_process("pulsed_gta").version == "pulsed_gta/2"


def test_one_weld_alone_equals_the_same_weld_of_a_batch() -> None:
    plan = plan_welds(SMALL, 24, 3, EVERYTHING, 1.0)
    batch = [SMALL.simulate(plan, index) for index in range(6)][5]
    alone = SMALL.simulate(plan_welds(SMALL, 24, 3, EVERYTHING, 1.0), 5)
    assert np.array_equal(batch.states.surface_m.values, alone.states.surface_m.values)
    assert set(alone.recordings) == set(EVERYTHING) - {"parameters"}
    for name in alone.recordings:
        assert np.array_equal(batch.recordings[name].values, alone.recordings[name].values)


def test_leaving_a_sensor_out_changes_nothing_else() -> None:
    full = SMALL.simulate(plan_welds(SMALL, 8, 4, EVERYTHING, 1.0), 2)
    for left_out in full.recordings:
        kept = [name for name in EVERYTHING if name != left_out]
        fewer = SMALL.simulate(plan_welds(SMALL, 8, 4, kept, 1.0), 2)
        assert np.array_equal(full.states.surface_m.values, fewer.states.surface_m.values)
        for name, recording in fewer.recordings.items():
            assert np.array_equal(recording.values, full.recordings[name].values)
            assert recording.true == full.recordings[name].true


def test_one_process_equals_four(tmp_path: Path) -> None:
    plan = plan_welds(SMALL, 6, 1, None, 1.0)
    one = write_data_set(SMALL, plan, tmp_path / "one", progress=False)
    four = write_data_set(SMALL, plan, tmp_path / "four", progress=False, processes=4)
    assert files(one) == files(four)
    same, different, odd = filecmp.cmpfiles(one, four, files(one), shallow=False)
    assert (len(same), different, odd) == (len(files(one)), [], [])


def test_the_folder_is_a_data_set(tmp_path: Path) -> None:
    plan = plan_welds(SMALL, 12, 2, None, 1.0)
    root = write_data_set(SMALL, plan, tmp_path / "welds", progress=False)
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert card.process == 142
    assert "Known departures: " in card.about["description"]
    assert list(card.modalities) == ["pool_camera", "microphone", "infrared", "noise", "parameters"]
    for number, weld in enumerate(welds):
        shot = SMALL.simulate(plan, number)
        sound, rate = soundfile.read(weld.files["microphone"][0], dtype="float32")
        assert rate == 44_100
        heard = shot.recordings["microphone"].values[0]
        assert np.allclose(200 * sound, heard, atol=1.01 * 200 / 32768)
        for name, kind, side in (("pool_camera", np.uint8, (32, 32, 3)), ("infrared", np.float16, (32, 32))):
            frames = np.load(weld.files[name][0])
            assert (frames.dtype, frames.shape[1:]) == (kind, side)
            assert np.array_equal(frames, shot.recordings[name].values)
        assert weld.values["parameters"][0] == pytest.approx(shot.design.peak_a, rel=1e-5)
        for name, recording in shot.recordings.items():
            assert weld.offset_s[name] == pytest.approx(recording.calibrated.offset_s, abs=1e-6)
            assert abs(weld.offset_s[name] - recording.true.offset_s) < 1.2e-3
        truth = np.load(root / "truth" / f"{weld.id}.npz")
        steps = truth["events.time_s"]
        assert len(steps) in (int(2 * shot.design.pulse_hz) + k for k in (-1, 0, 1, 2))
    errors = [finding for finding in check(root, progress=False) if finding.level == "error"]
    assert errors == []


def test_all_classes_in_enough_sessions() -> None:
    process = PulsedGTA()
    plan = plan_welds(process, 48, 11, ["parameters"])
    seen = {}
    for index in range(48):
        record = process.weld(plan, index)
        seen.setdefault(record.labels.values["weld_penetration"], set()).add(record.place.session)
    assert {name: len(found) >= 4 for name, found in seen.items()} == dict.fromkeys(
        ("partial", "full", "excessive"), True
    )


def test_recordings_are_finite_in_range_and_of_the_stated_type() -> None:
    plan = plan_welds(SMALL, 12, 9, EVERYTHING, 1.0)
    kinds = {"pool_camera": np.uint8, "infrared": np.float16}
    for index in range(12):
        for name, recording in SMALL.simulate(plan, index).recordings.items():
            assert recording.values.dtype == kinds.get(name, np.float32)
            assert np.isfinite(recording.values.astype(np.float32)).all()
            if name == "microphone":
                assert np.mean(np.abs(recording.values) >= 200) < 1e-3


def test_48_welds_written_with_all_usual_sensors_take_well_under_60_s_of_one_core(tmp_path: Path) -> None:
    process = PulsedGTA()
    plan = plan_welds(process, 48, 0)
    write_weld(process.weld(plan, 0), tmp_path)
    start = time.process_time()
    for index in range(1, 5):
        write_weld(process.weld(plan, index), tmp_path)
    assert 12 * (time.process_time() - start) < 40
    size = sum(path.stat().st_size for path in tmp_path.rglob("*w00001*"))
    assert size < 10e6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"picture_px": 33}, "picture_px: must be even"),
        ({"picture_px": 1024}, "from 32 to 512"),
        ({"plate_mm": 9.0}, "plate_mm: must be from 2 to 4, is 9"),
    ],
)
def test_bad_fields_are_told_in_one_line(arguments: dict, words: str) -> None:
    with pytest.raises(WeldfusionError, match=words):
        PulsedGTA(**arguments)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "pulsed_gta", str(tmp_path / "s"), "--welds", "2", "--weld-s", "1"]
    assert main([*words, "--picture-px", "31"]) == 2
    assert "picture_px" in capsys.readouterr().err
    assert main([*words, "--difficulty", "imbalance=1"]) == 2
    assert "no knob imbalance" in capsys.readouterr().err
    more = [
        "--picture-px",
        "32",
        "--plate-mm",
        "3",
        "--sensors",
        "infrared,arc",
        "--difficulty",
        "class_margin=0.05",
    ]
    assert main([*words, *more]) == 0
    card = read_card(tmp_path / "s" / "dataset.yaml")
    assert list(card.modalities) == ["infrared", "arc"]
    assert "3 mm" in card.material
