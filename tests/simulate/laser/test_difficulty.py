"""Every knob: nothing changes at its default, and more of it has more of its effect."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.difficulty import Difficulty, parse_difficulty
from weldfusion.simulate.laser.design import Design, draw_design
from weldfusion.simulate.laser.labels import penetration_along
from weldfusion.simulate.laser.preset import LASER_AL, LASER_SS, LaserPreset
from weldfusion.simulate.laser.process import plan_laser, record_of
from weldfusion.simulate.laser.weld import SENSORS, SimulatedWeld, simulate_weld
from weldfusion.simulate.storage import write_weld

SECONDS = 0.5


def preset(base: LaserPreset = LASER_AL, **knobs: float) -> LaserPreset:
    return replace(base, difficulty=Difficulty(**knobs))


def weld(index: int, sensors: tuple[str, ...] = ("noise",), **knobs: float) -> SimulatedWeld:
    return simulate_weld(plan_laser(8, 4, sensors, SECONDS, preset(**knobs)), index)


def designs(base: LaserPreset = LASER_AL, **knobs: float) -> list[Design]:
    rng = np.random.default_rng(1)
    return [draw_design(preset(base, **knobs), rng) for _ in range(2_000)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("group_scal=1", ("'group_scal'", "did you mean group_scale")),
        ("noise_scale", ("noise_scale", "a number", "''")),
        ("noise_scale=much", ("noise_scale", "a number", "'much'")),
        ("noise_scale=-1", ("noise_scale", "from 0 to 10", "is -1")),
        ("noise_scale=nan", ("noise_scale", "from 0 to 10", "is nan")),
        ("param_spread=3", ("param_spread", "from 0 to 2", "is 3")),
        ("class_margin=0.2", ("class_margin", "from 0 to 0.05", "is 0.2")),
        ("n_nuisance=1.5", ("n_nuisance", "a whole number", "'1.5'")),
        ("imbalance=1,imbalance=2", ("imbalance", "twice")),
    ],
)
def test_bad_knobs_are_told_in_one_line(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(WeldfusionError) as caught:
        parse_difficulty(text)
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


def test_a_knob_that_the_process_lacks_is_told_even_at_its_default() -> None:
    knobs = ("group_scale", "n_nuisance")
    assert parse_difficulty("n_nuisance=2", knobs) == Difficulty(n_nuisance=2)
    with pytest.raises(WeldfusionError, match="no knob imbalance; it has group_scale, n_nuisance"):
        parse_difficulty("imbalance=0", knobs)


def test_no_text_is_the_frozen_difficulty() -> None:
    assert parse_difficulty("") == Difficulty() == LASER_AL.difficulty == LASER_SS.difficulty


def test_weaker_coupling_hides_collapses_from_every_sensor_and_keeps_their_pores() -> None:
    sensors = ("photodiode", "microphone", "opening", "oct")
    coupled = {c: [weld(k, sensors, event_coupling=c) for k in range(8)] for c in (0.0, 0.5, 1.0)}
    for none, half, full in zip(*coupled.values(), strict=True):
        assert np.array_equal(half.states.events.time_s, full.states.events.time_s)
        assert np.array_equal(half.states.events.kind, full.states.events.kind)
        assert np.allclose(half.states.events.drop, full.states.events.drop / 2)
        assert np.array_equal(none.states.pores.diameter_m, full.states.pores.diameter_m)
        assert np.array_equal(none.states.pores.position_m, full.states.pores.position_m)
        assert not none.states.keyhole.mouth_dip.values.any()
        most = [one.states.keyhole.mouth_dip.values.max() for one in (none, half, full)]
        assert most == sorted(most)
    for name in sensors:
        silent, weak, strong = ([one.recordings[name].values for one in some] for some in coupled.values())
        seen = [
            np.mean([np.nanmean(abs(a - b)) for a, b in zip(some, silent, strict=True)])
            for some in (weak, strong)
        ]
        assert 0 < 1.3 * seen[0] < seen[1], name


def test_the_class_margin_leaves_out_what_lies_near_a_limit(tmp_path: Path) -> None:
    kept = {}
    for margin in (0.0, 0.02, 0.05):
        plan = plan_laser(12, 4, ["noise"], 1.0, preset(class_margin=margin))
        rows = []
        for index in range(12):
            made = simulate_weld(plan, index)
            row = write_weld(record_of(made, plan), tmp_path / f"{margin}")
            lines = (tmp_path / f"{margin}" / row["penetration_along"]).read_text().splitlines()[1:]
            depth = made.states.bead.depth_m.values.reshape(40, -1).mean(1) / made.states.plate_m
            opened = made.states.keyhole.open_root.values.reshape(40, -1).mean(1)
            off = (abs(depth - 0.80) >= margin) & (abs(opened - 0.5) >= 7.5 * margin)
            assert [round(float(line.split(",")[0]) / 0.025) for line in lines] == np.flatnonzero(
                off
            ).tolist()
            rows += [(index, line) for line in lines]
        kept[margin] = set(rows)
    assert len(kept[0.0]) == 12 * 40
    assert kept[0.05] < kept[0.02] < kept[0.0]


@pytest.mark.parametrize("value", ["depth_ratio", "speed_m_s"])
def test_parameters_spread_about_the_middle_of_their_range(value: str) -> None:
    low, high = getattr(LASER_AL.ranges, value)
    for factor in (0.0, 0.5, 1.0, 2.0):
        drawn = np.array([getattr(design, value) for design in designs(param_spread=factor)])
        assert drawn.mean() == pytest.approx((low + high) / 2, rel=0.03)
        assert drawn.std() == pytest.approx(factor * (high - low) / np.sqrt(12), rel=0.05, abs=1e-12)
    assert min(design.speed_m_s for design in designs(LASER_SS, param_spread=2.0)) > 0


@pytest.mark.parametrize("imbalance", [0.0, 1.0, 4.0])
def test_shallow_welds_are_as_rare_as_stated(imbalance: float) -> None:
    low, high = LASER_AL.ranges.depth_ratio
    place = [(design.depth_ratio - low) / (high - low) for design in designs(imbalance=imbalance)]
    assert kstest(place, lambda p: 1 - (1 - p) ** (1 / (1 + imbalance))).pvalue > 0.01


def test_imbalance_leaves_fewer_windows_with_a_lack_of_penetration() -> None:
    shares = []
    for imbalance in (0.0, 1.0, 6.0):
        plan = plan_laser(40, 2, ["noise"], 0.25, preset(imbalance=imbalance))
        names = [n for k in range(40) for n in penetration_along(simulate_weld(plan, k).states).labels]
        shares.append(names.count("LP") / len(names))
    assert shares[0] > 1.4 * shares[1] > 1.4 * shares[2]


def test_further_noise_sensors_are_independent_and_change_no_other() -> None:
    one, three = weld(2, SENSORS), weld(2, SENSORS, n_nuisance=3)
    assert [name for name in three.recordings if name not in one.recordings] == ["noise2", "noise3"]
    for name, recording in one.recordings.items():
        assert np.array_equal(recording.values, three.recordings[name].values, equal_nan=True)
    noises = [three.recordings[name].values[0] for name in ("noise", "noise2", "noise3")]
    assert abs(np.corrcoef(noises) - np.eye(3)).max() < 0.2
    assert list(weld(2, ("oct", "noise"), n_nuisance=0).recordings) == ["oct"]
    with pytest.raises(WeldfusionError, match="at least one"):
        plan_laser(2, 0, ["noise"], preset=preset(n_nuisance=0))


def test_the_other_knobs_scale_what_they_say() -> None:
    usual = weld(1).inputs.power_w / weld(1).design.power_w - 1
    assert 0.001 < usual.std() < 0.02
    for factor in (0.0, 1.0, 3.0):
        hidden = weld(1, hidden_scale=factor)
        assert np.allclose(hidden.inputs.power_w / hidden.design.power_w - 1, factor * usual)
        noise = weld(1, noise_scale=factor, group_scale=0, dropouts_per_weld=0).recordings["noise"].values
        assert noise.std() == pytest.approx(factor * np.hypot(1, 0.5 / np.sqrt(2)), rel=0.1, abs=1e-9)
        dropouts = sum(len(weld(k, dropouts_per_weld=factor).recordings["noise"].dropouts) for k in range(8))
        assert dropouts == pytest.approx(8 * factor, abs=4 * np.sqrt(8 * factor))
