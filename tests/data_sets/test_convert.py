"""The scripts in data/: the real recordings become data sets that read, check and agree with themselves."""

import csv
import runpy
import shutil
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from weldfusion.data.check import check
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.readers.find import read

ROOT = Path(__file__).parents[2]


def converted(source: Path, target: Path, name: str) -> Dataset:
    """A copy of the recordings, converted in place by the script of `data/<name>`."""
    shutil.copytree(next(source.rglob("index.csv")).parent, target)
    runpy.run_path(str(ROOT / "data" / name / "convert.py"))["convert"](target)
    return read_dataset(target)


@pytest.fixture(scope="module")
def ultrasonic(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("ultrasonic") / "data"
    return converted(real_data("ultrasonic_weld"), folder, "ultrasonic_weld")


@pytest.fixture(scope="module")
def robotic(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("robotic") / "data"
    return converted(real_data("robotic_weld_runs"), folder, "robotic_weld_runs")


@pytest.fixture(scope="module")
def arc_sound(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("arc") / "data"
    return converted(real_data("cmt_arc_sound"), folder, "cmt_arc_sound")


def numbers(dataset: Dataset) -> list[dict[str, str]]:
    with open(dataset.root / "manifest.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.real_data
def test_ultrasonic_welds_are_those_that_were_published(ultrasonic: Dataset) -> None:
    assert Counter(weld.targets["class"] for weld in ultrasonic.welds) == {
        "ok": 157,
        "cable_offset": 83,
        "oil_contamination": 83,
        "near_ok_sonotrode_change": 81,
        "terminal_offset": 76,
    }
    assert sum(weld.targets["pullout_force"] == 0 for weld in ultrasonic.welds) == 49
    assert len({weld.groups["day"] for weld in ultrasonic.welds}) == 11
    assert [f.message for f in check(ultrasonic.root) if f.level == "error"] == []


@pytest.mark.real_data
def test_readings_of_the_machine_agree_with_its_curves(ultrasonic: Dataset) -> None:
    """Maximum and integral of a curve are what the machine printed as maximum and energy."""
    modalities = ultrasonic.card.modalities
    for row in numbers(ultrasonic)[::8]:
        power = read(ultrasonic.root / row["curves"], modalities["power"].reader).values[0]
        force = read(ultrasonic.root / row["curves"], modalities["force"].reader).values[0]
        assert power.max() == pytest.approx(float(row["MaxPower"]), rel=0.01)
        assert force.max() == pytest.approx(float(row["MaxForce"]), rel=0.01)
        assert len(power) == pytest.approx(float(row["WeldTime"]), abs=1)
        assert power.sum(dtype=np.float64) / 1000 == pytest.approx(float(row["Energy"]), rel=2e-3)


@pytest.mark.real_data
def test_robotic_welds_are_those_that_were_published(robotic: Dataset) -> None:
    assert Counter(weld.targets["imperfection"] for weld in robotic.welds) == {
        "good_weld": 12,
        "lack_of_fusion": 4,
        "burn_through": 2,
        "overlap": 2,
        "excessive_convexity": 2,
        "crater_cracks": 2,
    }
    assert Counter(weld.targets["verdict"] for weld in robotic.welds) == {"good": 12, "defect": 12}
    assert [f.message for f in check(robotic.root) if f.level == "error"] == []


@pytest.mark.real_data
def test_the_arc_burns_in_the_active_part_and_photos_are_five(robotic: Dataset) -> None:
    for row in numbers(robotic):
        raw = np.genfromtxt(
            robotic.root / "runs" / row["weld"] / f"{row['weld']}.csv",
            delimiter=",",
            skip_header=1,
            usecols=range(3, 9),
        )
        modality = robotic.card.modalities["readings"]
        even = read(robotic.root / row["readings"], modality.reader)
        assert modality.rate == Fraction(9)
        assert np.allclose(even.values.mean(axis=1), raw.mean(axis=0), rtol=0.03, atol=0.03)
        begin, end = (round(float(row[name]) * 9) for name in ("active_from", "active_to"))
        assert 0 < begin < end < even.values.shape[1]
        assert np.median(even.values[3, begin:end]) > 100
        sound = read(robotic.root / row["sound"], {})
        assert sound.rate == 16000
        assert float(row["active_to"]) < sound.values.shape[1] / 16000
        assert len(list(robotic.root.glob(row["photos"]))) == 5


@pytest.mark.real_data
def test_clips_of_arc_sound_are_those_that_were_published_less_gaps_and_a_copy(arc_sound: Dataset) -> None:
    states = ("non_penetration", "full_penetration", "excessive_penetration")
    assert Counter(row["penetration"] for row in numbers(arc_sound)) == dict.fromkeys(states, 700)
    blocks = Counter((weld.groups["block"], weld.targets["penetration"]) for weld in arc_sound.welds)
    expected = {(f"{state}-{n}", state): 175 if n == 4 else 170 for state in states for n in (1, 2, 3, 4)}
    expected["excessive_penetration-2", "excessive_penetration"] -= 1
    assert blocks == expected
    assert [f.message for f in check(arc_sound.root) if f.level == "error"] == []


@pytest.mark.real_data
def test_a_clip_of_arc_sound_continues_the_one_before_but_for_the_gaps(arc_sound: Dataset) -> None:
    """Across a joint a straight line through the last two samples foretells the next one as well as inside a
    clip, and much better than across two clips that are no neighbours."""
    named = {weld.id: weld for weld in arc_sound.welds}

    def clip(number: int) -> np.ndarray:
        return read(named[f"full_penetration-{number:04d}"].files["microphone"][0], {}).values[0]

    clips = {number: clip(number) for number in range(60)}
    surprise = lambda before, after: abs(after[0] - 2 * before[-1] + before[-2])  # noqa: E731
    joints = np.median([surprise(clips[n], clips[n + 1]) for n in range(59)])
    apart = np.median([surprise(clips[n], clips[(n + 23) % 60]) for n in range(60)])
    inside = np.median([np.abs(np.diff(one, 2)) for one in clips.values()])
    assert joints == pytest.approx(inside, rel=0.5)
    assert apart > 2 * joints
    for first in (175, 350, 525):
        assert not {f"full_penetration-{n:04d}" for n in range(first - 5, first)} & set(named)
        assert f"full_penetration-{first:04d}" in named
