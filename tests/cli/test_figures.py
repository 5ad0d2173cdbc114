"""Figures in the terminal: what is said when there are too few groups for an interval."""

import numpy as np
import pytest

from tests.evaluation.made import long_frame
from weldfusion.cli.figures import figures_text
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.report.words import NO_BRACKETS


@pytest.mark.parametrize("groups", [3, 12])
def test_want_of_groups_is_told_once_under_each_table(groups):
    generator = np.random.Generator(np.random.PCG64(1))
    truth = generator.normal(size=(48, 1))
    group = [f"g{number % groups}" for number in range(48)]
    sides = [truth + noise * generator.normal(size=(48, 1)) for noise in (0.2, 0.5)]
    ours, ridge = (
        tuple(long_frame(truth, value, group, target="depth", windows=w) for w in (1, None))
        for value in sides
    )
    text = figures_text(evaluate(*ours, {"ridge": ridge}, seed=0, resamples=300), {"depth": "mm"})
    verdict, *tables = [block for block in text.split("\n\n") if not block.startswith("warning: ")]
    assert [table.splitlines()[0] for table in tables] == ["depth, per weld", "depth, per window"]
    assert ("only 3 groups" in verdict) == (groups == 3)
    for table in tables:
        assert "only" not in table
        assert table.count(NO_BRACKETS) == (groups == 3)
        assert ("[" in table) == (groups == 12)
