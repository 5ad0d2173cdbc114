"""The contract of a selection: which channels of windows, or columns of a table, are worth keeping."""

from abc import ABC, abstractmethod

import numpy as np


class Selection(ABC):
    """What `model.select` of a config may name; fitted on windows of the training part only."""

    count: int | None = None
    """Exactly so many channels go on to the model; None: all do, and those not kept are 0."""

    @abstractmethod
    def kept_of(self, windows: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
        """Numbers of the channels to keep, rising.

        Args:
            windows: (windows, channels, time), finite; a table has a time of 1.
            classes: (windows,) class of each, at least two different ones, or None.

        Raises SignalError for windows from which nothing can be learned.
        """
