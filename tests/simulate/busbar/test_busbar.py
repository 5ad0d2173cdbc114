"""Whole data sets of busbar seams: determinism, pairs, independence of sensors, files, bad input."""

import csv
import filecmp
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.busbar.preset import find_preset
from weldfusion.simulate.busbar.process import PROCESSES, Busbar
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.find import find_process
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.storage import truth_of

SMALL = Busbar(picture_px=192)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = plan_welds(SMALL, 24, 2)
    return write_data_set(SMALL, plan, tmp_path_factory.mktemp("busbar") / "seams", progress=False)


def same(one, other) -> None:
    assert truth_of(one).keys() == truth_of(other).keys()
    for name, value in truth_of(one).items():
        assert np.array_equal(np.asarray(value), np.asarray(truth_of(other)[name])), name
    for name, recording in one.recordings.items():
        assert np.array_equal(recording.values, other.recordings[name].values)
    assert np.array_equal(one.pictures["picture"][0].pixels, other.pictures["picture"][0].pixels)
    assert one.labels.values == other.labels.values


def test_a_seam_alone_equals_the_same_seam_of_a_batch() -> None:
    plan = plan_welds(SMALL, 24, 3)
    batch = [SMALL.weld(plan, index) for index in range(18)][17]
    same(batch, Busbar(picture_px=192).weld(plan_welds(SMALL, 24, 3), 17))


def test_leaving_a_sensor_out_changes_nothing_else() -> None:
    names = ("picture", "spectrometer", "noise", "parameters")
    full = SMALL.weld(plan_welds(SMALL, 8, 4), 2)
    for left_out in names:
        kept = [name for name in names if name != left_out]
        fewer = SMALL.weld(plan_welds(SMALL, 8, 4, kept), 2)
        for name, recording in fewer.recordings.items():
            assert np.array_equal(recording.values, full.recordings[name].values)
        if "picture" in kept:
            assert np.array_equal(fewer.pictures["picture"][0].pixels, full.pictures["picture"][0].pixels)
        assert fewer.labels.values == full.labels.values
        assert np.array_equal(fewer.truth["keyhole.depth_m"], full.truth["keyhole.depth_m"])
        assert set(fewer.labels.masks) == ({"seam"} if "picture" in kept else set())


def test_one_process_equals_four(tmp_path: Path) -> None:
    plan = plan_welds(SMALL, 10, 1, weld_s=0.28)
    one = write_data_set(SMALL, plan, tmp_path / "one", progress=False)
    four = write_data_set(SMALL, plan, tmp_path / "four", progress=False, processes=4)
    assert files(one) == files(four)
    matched, different, odd = filecmp.cmpfiles(one, four, files(one), shallow=False)
    assert (len(matched), different, odd) == (len(files(one)), [], [])


def test_the_folder_is_a_data_set_of_pairs(root: Path) -> None:
    findings = [one for one in check(root) if one.level == "error"]
    assert findings == []
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert (card.process, card.group, len(welds)) == (52, "session", 24)
    assert len(files(root / "signals" / "picture")) == 12
    with (root / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        assert first["weld"][:-1] == second["weld"][:-1]
        assert [first[key] for key in ("session", "workpiece")] == [
            second[key] for key in ("session", "workpiece")
        ]
        assert first["picture"].split("::")[0] == second["picture"].split("::")[0]
        assert first["picture"].endswith("/0:32,0:192,mirrored")
        assert second["picture"].endswith("/32:64,0:192")
    for row in rows:
        outline = np.asarray(Image.open(root / row["seam"]))
        assert outline.shape == (32, 192)
        assert set(np.unique(outline)) == {0, 255}


def test_labels_follow_from_the_truth(root: Path) -> None:
    card = read_card(root / "dataset.yaml")
    for weld in read_manifest(root / "manifest.csv", card):
        truth = np.load(root / "truth" / f"{weld.id}.npz")
        assert 1e3 * truth["bead.depth_m"].mean() == pytest.approx(weld.targets["depth_mm"], abs=1e-3)
        assert 1e3 * truth["seam.interface_m"].mean() == pytest.approx(weld.targets["interface_mm"], abs=1e-3)
        cold = (truth["seam.interface_m"] < 0.3 * truth["heat.pool_width_m"]).mean() > 0.5
        assert (weld.targets["state"] == "cold_weld") == cold
        if weld.targets["state"] == "low_gap":
            assert truth["seam.gap_m"].mean() < 0.25 * truth["joint.plate_m"] / 2
        assert truth["picture.setup.gain"] > 0
        kinds = truth["event_kinds"][truth["events.kind"]]
        if truth["design.cause"] != "water":
            assert "steam pop" not in kinds


def test_a_set_of_48_has_all_states_in_several_sessions() -> None:
    plan = plan_welds(SMALL, 48, 0, ["parameters"])
    found: dict[str, set[str]] = {}
    for index in range(48):
        weld = SMALL.weld(plan, index)
        found.setdefault(str(weld.labels.values["state"]), set()).add(weld.place.session)
    assert len(found) == 7
    assert min(len(sessions) for sessions in found.values()) >= 2


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Busbar(picture_px=500), "picture_px: 500"),
        (lambda: Busbar(picture_px=6), "picture_px: 6"),
        (lambda: plan_welds(SMALL, 0, 0), "welds: 0"),
        (lambda: plan_welds(SMALL, 2, 0, ["pictures"]), "did you mean picture"),
        (lambda: plan_welds(SMALL, 2, 0, weld_s=3.0), "weld_s: 3.0"),
        (lambda: plan_welds(SMALL, 2, 0, difficulty=Difficulty(imbalance=1.0)), "no knob imbalance"),
        (lambda: find_preset("busbar_c"), "busbar_cu"),
    ],
)
def test_bad_arguments_are_told_in_one_line(act, words: str) -> None:
    with pytest.raises(WeldfusionError, match=words) as caught:
        act()
    assert "\n" not in str(caught.value)


def test_the_command_line_writes_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cu"
    options = ["--welds", "3", "--preset", "busbar_cu", "--picture-px", "192", "--weld-s", "0.3"]
    assert main(["simulate", "busbar", str(out), *options]) == 0
    assert "wrote 3 welds" in capsys.readouterr().out
    assert "copper" in read_card(out / "dataset.yaml").material
    assert main(["simulate", "busbar", str(tmp_path / "no"), "--picture-px", "100"]) == 2
    assert "picture_px" in capsys.readouterr().err
    assert find_process("busbar").version == "busbar/1"
    assert set(PROCESSES) == {"busbar", "busbar_cu"}


def test_noise_knobs_and_more_noise_sensors() -> None:
    plan = plan_welds(SMALL, 4, 0, difficulty=Difficulty(n_nuisance=2))
    assert plan.sensors == ("picture", "spectrometer", "noise", "noise2", "parameters")
    weld = SMALL.weld(plan, 0)
    assert not np.array_equal(weld.recordings["noise"].values, weld.recordings["noise2"].values)


def test_48_seams_take_far_less_than_a_minute_of_one_core() -> None:
    plan = plan_welds(Busbar(), 48, 1)
    start = time.process_time()
    for index in range(8):
        Busbar().weld(plan, index)
    assert 6 * (time.process_time() - start) < 40
