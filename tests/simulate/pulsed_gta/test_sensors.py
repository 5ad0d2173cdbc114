"""Sensors: what they are given, what they show of the states, noise-free limits."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import welch

import weldfusion.simulate.pulsed_gta.sensors as sensors
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.pulsed_gta import states as states_module
from weldfusion.simulate.pulsed_gta.sensors import arc, infrared, microphone, pool_camera
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld
from weldfusion.simulate.sensors.clock import Clock

Make = Callable[[int, tuple[str, ...]], list[SimulatedWeld]]
FOLDER = Path(sensors.__file__).parent
FORBIDDEN = {f"weldfusion.simulate.pulsed_gta.{name}" for name in ("labels", "design", "weld", "process")}
NEVER = np.zeros((0, 2))
DEVICES = {"pool_camera": pool_camera, "microphone": microphone, "infrared": infrared, "arc": arc}


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_a_device_takes_states_setup_clock_and_its_own_stream(device) -> None:
    taken = inspect.signature(device.record, eval_str=True).parameters
    assert [(name, value.annotation.__qualname__) for name, value in taken.items()] == [
        ("states", "States"),
        ("setup", "Setup"),
        ("clock", "Clock"),
        ("dropouts", "ndarray"),
        ("rng", "Generator"),
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text()))
    imported = {node.module for node in tree if isinstance(node, ast.ImportFrom)}
    allowed = {"weldfusion.simulate.pulsed_gta.design"} if path.stem == "parameters" else set()
    assert not (imported & FORBIDDEN) - allowed


def test_states_hold_no_label_and_no_design() -> None:
    names = {
        name for _, record in inspect.getmembers(states_module, inspect.isclass) for name in vars(record)
    }
    assert not {name for name in names if "label" in name or "cause" in name or "design" in name}


def test_the_masks_have_the_area_of_the_pool(plain_gta: Make) -> None:
    """Half ellipses of width W: area π/4 · W · L, within the picture."""
    (weld,) = plain_gta(1, ("pool_camera",))
    recording = weld.recordings["pool_camera"]
    masks = pool_camera.pool_masks(weld.states, recording.setup, recording.true)
    seen = weld.states.pulse.exposed(recording.true.times(weld.states.duration_s))
    width = weld.states.slow(weld.states.pool.width_m, seen)
    length = weld.states.slow(weld.states.pool.length_m, seen)
    pixel = (pool_camera.FIELD_M / recording.setup.pixels) ** 2
    assert masks.sum(axis=(1, 2)) * pixel == pytest.approx(np.pi / 4 * width * length, rel=0.03)


def test_the_pool_is_redder_than_the_plate(plain_gta: Make) -> None:
    for weld in plain_gta(3, ("pool_camera",)):
        recording = weld.recordings["pool_camera"]
        frames = recording.values.astype(float)
        tail = pool_camera.pool_masks(weld.states, recording.setup, recording.true)
        tail[:, :32] = False
        outside = ~pool_camera.pool_masks(weld.states, recording.setup, recording.true)
        redness = frames[..., 0] - frames[..., 2]
        assert redness[tail].mean() > redness[outside].mean() + 10
        assert np.mean(recording.values == 255) < 0.02


def test_a_tick_at_peak_repeats_the_last_picture(plain_gta: Make) -> None:
    (weld,) = plain_gta(1, ("pool_camera",))
    recording = weld.recordings["pool_camera"]
    times = recording.true.times(weld.states.duration_s)
    at_peak = weld.states.pulse.at(times) > weld.states.pulse.base_a + 1
    both = at_peak[1:] & at_peak[:-1] & (np.diff(weld.states.pulse.exposed(times)) == 0)
    assert both.any()
    frames = recording.values
    assert (frames[1:][both] == frames[:-1][both]).all()
    assert not any(
        np.array_equal(a, b) for a, b in zip(frames[1:][~at_peak[1:]], frames[:-1][~at_peak[1:]], strict=True)
    )


def test_on_a_cold_plate_the_melting_isotherm_is_as_wide_as_the_pool(plain_gta: Make) -> None:
    (weld,) = plain_gta(1, ("noise",))
    cold = replace(weld.states.warmth_k, values=np.zeros(len(weld.states.warmth_k)))
    states, now = replace(weld.states, warmth_k=cold), np.array([1.0])
    aside = np.linspace(0, 8e-3, 4001)
    hot = infrared.temperature(states, now, np.ones(1), np.zeros(1), aside)[0, 0]
    reach = aside[np.flatnonzero(hot > infrared.MELTING_K)[-1]]
    half = states.slow(states.pool.width_m, now)[0] / 2
    assert reach == pytest.approx(half, rel=0.02)


def test_brightness_without_noise_gives_back_the_temperature() -> None:
    """Wien's law turned round, 600 to 1700 K."""
    kelvin = np.linspace(600, 1700, 12)
    signal = infrared.radiance(kelvin, infrared.EMISSIVITY_SOLID)
    inverse = (
        1 / infrared.MELTING_K - np.log(signal) * infrared.WAVELENGTH_UM / infrared.SECOND_RADIATION_UM_K
    )
    assert 1 / inverse == pytest.approx(kelvin)


