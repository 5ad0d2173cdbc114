"""Figures in the terminal: what is said where there is no interval."""

import numpy as np
import pytest

from tests.evaluation.made import long_frame
from weldfusion.cli.figures import figures_text
from weldfusion.evaluation.evaluate import evaluate


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
        told = [line for line in table.splitlines() if "only 3 groups" in line]
        assert told == ["Without brackets: too few groups for an interval (only 3 groups)."] * (groups == 3)
        assert ("[" in table) == (groups == 12)


def test_a_class_that_resamples_miss_is_told_instead_of_too_few_groups():
    """Of twelve groups one holds the class: a resample misses it with a probability of (11 / 12)¹² = 35 %."""
    group = [f"g{number // 4:02d}" for number in range(48)]
    truth = np.eye(2)[[1] * 2 + [0] * 46]
    value = np.where(np.random.Generator(np.random.PCG64(1)).random((48, 1)) < 0.3, 1 - truth, truth)
    frames = [long_frame(truth, value, group, ("good", "pore"), "class", windows=w) for w in (1, None)]
    metrics = evaluate(*frames, {}, seed=0, resamples=4000)
    reason = next(iter(metrics["targets"].values()))["weld"]["figures"]["balanced_accuracy"]["reason"]
    share = float(reason.removeprefix("not estimable: undefined in ").removesuffix(" % of the resamples"))
    assert share == pytest.approx(100 * (11 / 12) ** 12, abs=3 * np.sqrt(35 * 65 / 4000))
    text = figures_text(metrics, {})
    assert f"(no interval: undefined in {share:g} % of the resamples)" in " ".join(text.split())
    assert "Without brackets: undefined in over 1 % of the resamples" in text
    assert "too few groups" not in text
    assert "only 12 groups" not in text
