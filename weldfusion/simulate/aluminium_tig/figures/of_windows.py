"""Plain features of the recordings in windows of 10 s, by sensor: how hard a simulated data set is."""

from collections.abc import Sequence

import numpy as np

from weldfusion.signals.features import plain_features
from weldfusion.simulate.aluminium_tig.labels import STATES, states_along
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld, settings
from weldfusion.simulate.record import Recording

WINDOW_S = 10.0
SATURATED = 240
REACH, DOWN, PARTS = 0.36, 0.50, 24


def signal_features(recording: Recording, count: int) -> np.ndarray:
    """Plain features (count, F) of a signal's windows, cut on its calibrated clock."""
    rate = recording.calibrated.rate
    length = int(WINDOW_S * rate)
    first = np.rint((np.arange(count) * WINDOW_S - recording.calibrated.offset_s) * rate).astype(int)
    first = np.clip(first, 0, recording.values.shape[1] - length)
    cut = np.stack([recording.values[:, start : start + length] for start in first])
    features, _ = plain_features("waveform", cut, rate)
    return features


def picture_features(recording: Recording, count: int) -> np.ndarray:
    """Features (count, F) of the picture in the middle of each window (`of_picture`)."""
    at = np.rint((np.arange(count) + 0.5) * WINDOW_S * recording.calibrated.rate).astype(int)
    pictures = recording.values[np.clip(at, 0, len(recording.values) - 1)]
    return np.stack([of_picture(picture) for picture in pictures])


def of_picture(picture: np.ndarray) -> np.ndarray:
    """Features (F,) of a picture (height, width) uint8.

    Plain ones of the whole and of the part below the arc, which is found as what is saturated; of that part
    also the profiles across and along in 24 parts, over its mean, and how far the one across is from its
    mirror image: plain features do not tell where something is.
    """
    side = picture.shape[0]
    rows, columns = np.nonzero(picture[: side * 2 // 3] >= SATURATED)
    row, column = (rows.max(), columns.mean()) if len(rows) else (side * 0.35, side / 2)
    half, down = round(REACH * side), round(DOWN * side)
    padded = np.pad(picture.astype(np.float32), side, mode="edge")
    top, left = side + int(row) + side // 40, side + round(column) - half
    part = padded[top : top + down, left : left + 2 * half]
    plain = [plain_features("image", some[None, None])[0][0] for some in (picture.astype(np.float32), part)]
    across, along = (_parts(part.mean(axis=axis), PARTS) / part.mean() for axis in (0, 1))
    mirrored = np.abs(across - across[::-1])[: PARTS // 2]
    slant = _parts((part[:, :half] - part[:, : half - 1 : -1]).mean(axis=1), 4) / part.mean()
    return np.concatenate([*plain, across, along, mirrored, np.abs(slant)])


def _parts(values: np.ndarray, count: int) -> np.ndarray:
    return np.array([part.mean() for part in np.array_split(values, count)])


def features_of_welds(welds: Sequence[SimulatedWeld]) -> dict[str, np.ndarray]:
    """Features (windows, F) of all welds by sensor, parameters included."""
    counts = [round(weld.states.duration_s / WINDOW_S) for weld in welds]
    tables = {}
    for name in welds[0].recordings:
        features = picture_features if name == "pool_camera" else signal_features
        parts = [features(weld.recordings[name], n) for weld, n in zip(welds, counts, strict=True)]
        tables[name] = np.concatenate(parts)
    set_to = [np.tile(list(settings(w.design).values()), (n, 1)) for w, n in zip(welds, counts, strict=True)]
    return tables | {"parameters": np.concatenate(set_to)}


def truth_of_welds(welds: Sequence[SimulatedWeld]) -> dict[str, np.ndarray]:
    """Truth of the same windows, the class that takes most of it: `state` (into `STATES`); `session`."""
    states, sessions = [], []
    for weld in welds:
        names = states_along(weld.states).labels
        steps = round(WINDOW_S / (weld.states.duration_s / len(names)))
        for start in range(0, len(names) - steps + 1, steps):
            part = names[start : start + steps]
            states.append(STATES.index(max(part, key=part.count)))
            sessions.append(weld.place.session)
    return {"state": np.array(states), "session": np.array(sessions)}