def test_a_pool_that_is_through_leaves_a_longer_warm_tail(plain_gta: Make) -> None:
    (weld,) = plain_gta(1, ("noise",))
    states, now = weld.states, np.array([1.0])
    behind = np.array([20e-3])
    tails = []
    for share in (0.0, 1.0):
        thin = replace(states.pool.thin, values=np.full(len(states.pool.thin), share))
        other = replace(states, pool=replace(states.pool, thin=thin))
        tails.append(float(infrared.temperature(other, now, np.ones(1), behind, np.zeros(1))[0, 0, 0]))
    assert tails[1] > tails[0] + 100


def test_the_sound_has_the_note_of_the_pool(plain_gta: Make) -> None:
    """With steady current and a quiet shop the loudest line below 400 Hz is the mode's."""
    for weld in plain_gta(4, ("noise",)):
        pulse = replace(weld.states.pulse, peak_a=100.0, base_a=100.0)
        states = replace(weld.states, pulse=pulse)
        quiet = microphone.Setup(1.0, 0.3, 0.0, 0.0)
        clock = Clock(microphone.RATE, -0.01)
        sound = microphone.record(states, quiet, clock, NEVER, np.random.default_rng(0))[0]
        frequency, density = welch(sound, microphone.RATE, nperseg=16384)
        low = (frequency > 30) & (frequency < 400)
        opened = states.pool.opened.values.mean()
        if 0.05 < opened < 0.95:
            continue
        mode = states.modes_hz[2 if opened > 0.5 else 0]
        loudest = frequency[low][density[low].argmax()]
        assert mode.min() * 0.93 < loudest < mode.max() * 1.07


def test_sound_arrives_later_from_further_away(plain_gta: Make) -> None:
    (weld,) = plain_gta(1, ("noise",))
    clock = Clock(microphone.RATE, -0.01)
    starts = []
    for distance in (0.3, 1.3):
        setup = microphone.Setup(1.0, distance, 0.0, 0.0)
        sound = microphone.record(weld.states, setup, clock, NEVER, np.random.default_rng(0))[0]
        starts.append(np.abs(sound[4410:-4410]).argmax())
    late = (starts[1] - starts[0]) / microphone.RATE
    period = 1 / weld.states.pulse.frequency_hz
    assert (late - 1.0 / 343) % period == pytest.approx(0, abs=1e-3) or (
        late - 1.0 / 343
    ) % period > period - 1e-3


def test_voltage_and_current_are_those_of_the_states(plain_gta: Make) -> None:
    (weld,) = plain_gta(1, ("arc",))
    recording = weld.recordings["arc"]
    times = recording.true.times(weld.states.duration_s)
    inside = (times > 0.02) & (times < weld.states.duration_s - 0.02)
    current = weld.states.pulse.at(times)
    voltage = weld.states.voltage(times, current)
    assert recording.values[1, inside] == pytest.approx(current[inside], abs=4)
    assert (recording.values[0] - voltage)[inside].std() == pytest.approx(arc.NOISE_V, rel=0.1)


def test_setups_without_groups_are_nominal() -> None:
    groups = Groups(0, "pulsed_gta", Place("m1", "m1s1", "m1s1w1", 0.0), scale=0.0)
    assert pool_camera.setup(groups, 1.0, 64) == pool_camera.Setup(1.0, 1.0, 0.05e-3, 64, 1.0)
    assert infrared.setup(groups, 1.0, 64) == infrared.Setup(1.0, 1.0, 0.03, 0, 64, 1.0)
    assert microphone.setup(groups, 2.0) == microphone.Setup(1.0, 0.3, 1.0, 2.0)
    assert arc.setup(groups, 1.0) == arc.Setup(0.0, 1.0, 1.0)
