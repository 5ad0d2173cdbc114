"""A trained run and what one does with it: predict, evaluate, explain."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from weldfusion.data.folder import Dataset
from weldfusion.evaluation.evaluate import Frames
from weldfusion.explain.explanation import Explanation
from weldfusion.run.evaluation import evaluate_run
from weldfusion.run.explaining import explain_run
from weldfusion.run.kept import KeptRun
from weldfusion.run.predicting import predictions


class Run(KeptRun):
    """A trained run.

    Args:
        path: its folder.
        trust: modules outside weldfusion that its config may name; nothing else is imported.

    Raises RunError if the folder holds no run.
    """

    def predict(self, data: str | Path | Dataset) -> Frames:
        """Predictions of every network for all welds of a data set: per window, per weld."""
        return predictions(self, self.dataset(data), None)

    def predictions(self, part: str = "test", data: str | Path | Dataset | None = None) -> Frames:
        """Predictions of every network for its own part of the run's data: per window, per weld.

        With the test part of a k-fold these are the out-of-fold predictions of all welds; `all` is all
        welds of the fold, also those it was trained on. `group` is what the split kept together. With
        `data` another data set is predicted as a whole and `part` is not used.
        """
        if data is not None:
            return self.predict(data)
        return predictions(self, self.dataset(), part)

    def evaluate(self, part: str = "test", data: str | Path | Dataset | None = None) -> dict[str, Any]:
        """Figures of the run with intervals, beside simple baselines; written with predictions and report.

        They go to `evaluation/<data>-<part>/` in the run folder: `metrics.json`, `predictions.parquet`,
        `predictions_weld.parquet`, `report.html`. The baselines are fitted on each fold's training welds
        and compared on its test part; another data set or part is told without them. The parts that
        training saw, and `all` parts together, are marked as such. Gives the metrics.
        """
        return evaluate_run(self, part, data)

    def explain(
        self,
        part: str = "test",
        data: str | Path | Dataset | None = None,
        welds: Sequence[str] = (),
        label: str | None = None,
    ) -> Explanation:
        """Which sensors, moments and places the predictions of a part (or of other data) come from.

        Written to `explanation/<data>-<part>/` in the run folder, with `explanation.html`. Shares are of all
        welds of the part, maps and pages of `welds`; by default of a few typical and wrong ones. `label`
        asks for the maps of one class (or of a target that is a number) instead of what the model says.

        Raises RunError, one line, at an unknown weld, class or part, more than 12 sensors, or an
        unfinished run.
        """
        return explain_run(self, part, data, welds, label)
