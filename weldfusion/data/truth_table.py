"""The truths of all windows of a data set, found once."""

from collections.abc import Mapping, Sequence

import numpy as np
from tqdm import tqdm

from weldfusion.data.card import TargetSpec
from weldfusion.data.cuts import Cuts
from weldfusion.data.manifest import Weld
from weldfusion.data.truths import Truths, empty_truth, truth_of_weld
from weldfusion.errors import ConfigError, did_you_mean


class TruthTable:
    """Values and `known` of every window by target, as in `Truth`; opens no sensor recording.

    Pickled, it carries what was found so far.
    """

    def __init__(self, welds: Sequence[Weld], targets: Mapping[str, TargetSpec], cuts: Cuts) -> None:
        self.welds = welds
        self.targets = targets
        self.cuts = cuts
        self._found: dict[str, Truths] = {}

    def of(self, name: str, rows: np.ndarray) -> Truths:
        """Truths of the windows `rows` (B,).

        Raises ConfigError at an unknown name, ReadError where a file of truths is wrong.
        """
        if name not in self._found:
            self._found[name] = self._read(name)
        values, known = self._found[name]
        return values[rows], known[rows]

    def find_all(self) -> None:
        """Reads whatever was not yet asked for. Raises ReadError."""
        for name in self.targets:
            self.of(name, np.zeros(0, np.int64))

    def _read(self, name: str) -> Truths:
        if name not in self.targets:
            raise ConfigError(f"data.targets: no target {name!r}; {did_you_mean(name, self.targets)}")
        target, cuts = self.targets[name], self.cuts
        values, known = empty_truth(target, len(cuts))
        bar = tqdm(self.welds, f"reading truths of {name}", delay=2, leave=False, disable=None)
        for number, weld in enumerate(bar):
            rows = cuts.rows(number)
            edges = np.stack([cuts.t0_s[rows], cuts.t1_s[rows]], axis=1)
            values[rows], known[rows] = truth_of_weld(target, weld, edges)
        return values, known
