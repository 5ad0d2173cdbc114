"""Figures of simulated arc welds: sound as recordings of CMT are described, and plain features of windows."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.signal import hilbert, welch
from scipy.stats import kurtosis

from weldfusion.signals.features import plain_features
from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.sensors import parameters
from weldfusion.simulate.cmt.weld import SimulatedWeld
from weldfusion.simulate.record import Recording

WINDOW_S = 0.1
CLIP_S = 0.15
LATER_CLIPS = 10
BAND_EDGES_HZ = (20, 200, 500, 1_000, 2_000, 4_000, 8_000, 22_050)
LINE_HZ, AROUND_HZ = (55.0, 200.0), (20.0, 300.0)
SPECTRUM_S, ENVELOPE_S = 0.37, 0.74
LEAST_MEDIAN = 1e-30


def sound_figures(sound: np.ndarray, rate: float) -> dict[str, float]:
    """What describes a long recording (time,) of arc sound.

    `kurtosis` (3 for Gaussian noise); `line_hz` and `line`, frequency and height of the highest line of the
    envelope's power spectrum from 55 to 200 Hz over the median from 20 to 300 Hz; `clip_cv` and
    `clip_memory`, coefficient of variation of the RMS of clips of 0.15 s and its correlation with that of
    the tenth next clip; `share_<low>`, shares of energy in bands.
    """
    length = round(CLIP_S * rate)
    loud = sound[: len(sound) // length * length].reshape(-1, length).std(axis=1)
    found = {"kurtosis": float(kurtosis(sound, fisher=False)), "clip_cv": float(loud.std() / loud.mean())}
    if len(loud) > 2 * LATER_CLIPS:
        found["clip_memory"] = float(np.corrcoef(loud[:-LATER_CLIPS], loud[LATER_CLIPS:])[0, 1])
    frequency, power = welch(np.abs(hilbert(sound - sound.mean())), rate, nperseg=round(ENVELOPE_S * rate))
    near = (frequency > LINE_HZ[0]) & (frequency < LINE_HZ[1])
    around = (frequency > AROUND_HZ[0]) & (frequency < AROUND_HZ[1])
    found["line_hz"] = float(frequency[near][power[near].argmax()])
    found["line"] = float(power[near].max() / max(np.median(power[around]), LEAST_MEDIAN))
    return found | band_shares(sound, rate)


def band_shares(sound: np.ndarray, rate: float) -> dict[str, float]:
    """Shares of the energy above 20 Hz by band; the last one is all above 8 kHz."""
    frequency, power = welch(sound, rate, nperseg=round(SPECTRUM_S * rate))
    total = power[frequency >= BAND_EDGES_HZ[0]].sum()
    return {
        f"share_{low}": float(power[(frequency >= low) & (frequency < high)].sum() / total)
        for low, high in pairwise(BAND_EDGES_HZ)
    }


def sensor_features(recording: Recording, count: int, window_s: float = WINDOW_S) -> np.ndarray:
    """Plain features (count, F) of successive windows of a recording, cut on its calibrated clock."""
    frames = recording.values.ndim == 3
    values = recording.values if frames else recording.values.T
    clock = recording.calibrated
    length = round(window_s * clock.rate)
    first = np.round((np.arange(count) * window_s - clock.offset_s) * clock.rate).astype(int)
    if frames:
        first -= first % length
    cut = values[np.clip(first, 0, len(values) - length)[:, None] + np.arange(length)]
    if frames:
        return plain_features("image_sequence", cut[:, :, None].astype(np.float32))[0]
    return plain_features("waveform", np.swapaxes(cut, 1, 2), clock.rate)[0]


def features_of_welds(welds: Sequence[SimulatedWeld], window_s: float = WINDOW_S) -> dict[str, np.ndarray]:
    """Features (windows, F) of all welds by sensor, parameters included."""
    counts = [_count(weld, window_s) for weld in welds]
    tables = {
        name: np.concatenate(
            [sensor_features(w.recordings[name], n, window_s) for w, n in zip(welds, counts, strict=True)]
        )
        for name in welds[0].recordings
    }
    told = [np.tile(parameters.values(w.design), (n, 1)) for w, n in zip(welds, counts, strict=True)]
    return tables | {"parameters": np.concatenate(told)}


def truth_of_welds(welds: Sequence[SimulatedWeld], window_s: float = WINDOW_S) -> Mapping[str, np.ndarray]:
    """Truth of the same windows: `penetration` (0 … 2 of the longest part), `depth` (mm), `session`."""
    depth, kind, session = [], [], []
    steps = round(window_s / labels.STEP_S)
    for weld in welds:
        count = _count(weld, window_s)
        names = [labels.PENETRATION.index(name) for *_, name in labels.penetration_along(weld.states)]
        parts = np.array(names[: count * steps]).reshape(count, steps)
        kind.append(np.array([np.bincount(part).argmax() for part in parts]))
        whole = round(count * window_s * weld.states.depth_m.rate)
        depth.append(1e3 * weld.states.depth_m.values[:whole].reshape(count, -1).mean(axis=1))
        session.append(np.full(count, weld.place.session))
    names_of = {"penetration": kind, "depth": depth, "session": session}
    return {name: np.concatenate(parts) for name, parts in names_of.items()}


def _count(weld: SimulatedWeld, window_s: float) -> int:
    return int(weld.states.duration_s / window_s + 1e-6)
