"""Whole data sets: determinism, independence of sensors, counts, what lies on disk, bad input, speed."""

import filecmp
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from weldfusion.cli.main import main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.resistance_spot.labels import quality
from weldfusion.simulate.resistance_spot.process import ResistanceSpot, simulate_resistance_spot
from weldfusion.simulate.resistance_spot.weld import ALL_SENSORS, Choice, simulate_weld, wanted_quality
from weldfusion.simulate.storage import write_weld

COUNTS = (2, 1, 1)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def everything(weld) -> dict[str, np.ndarray]:
    found = {name: recording.values for name, recording in weld.recordings.items()}
    return found | {name: np.stack(pictures) for name, pictures in weld.pictures.items()}


def test_one_weld_alone_equals_the_same_weld_of_a_batch() -> None:
    process = ResistanceSpot(COUNTS)
    batch = [simulate_weld(plan_welds(process, 12, 3), index, process.choice) for index in range(8)][7]
    alone = simulate_weld(plan_welds(process, 12, 3), 7, process.choice)
    assert batch.design == alone.design
    for name, values in everything(alone).items():
        assert np.array_equal(values, everything(batch)[name])


def test_leaving_a_sensor_out_changes_nothing_else() -> None:
    process = ResistanceSpot()
    full = everything(simulate_weld(plan_welds(process, 8, 4), 2, Choice()))
    assert set(full) == set(ALL_SENSORS) - {"parameters"}
    for left_out in full:
        plan = plan_welds(process, 8, 4, [name for name in ALL_SENSORS if name != left_out])
        fewer = everything(simulate_weld(plan, 2, Choice()))
        assert set(fewer) == set(full) - {left_out}
        for name, values in fewer.items():
            assert np.array_equal(values, full[name])


def test_one_process_equals_four(tmp_path: Path) -> None:
    one = simulate_resistance_spot(tmp_path / "one", 6, 1, COUNTS, progress=False)
    four = simulate_resistance_spot(tmp_path / "four", 6, 1, COUNTS, progress=False, processes=4)
    assert files(one) == files(four)
    same, different, odd = filecmp.cmpfiles(one, four, files(one), shallow=False)
    assert (len(same), different, odd) == (len(files(one)), [], [])


def test_counts_are_met_exactly() -> None:
    plan = plan_welds(ResistanceSpot(), 495, 0)
    assert Counter(wanted_quality(plan, (443, 21, 31))) == {"good": 443, "bad": 21, "explode": 31}
    small = plan_welds(ResistanceSpot(), 24, 9, ["parameters"])
    wanted = list(wanted_quality(small, (2, 1, 1)))
    made = [quality(simulate_weld(small, index, Choice(COUNTS)).states) for index in range(24)]
    assert made == wanted
    assert Counter(made) == {"good": 12, "bad": 6, "explode": 6}


def test_the_folder_is_a_data_set(tmp_path: Path) -> None:
    root = simulate_resistance_spot(tmp_path / "welds", 24, 2, COUNTS, progress=False)
    card = read_card(root / "dataset.yaml")
    welds = read_manifest(root / "manifest.csv", card)
    assert card.process == 21
    assert "resistance_spot/" in card.name
    assert [finding for finding in check(root) if finding.level == "error"] == []
    plan = plan_welds(ResistanceSpot(COUNTS), 24, 2)
    for number in (0, 11):
        weld, shot = welds[number], simulate_weld(plan, number, Choice(COUNTS))
        assert np.array_equal(np.load(weld.files["curves"][0]), shot.recordings["curves"].values)
        for name in ("infrared", "views"):
            stored = [np.array(Image.open(file)) for file in weld.files[name]]
            assert np.array_equal(np.stack(stored), np.stack(shot.pictures[name]))
        assert weld.targets["quality"] == quality(shot.states)
        truth = np.load(root / "truth" / f"{weld.id}.npz")
        assert truth["heat.nugget_m"][-1] == pytest.approx(float(weld.targets["nugget_mm"]) * 1e-3, abs=1e-6)
        assert len(truth["events.time_s"]) == len(shot.states.expulsions)
        assert truth["design.cause"] == shot.design.plan
    per_weld = sum(p.stat().st_size for p in root.rglob("*") if p.is_file()) / 24
    assert per_weld < 1e6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--counts", "4:1"], "three whole numbers"),
        (["--counts", "a:b:c"], "three whole numbers"),
        (["--counts", "0:0:0"], "three numbers such as"),
        (["--counts=-1:1:1"], "three numbers such as"),
        (["--picture-px", "8"], "picture_px: 8"),
        (["--sensors", "infared"], "did you mean infrared"),
        (["--difficulty", "class_margin=0.02"], "no knob class_margin"),
    ],
)
def test_bad_arguments_are_told_in_one_line(tmp_path: Path, capsys, arguments, words: str) -> None:
    assert main(["simulate", "resistance_spot", str(tmp_path / "out"), "--welds", "2", *arguments]) != 0
    told = capsys.readouterr().err.strip()
    assert words in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_a_class_that_cannot_come_out_is_told(monkeypatch) -> None:
    monkeypatch.setattr("weldfusion.simulate.resistance_spot.weld.MOST_DRAWS", 1)
    plan = plan_welds(ResistanceSpot((0, 1, 0)), 4, 0, ["parameters"], None, Difficulty(hidden_scale=0))
    with pytest.raises(WeldfusionError, match="came out 'bad'"):
        [simulate_weld(plan, index, Choice((0, 1, 0))) for index in range(4)]


def test_the_verb_writes_what_was_asked(tmp_path: Path, capsys) -> None:
    out = tmp_path / "set"
    call = [
        "simulate",
        "resistance_spot",
        str(out),
        "--welds",
        "4",
        "--picture-px",
        "48",
        "--sensors",
        "views",
    ]
    assert main(call) == 0
    assert "wrote 4 welds" in capsys.readouterr().out
    assert read_card(out / "dataset.yaml").modalities["views"].size == (48, 48)


def test_48_welds_written_take_well_under_60_s_of_one_core(tmp_path: Path) -> None:
    plan, process = plan_welds(ResistanceSpot((443, 21, 31)), 48, 0), ResistanceSpot((443, 21, 31))
    write_weld(process.weld(plan, 0), tmp_path)
    start = time.process_time()
    for index in range(1, 13):
        write_weld(process.weld(plan, index), tmp_path)
    assert 4 * (time.process_time() - start) < 30
