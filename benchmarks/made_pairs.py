"""Pairs of recordings of one power programme, by two sensors of their own rate, gain, clock and noise."""

import numpy as np


def pair(
    seed: int,
    first_hz: float,
    second_hz: float,
    duration_s: float = 10.0,
    steps_per_s: float = 2.0,
    drift_ppm: float = 0.0,
    snr_db: float = 10.0,
) -> tuple[np.ndarray, np.ndarray, float]:
    """First and second recording, and the offset: what is at t in the first is at
    t + offset + drift_ppm * 1e-6 * t in the second.

    Arc on 0.7 to 1.2 s after the beginning and arc off as long before the end; between them steps at random
    instants to levels between 1 and 2. Noise is white, 10 dB below the variance of what the sensor sees.
    """
    rng = np.random.default_rng(seed)
    offset = rng.uniform(-0.5, 0.5)
    on, off = rng.uniform(0.7, 1.2), duration_s - rng.uniform(0.7, 1.2)
    instants = np.concatenate([[on], np.sort(rng.uniform(on, off, int(steps_per_s * duration_s))), [off]])
    levels = np.concatenate([[0.0], rng.uniform(1, 2, len(instants) - 1), [0.0]])
    recordings = []
    for rate, begin, ppm, sign in ((first_hz, 0.0, 0.0, 1), (second_hz, offset, drift_ppm, -1)):
        times = (np.arange(int(duration_s * rate)) / rate - begin) / (1 + ppm * 1e-6)
        seen = levels[np.searchsorted(instants, times)]
        noise = 10 ** (-snr_db / 20) * seen.std() * rng.normal(size=len(seen))
        recordings.append(sign * rng.uniform(0.5, 3) * (seen + noise))
    return recordings[0], recordings[1], float(offset)
