"""Plain features of whole seams, by sensor: how hard a simulated data set is."""

from collections.abc import Sequence

import numpy as np

from weldfusion.data.crop import Crop
from weldfusion.signals.features import plain_features
from weldfusion.simulate.record import Recording, SharedPicture, WeldRecord

PROFILE, LINES = 64, 128


def features_of_welds(welds: Sequence[WeldRecord]) -> dict[str, np.ndarray]:
    """Features (welds, F) by sensor; parameters are their values.

    To the plain features, in which a picture or a spectrum has no places, come the profile across the seam
    (mean and sd of 64 rows about the brightest one) and the mean and highest tenth of 128 bands of
    wavelengths.
    """
    tables = {name: _timed([weld.recordings[name] for weld in welds]) for name in welds[0].recordings}
    if welds[0].pictures:
        tables["picture"] = np.stack([_picture(_upright(weld)) for weld in welds])
    columns = [name for name in welds[0].settings if name != "speed_mm_s"]
    if columns:
        values = [[float(weld.settings[name]) for name in columns] for weld in welds]
        tables["parameters"] = np.array(values)
    return tables


def _upright(weld: WeldRecord) -> np.ndarray:
    shown = weld.pictures["picture"][0]
    assert isinstance(shown, SharedPicture)
    return Crop.parse(shown.part).of(shown.pixels)


def _picture(pixels: np.ndarray) -> np.ndarray:
    plain, _ = plain_features("image", pixels.transpose(2, 0, 1)[None].astype(np.float32))
    grey = pixels.mean(axis=2)
    bead = int(grey.mean(axis=1)[PROFILE // 2 : -PROFILE // 2].argmax())
    rows = grey[bead : bead + PROFILE]
    profile = [[row.mean(), row.std()] for row in rows]
    return np.concatenate([plain[0], np.ravel(profile)])


def _timed(recordings: Sequence[Recording]) -> np.ndarray:
    rows = []
    for recording in recordings:
        values = recording.values
        plain, _ = plain_features("waveform", values[None].astype(float), recording.calibrated.rate)
        rows.append(plain[0])
        if len(values) > LINES:
            bands = np.stack([part.mean(axis=0) for part in np.array_split(values, LINES)])
            high = np.quantile(bands, 0.9, axis=1)
            rows[-1] = np.concatenate([plain[0], bands.mean(axis=1), high])
    return np.stack(rows)
