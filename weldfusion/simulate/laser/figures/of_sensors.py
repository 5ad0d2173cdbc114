"""Figures of many welds' recordings: OCT outcomes, plume spectrum, travel time of sound, saturation."""

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, hilbert, sosfiltfilt

from weldfusion.simulate.laser.figures.of_states import spectral_slope
from weldfusion.simulate.laser.sensors import microphone, photodiode
from weldfusion.simulate.laser.weld import SimulatedWeld
from weldfusion.simulate.record import Recording

EDGE_S = 0.05
OCT_BLOCK_S = 0.005


def _inside(weld: SimulatedWeld, recording: Recording) -> np.ndarray:
    """Indices of the samples at least 50 ms from both ends of the weld."""
    times = recording.true.times(weld.states.duration_s)
    return np.flatnonzero((times > EDGE_S) & (times < weld.states.duration_s - EDGE_S))


def plume_slopes(welds: Sequence[SimulatedWeld]) -> np.ndarray:
    """Spectral slope of the plume's light from 0.5 to 5 kHz, one value a weld."""
    slopes = []
    for weld in welds:
        recording = weld.recordings["photodiode"]
        plume = recording.values[0, _inside(weld, recording)]
        slopes.append(spectral_slope(plume, recording.true.rate, 500, 5_000))
    return np.array(slopes)


def oct_outcomes(welds: Sequence[SimulatedWeld]) -> dict[str, float]:
    """OCT: shares without signal, deeper than 1.05 and shallower than 0.9 times the depth; bias (mm) of
    percentiles of 5 ms."""
    values, truths = [], []
    for weld in welds:
        recording = weld.recordings["oct"]
        block = round(OCT_BLOCK_S * recording.true.rate)
        inside = _inside(weld, recording)
        inside = inside[: len(inside) // block * block]
        values.append(recording.values[0, inside].reshape(-1, block))
        times = recording.true.times(weld.states.duration_s)[inside]
        truths.append(1e3 * weld.states.keyhole.depth_m.at(times).reshape(-1, block))
    value, truth = np.concatenate(values), np.concatenate(truths)
    seen = np.isfinite(value)
    found = {
        "no signal": float(np.mean(~seen)),
        "too deep": float(np.mean(value[seen] > 1.05 * truth[seen])),
        "too shallow": float(np.mean(value[seen] < 0.9 * truth[seen])),
    }
    used = seen.any(axis=1)
    for percent in (80, 85, 95):
        estimate = np.nanpercentile(value[used], percent, axis=1)
        found[f"bias of {percent}th"] = float(np.mean(estimate - truth[used].mean(axis=1)))
    return found


def sound_delay_s(welds: Sequence[SimulatedWeld], distance_m: float) -> float:
    """Delay (s) of the sound behind the plume's light at a distance of the microphone.

    Peak of the summed cross-correlation of the 2–12 kHz envelope with the plume diode, on a grid of one
    sample (21 µs), less the diode's own lag.
    """
    total = np.zeros(300)
    for weld in welds:
        envelope, plume = _envelope_and_plume(weld, distance_m)
        size = 2 * len(plume)
        spectrum = np.fft.rfft(envelope, size) * np.conj(np.fft.rfft(plume, size))
        total += np.fft.irfft(spectrum)[:300] / (envelope.std() * plume.std())
    diode_lag = photodiode.LAG_S + 1 / (2 * np.pi * photodiode.BANDWIDTH_HZ)
    return float(total.argmax() / microphone.RATE + diode_lag)


def _envelope_and_plume(weld: SimulatedWeld, distance_m: float) -> tuple[np.ndarray, np.ndarray]:
    jet = butter(4, (2_000, 12_000), btype="bandpass", fs=microphone.RATE, output="sos")
    slow = butter(2, (60, 3_000), btype="bandpass", fs=microphone.RATE, output="sos")
    ours, diode = weld.recordings["microphone"], weld.recordings["photodiode"]
    setup = microphone.Setup(ours.setup.gain, distance_m, ours.setup.shop, ours.setup.noise)
    rng = np.random.default_rng(round(1e6 * weld.states.speed_m_s))
    sound = microphone.record(weld.states, setup, ours.true, np.zeros((0, 2)), rng)[0]
    duration = weld.states.duration_s
    times, inside = ours.true.times(duration), _inside(weld, ours)
    envelope = sosfiltfilt(slow, np.abs(hilbert(sosfiltfilt(jet, sound))))[inside]
    light = np.interp(times, diode.true.times(duration), diode.values[0])
    return envelope, sosfiltfilt(slow, light)[inside]


def saturated_share(weld: SimulatedWeld, name: str) -> float:
    """Share of values of an 8-bit camera at 255."""
    return float(np.mean(weld.recordings[name].values == 255))
