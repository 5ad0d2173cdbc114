"""Same noise, one path of the states replaced: only the sensors that are fed by it change, bit by bit."""

from dataclasses import replace

import numpy as np
import pytest

from tests.simulate.laser.sensors.devices import DEVICES
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.events import Events
from weldfusion.simulate.laser.plume import Spatter
from weldfusion.simulate.laser.pores import Pores
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.weld import TIMED
from weldfusion.simulate.sensors.clock import Clock

FED_BY = {
    "keyhole.depth_m": {"oct"},
    "keyhole.opening": {"oct", "coaxial_camera", "opening"},
    "keyhole.mouth_dip": {"photodiode"},
    "keyhole.open_root": {"photodiode", "microphone", "oct", "coaxial_camera", "back_diode"},
    "keyhole.vapour": {"microphone", "spectrometer"},
    "keyhole.plume": {"photodiode", "coaxial_camera", "infrared"},
    "keyhole.plume_temperature_k": {"spectrometer"},
    "heat.power_w": {"photodiode", "back_diode"},
    "heat.absorptivity": {"photodiode", "back_diode"},
    "heat.aspect": set(),
    "heat.frequency_hz": set(),
    "heat.instability": set(),
    "heat.radius_m": {"coaxial_camera", "opening"},
    "heat.pool_width_m": {"photodiode", "coaxial_camera", "infrared"},
    "heat.pool_length_m": {"photodiode", "coaxial_camera", "infrared"},
    "bead.depth_m": set(),
    "bead.back_width_m": set(),
}


def recorded(states: States) -> dict[str, np.ndarray]:
    groups = Groups(1, "laser_al", Place("m1", "m1s1", "m1s1w1", 0.5))
    found = {}
    for name in DEVICES:
        device = TIMED[name]
        clock = Clock(device.RATE, offset_s=-0.0103, ppm=20.0)
        setup, rng = device.setup(groups, 1.0), np.random.default_rng(7)
        found[name] = device.record(states, setup, clock, np.array([[0.4, 0.45]]), rng)
    return found


def different(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> set[str]:
    return {
        n for n in DEVICES if not np.array_equal(first[n], second[n], equal_nan=first[n].dtype != np.uint8)
    }


@pytest.fixture(scope="module")
def states(some_states) -> States:
    return max(some_states, key=lambda found: len(found.events))


@pytest.fixture(scope="module")
def full(states) -> dict[str, np.ndarray]:
    return recorded(states)


def test_a_recording_depends_on_nothing_but_its_arguments(states, full) -> None:
    assert different(full, recorded(states)) == set()


@pytest.mark.parametrize("path", FED_BY)
def test_a_curve_is_seen_by_its_sensors_only(path, states, full, changed) -> None:
    assert different(full, recorded(changed(states, path, lambda values: 0.9 * values))) == FED_BY[path]


def test_films_are_seen_in_spectra_infrared_and_sound(states, full, changed) -> None:
    assert different(full, recorded(changed(states, "film.water", lambda v: v + 1))) == {"spectrometer"}
    oiled = changed(states, "film.oil", lambda values: values + 1)
    assert different(full, recorded(oiled)) == {"spectrometer", "infrared"}
    popped = replace(states, film=replace(states.film, pops_s=np.array([1.0])))
    assert different(full, recorded(popped)) == {"microphone"}


def test_happenings_are_seen_by_their_sensors_only(states, full) -> None:
    events = Events(states.events.time_s[1:], states.events.kind[1:], states.events.drop[1:])
    assert different(full, recorded(replace(states, events=events))) == {"microphone"}
    none = Spatter(*(np.zeros(0) for _ in range(5)))
    assert different(full, recorded(replace(states, spatter=none))) == {
        "microphone",
        "coaxial_camera",
        "opening",
    }
    no_pores = Pores(np.zeros(0, int), *(np.zeros(0) for _ in range(3)), np.zeros(0, bool))
    assert different(full, recorded(replace(states, pores=no_pores))) == set()


def test_an_event_removed_is_gone_from_the_sound_and_nothing_else_is(states, full) -> None:
    kept = np.arange(len(states.events)) != 1
    events = Events(states.events.time_s[kept], states.events.kind[kept], states.events.drop[kept])
    cut = recorded(replace(states, events=events))["microphone"][0]
    gone = np.abs(cut - full["microphone"][0])
    since = -0.0103 + np.arange(len(cut)) / (48_000 * (1 + 20e-6)) - states.events.time_s[1]
    assert gone.max() > 0.1
    assert 0.6e-3 < since[gone > 0].min() < 0.9e-3
    assert since[gone > 0.005 * gone.max()].max() < 0.030
