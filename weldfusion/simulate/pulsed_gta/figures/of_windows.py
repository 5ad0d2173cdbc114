"""Plain features of the recordings in windows of 0.5 s, by sensor, and their truth: how hard the data are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from weldfusion.signals.features import plain_features
from weldfusion.simulate.pulsed_gta.labels import PENETRATION, depth_ratio, penetration_along
from weldfusion.simulate.pulsed_gta.sensors import parameters
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld
from weldfusion.simulate.record import Recording

WINDOW_S = 0.5


def windows(recording: Recording, count: int) -> np.ndarray:
    """Windows (count, samples, …) of a recording, cut on its calibrated clock; time comes second."""
    values = recording.values if recording.values.ndim > 2 else recording.values.T
    times = recording.calibrated.times(count * WINDOW_S)
    length = int(WINDOW_S * recording.calibrated.rate)
    first = np.searchsorted(times, np.arange(count) * WINDOW_S - 1e-9)
    first = np.clip(first, 0, len(values) - length)
    return values[first[:, None] + np.arange(length)]


def sensor_features(recording: Recording, count: int) -> np.ndarray:
    """Plain features (count, F) of a recording."""
    cut = windows(recording, count)
    if cut.ndim > 3:
        frames = cut[..., None] if cut.ndim == 4 else cut
        found, _ = plain_features("image_sequence", np.moveaxis(frames, -1, 2).astype(np.float32))
    else:
        found, _ = plain_features("waveform", np.swapaxes(cut, 1, 2), recording.calibrated.rate)
    return found


def features_of(weld: SimulatedWeld) -> dict[str, np.ndarray]:
    """Features (windows, F) of one weld by sensor, parameters included."""
    count = round(weld.states.duration_s / WINDOW_S)
    settings = list(parameters.values(weld.design).values())
    found = {name: sensor_features(recording, count) for name, recording in weld.recordings.items()}
    return found | {"parameters": np.tile(settings, (count, 1))}


def truth_of(weld: SimulatedWeld) -> dict[str, np.ndarray]:
    """Truth of the same windows: means of the three curves (mm), `penetration` (0 … 2) and `session`."""
    bead, count = weld.states.bead, round(weld.states.duration_s / WINDOW_S)
    curves = {"top_width": bead.top_width_m, "back_width": bead.back_width_m, "depth": bead.depth_m}
    means: dict[str, Any] = {
        name: 1e3 * curve.values.reshape(count, -1).mean(axis=1) for name, curve in curves.items()
    }
    names = penetration_along(weld.states, WINDOW_S)
    means["penetration"] = np.array([PENETRATION.index(name) for name in names])
    means["ratio"] = depth_ratio(weld.states, WINDOW_S)
    return means | {"session": np.full(count, weld.place.session)}


def joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Tables of several welds as one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
