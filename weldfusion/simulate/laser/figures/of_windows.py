"""Plain features of the recordings in windows of 50 ms, by sensor: how hard a simulated data set is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from weldfusion.signals.features import plain_features
from weldfusion.simulate.laser.labels import PENETRATION, penetration_along, pore_intervals
from weldfusion.simulate.laser.sensors import parameters
from weldfusion.simulate.laser.weld import SimulatedWeld
from weldfusion.simulate.record import Recording

WINDOW_S = 0.05
MOST_CHANNELS = 16


def windows(recording: Recording, count: int) -> np.ndarray:
    """Windows (count, samples, …) of a recording, cut on its calibrated clock; time comes second."""
    values = recording.values if recording.values.ndim == 3 else recording.values.T
    times = recording.calibrated.times(count * WINDOW_S)
    length = int(WINDOW_S * recording.calibrated.rate)
    first = np.searchsorted(times, np.arange(count) * WINDOW_S - 1e-9)
    first = np.clip(first, 0, len(values) - length)
    return values[first[:, None] + np.arange(length)]


def sensor_features(recording: Recording, count: int) -> np.ndarray:
    """Plain features (count, F) of a recording; spectra are joined into 16 bands first."""
    cut = windows(recording, count)
    if cut.ndim == 4:
        features, _ = plain_features("image_sequence", cut[:, :, None].astype(np.float32))
        return features
    signal = np.swapaxes(cut, 1, 2)
    if signal.shape[1] > MOST_CHANNELS:
        signal = signal.reshape(count, MOST_CHANNELS, -1, signal.shape[2]).mean(axis=2)
    valid = np.isfinite(signal).all(axis=1)
    masked = None if valid.all() else valid
    features, _ = plain_features("waveform", signal, recording.calibrated.rate, masked)
    return np.nan_to_num(features)


def features_of_welds(welds: Sequence[SimulatedWeld]) -> dict[str, np.ndarray]:
    """Features (windows, F) of all welds by sensor, parameters included."""
    counts = [round(weld.states.duration_s / WINDOW_S) for weld in welds]
    tables = {
        name: np.concatenate(
            [sensor_features(weld.recordings[name], n) for weld, n in zip(welds, counts, strict=True)]
        )
        for name in welds[0].recordings
    }
    settings = [
        np.tile(parameters.values(weld.design), (n, 1)) for weld, n in zip(welds, counts, strict=True)
    ]
    return tables | {"parameters": np.concatenate(settings)}


def truth_of_welds(welds: Sequence[SimulatedWeld]) -> dict[str, np.ndarray]:
    """Truth of the same windows: `penetration` (0 … 2), `pore` (touches one), `session`, and `clear`.

    A window is clear where the mean weld depth is at least 0.02 of the plate off the PP limit and the open
    share at least 0.15 off the FP limit: no model can be right in the others.
    """
    parts: dict[str, list[Any]] = {"penetration": [], "pore": [], "session": [], "clear": []}
    for weld in welds:
        states = weld.states
        count = round(states.duration_s / WINDOW_S)
        names = penetration_along(states, WINDOW_S).labels
        starts = np.arange(count) * WINDOW_S
        pores = pore_intervals(states)
        touched = (pores[:, 0] < starts[:, None] + WINDOW_S) & (pores[:, 1] > starts[:, None])
        ratio = states.bead.depth_m.values.reshape(count, -1).mean(axis=1) / states.plate_m
        opened = states.keyhole.open_root.values.reshape(count, -1).mean(axis=1)
        parts["penetration"].append(np.array([PENETRATION.index(name) for name in names]))
        parts["pore"].append(touched.any(axis=1))
        parts["session"].append(np.full(count, weld.place.session))
        parts["clear"].append((np.abs(ratio - 0.8) >= 0.02) & (np.abs(opened - 0.5) >= 0.15))
    return {name: np.concatenate(some) for name, some in parts.items()}
