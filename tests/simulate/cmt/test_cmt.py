"""Whole data sets: determinism, independence of sensors, files, truth, the verb, bad input."""

import filecmp
from pathlib import Path

import numpy as np
import pytest

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.cmt.preset import ROBOT_MAG, find_preset
from weldfusion.simulate.cmt.process import PROCESSES, GroovedArc
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.find import find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import WeldRecord
from weldfusion.simulate.storage import truth_of

SMALL = GroovedArc(picture_px=32)
ALL = ("camera", "microphone", "current", "voltage", "noise", "parameters")
SECONDS = 1.0


def plan(welds: int, seed: int, sensors=ALL, process: GroovedArc = SMALL):
    return plan_welds(process, welds, seed, sensors, SECONDS)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def same(one: WeldRecord, other: WeldRecord) -> None:
    assert truth_of(one).keys() == truth_of(other).keys()
    for name, value in truth_of(one).items():
        assert np.array_equal(np.asarray(value), np.asarray(truth_of(other)[name])), name
    for name, recording in one.recordings.items():
        assert np.array_equal(recording.values, other.recordings[name].values)
    assert one.labels.values == other.labels.values


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data_set(SMALL, plan(12, 2), tmp_path_factory.mktemp("cmt") / "welds", progress=False)


def test_a_weld_alone_equals_the_same_weld_of_a_batch() -> None:
    batch = [SMALL.weld(plan(12, 3), index) for index in range(8)][7]
    same(batch, GroovedArc(picture_px=32).weld(plan(12, 3), 7))


def test_leaving_a_sensor_out_changes_nothing_else() -> None:
    full = SMALL.weld(plan(8, 4), 2)
    for left_out in ALL:
        fewer = SMALL.weld(plan(8, 4, [name for name in ALL if name != left_out]), 2)
        assert set(fewer.recordings) == set(full.recordings) - {left_out}
        for name, recording in fewer.recordings.items():
            assert np.array_equal(recording.values, full.recordings[name].values)
        assert fewer.labels.values == full.labels.values
        assert np.array_equal(fewer.truth["states.depth_m"], full.truth["states.depth_m"])


def test_the_size_of_frames_changes_nothing_but_frames() -> None:
    small, large = (GroovedArc(picture_px=pixels).weld(plan(4, 5), 1) for pixels in (32, 48))
    assert large.recordings["camera"].values.shape == (33, 48, 48)
    assert np.array_equal(small.recordings["microphone"].values, large.recordings["microphone"].values)


def test_one_process_equals_four(tmp_path: Path) -> None:
    one = write_data_set(SMALL, plan(6, 1), tmp_path / "one", progress=False)
    four = write_data_set(SMALL, plan(6, 1), tmp_path / "four", progress=False, processes=4)
    assert files(one) == files(four)
    matched, different, odd = filecmp.cmpfiles(one, four, files(one), shallow=False)
    assert (len(matched), different, odd) == (len(files(one)), [], [])


def test_the_folder_is_a_data_set(root: Path) -> None:
    assert [one for one in check(root) if one.level == "error"] == []
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert (card.process, card.group, len(welds)) == (135, "session", 12)
    assert tuple(card.modalities) == ALL
    assert set(card.targets) == {
        "penetration", "depth", "back_reinforcement", "weld_penetration", "depth_mm", "back_reinforcement_mm",
    }  # fmt: skip


def test_the_penetration_target_is_that_of_the_recorded_clips() -> None:
    real = read_card(Path(__file__).parents[3] / "data" / "cmt_arc_sound" / "dataset.yaml")
    ours = SMALL.card(plan(1, 0))
    assert ours.targets["penetration"].classes == real.targets["penetration"].classes
    assert dict(ours.targets["penetration"].codes) == dict(real.targets["penetration"].codes)
    assert ours.modalities["microphone"].rate == real.modalities["microphone"].rate


def test_labels_follow_from_the_truth(root: Path) -> None:
    for weld in read_manifest(root / "manifest.csv", read_card(root / "dataset.yaml")):
        truth = np.load(root / "truth" / f"{weld.id}.npz")
        depth = 1e3 * truth["states.depth_m"]
        assert np.load(weld.targets["depth"])[0] == pytest.approx(depth.reshape(-1, 2).mean(axis=1), abs=1e-4)
        assert weld.targets["depth_mm"] == pytest.approx(depth.mean(), abs=1e-3)
        sag = truth["states.sag_m"].reshape(-1, 10).mean(axis=1)
        opened = truth["states.open_root"].reshape(-1, 10).mean(axis=1)
        rows = Path(weld.targets["penetration"]).read_text().splitlines()[1:]
        kinds = [
            "non" if o < 0.5 else "excessive" if s > 1e-3 else "full"
            for o, s in zip(opened, sag, strict=True)
        ]
        assert [row.split(",")[2] for row in rows] == [f"{kind}_penetration" for kind in kinds]


def test_values_are_finite_and_in_range(root: Path) -> None:
    for name in ("camera", "noise"):
        for file in (root / "signals" / name).glob("*.npy"):
            values = np.load(file)
            assert values.dtype == (np.uint8 if name == "camera" else np.float32)
            assert np.isfinite(values).all()
    frames = np.concatenate([np.load(file) for file in (root / "signals" / "camera").glob("*.npy")])
    assert np.mean(frames == 255) < 0.02


def test_robot_mag_is_a_process_without_a_camera() -> None:
    process = find_process("robot_mag")
    assert (process.version, PROCESSES["cmt"].version) == (ROBOT_MAG.version, "cmt/1")
    weld = process.weld(plan_welds(process, 2, 0, weld_s=0.5), 0)
    assert set(weld.recordings) == {"microphone", "current", "voltage", "noise"}
    with pytest.raises(WeldfusionError, match="sensors: no sensor is called 'camera'"):
        plan_welds(process, 2, 0, ["camera"])


def test_the_verb_writes_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "welds"
    words = ["simulate", "cmt", str(out), "--welds", "2", "--weld-s", "0.5", "--picture-px", "40"]
    assert main([*words, "--sensors", "camera,current"]) == 0
    assert "wrote 2 welds" in capsys.readouterr().out
    assert np.load(out / "signals" / "camera" / "w00001.npy").shape == (18, 40, 40)
    assert (out / "signals" / "current" / "w00002.flac").is_file()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: GroovedArc(picture_px=8), "picture_px: 8 is out of range; it must be from 32 to 512"),
        (lambda: find_preset("cmd"), "preset: no preset is called 'cmd'.*cmt"),
        (lambda: plan_welds(SMALL, 2, 0, weld_s=0.1), "weld_s: 0.1 s is out of range"),
        (lambda: plan_welds(SMALL, 2, 0, difficulty=Difficulty(imbalance=1)), "cmt has no knob imbalance"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(call, told: str) -> None:
    with pytest.raises(WeldfusionError, match=told) as problem:
        call()
    assert "\n" not in str(problem.value)
