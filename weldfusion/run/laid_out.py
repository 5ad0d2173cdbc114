"""The windows of one data set for all networks of a run."""

from collections.abc import Mapping, Sequence

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.manifest import Weld
from weldfusion.data.settings import DataSettings


class LaidOut:
    """Windows of a data set, laid out once for all networks with inputs of one size.

    Headers are opened, truths are read and recordings are found once, however many folds and seeds there are.
    """

    def __init__(self, dataset: Dataset, settings: DataSettings) -> None:
        self.dataset = dataset
        self.settings = settings
        self._flows: Mapping[str, Flow] = {}
        self._windows: WeldWindows | None = None

    def of(self, welds: Sequence[str | Weld], flows: Mapping[str, Flow]) -> WeldWindows:
        """The windows of some welds, brought to the flows of a trained model.

        Raises ConfigError, ReadError as `WeldWindows` does.
        """
        if self._windows is None or dict(flows) != self._flows:
            self._windows = WeldWindows(self.dataset, self.settings, flows=flows)
            self._flows = dict(flows)
        return self._windows.subset(welds)
