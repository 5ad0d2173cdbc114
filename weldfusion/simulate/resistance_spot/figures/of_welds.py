"""Plain features of whole welds by sensor, and their truth: how hard a simulated data set is."""

from collections.abc import Sequence

import numpy as np

from weldfusion.signals.features import plain_features
from weldfusion.simulate.record import Recording
from weldfusion.simulate.resistance_spot.labels import QUALITY, nugget_mm, pull_force_kn, quality
from weldfusion.simulate.resistance_spot.sensors import parameters
from weldfusion.simulate.resistance_spot.weld import SimulatedSpot


def features_of_welds(welds: Sequence[SimulatedSpot]) -> dict[str, np.ndarray]:
    """Features (welds, F) by sensor; those of a picture set are of each picture for itself."""
    tables = {name: _of_curves([weld.recordings[name] for weld in welds]) for name in welds[0].recordings}
    for name in welds[0].pictures:
        tables[name] = of_pictures([weld.pictures[name] for weld in welds])
    rows = [parameters.values(weld.design, weld.joint.force_reading_n) for weld in welds]
    return tables | {"parameters": np.array(rows)}


def of_pictures(pictures: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Plain features (welds, F) of each picture of a set."""
    found = []
    for view in zip(*pictures, strict=True):
        array = np.stack([one.reshape(*one.shape[:2], -1) for one in view]).astype(np.float32)
        found.append(plain_features("image", np.moveaxis(array, -1, 1))[0])
    return np.concatenate(found, axis=1)


def _of_curves(recordings: Sequence[Recording]) -> np.ndarray:
    longest = max(recording.values.shape[1] for recording in recordings)
    padded = np.zeros((len(recordings), len(recordings[0].values), longest), np.float32)
    valid = np.zeros((len(recordings), longest), bool)
    for k, recording in enumerate(recordings):
        length = recording.values.shape[1]
        padded[k, :, :length], valid[k, :length] = recording.values, True
    return np.nan_to_num(plain_features("waveform", padded, recordings[0].calibrated.rate, valid)[0])


def truth_of_welds(welds: Sequence[SimulatedSpot]) -> dict[str, np.ndarray]:
    """`quality` (index into `QUALITY`), `nugget_mm`, `pull_force_kn`, `session`, one value a weld."""
    return {
        "quality": np.array([QUALITY.index(quality(weld.states)) for weld in welds]),
        "nugget_mm": np.array([nugget_mm(weld.states) for weld in welds]),
        "pull_force_kn": np.array([pull_force_kn(weld.states) for weld in welds]),
        "session": np.array([weld.place.session for weld in welds]),
    }
