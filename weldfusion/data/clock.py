"""Which sample of a recording was taken when, on the weld's own clock (decision 6)."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.manifest import Weld


@dataclass(frozen=True)
class Clock:
    """Sample `i` was taken at `offset_s + i / (rate * (1 + ppm * 1e-6))` seconds of weld time.

    >>> clock = Clock(Fraction(1000), offset_s=0.5)
    >>> float(clock.time(250)), int(clock.index(0.75))
    (0.75, 250)
    """

    rate: Fraction
    offset_s: float = 0.0
    ppm: float = 0.0

    @property
    def hertz(self) -> Fraction:
        """True rate, exactly."""
        return self.rate * (1 + Fraction(str(self.ppm)) / 10**6)

    def time(self, index: np.ndarray | int) -> np.ndarray:
        """Weld time in seconds at which samples were taken."""
        return self.offset_s + np.asarray(index, np.float64) * float(1 / self.hertz)

    def index(self, time_s: np.ndarray | float) -> np.ndarray:
        """Number of the sample nearest to a weld time, halves upwards (int64)."""
        place = (np.asarray(time_s, np.float64) - self.offset_s) * float(self.hertz)
        return np.floor(place + 0.5 + 1e-9).astype(np.int64)

    def span(self, samples: int) -> tuple[float, float]:
        """Start and end in seconds of a recording of so many samples, each lasting one period."""
        return self.offset_s, float(self.offset_s + Fraction(samples) / self.hertz)


def clock_of(modality: Modality, weld: Weld, rate: Fraction) -> Clock:
    """The clock of a recording at `rate` Hz nominal: offset and clock error of the weld, else of the card."""
    return Clock(
        rate,
        weld.offset_s.get(modality.name, modality.offset_s),
        weld.clock_ppm.get(modality.name, modality.clock_ppm),
    )


def exact(number: float | int | Fraction) -> Fraction:
    """The decimal number that was written, as a fraction.

    >>> exact(0.1), exact(16000)
    (Fraction(1, 10), Fraction(16000, 1))
    """
    return number if isinstance(number, Fraction) else Fraction(str(number))


def whole_samples(length_s: Fraction, rate: Fraction) -> int:
    """Samples of a window of `length_s` seconds at `rate` Hz, rounded (halves up), at least 1.

    >>> whole_samples(Fraction(1, 2), Fraction(44100))
    22050
    """
    return max(1, int(length_s * rate + Fraction(1, 2)))
