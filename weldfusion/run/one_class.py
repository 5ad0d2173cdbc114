"""Which networks of an evaluated run say one class for every weld."""

from pathlib import Path

import pandas as pd

from weldfusion.report.one_class import one_class_line
from weldfusion.run.histories import known_histories
from weldfusion.training.folder import RunFolder


def one_class_lines(run: RunFolder, evaluation: Path) -> dict[str, str]:
    """Target → a line that tells it, for those where a network does so; `evaluation` is a folder that
    `Run.evaluate` has written."""
    welds = pd.read_parquet(evaluation / "predictions_weld.parquet")
    epochs = known_histories(run)
    lines = {str(name): one_class_line(welds, str(name), epochs) for name in welds["target"].unique()}
    return {name: line for name, line in lines.items() if line}
