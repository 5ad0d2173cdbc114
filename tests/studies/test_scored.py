"""Rows that lack windows, or whose welds have another truth, are told with the numbers of the frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.join import join_windows
from weldfusion.report.study import markdown
from weldfusion.report.study_sheets import sheets
from weldfusion.studies.results import Finished, Outcome, results
from weldfusion.studies.scored import differently_scored
from weldfusion.studies.study import Row, Study

WELDS = 12


def numbers(windows: int) -> pd.DataFrame:
    """Welds w0 … with a depth that grows by 0.1 a window: fewer windows, a smaller mean."""
    weld = np.repeat(np.arange(WELDS), windows)
    place = np.tile(np.arange(windows), WELDS)
    truth = weld + 0.1 * place
    return pd.DataFrame({
        "weld": [f"w{n}" for n in weld], "group": [f"g{n // 2}" for n in weld], "window": place,
        "t0_s": place * 1.0, "t1_s": place + 1.0, "x_mm": np.nan, "target": "depth", "kind": "real",
        "class": "", "truth": truth, "value": truth + np.sin(weld), "lower": np.nan, "upper": np.nan,
        "present": "sound", "fold": "fold1", "seed": 0,
    })  # fmt: skip


def classes(shifted: int) -> pd.DataFrame:
    """One window a weld, good or bad in turn, for the first welds the other way round."""
    bad = (np.arange(WELDS) % 2).astype(float)
    bad[:shifted] = 1 - bad[:shifted]
    one = numbers(1).assign(target="state", kind="class")
    parts = [one.assign(**{"class": name, "truth": its, "value": 0.5})
             for name, its in (("good", 1 - bad), ("bad", bad))]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def outcomes(**frames: pd.DataFrame) -> tuple[Study, list[Outcome]]:
    study = Study(Path("s.yaml"), [Row(name) for name in frames], title="t")
    ended = []
    for cell, frame in zip(study.cells(), frames.values(), strict=True):
        welds = join_windows(frame)
        left = Finished(evaluate(frame, welds, {}, 0, resamples=20), welds, 1, 1.0, "r.html")
        ended.append(Outcome(cell, left))
    return study, ended


def test_other_windows_are_told_with_their_numbers_below_the_table():
    study, ended = outcomes(all=numbers(3), sound=numbers(5), image=numbers(3))
    (line,) = differently_scored(ended)
    means = [numbers(count).groupby("weld")["truth"].mean() for count in (3, 5)]
    apart = float((means[0] - means[1]).abs().max())
    assert line.startswith(
        f"depth: {5 * WELDS} windows (sound), {3 * WELDS} (the other rows); the truth of a weld"
    )
    assert f"differs by up to {apart:.3g} between" in line
    text = markdown(study, sheets(study, results(study, ended), ended, {}), ended)
    assert f"- {line}\n" in text


def test_rows_scored_alike_need_no_line():
    assert differently_scored(outcomes(a=numbers(3), b=numbers(3))[1]) == []
    assert differently_scored(outcomes(a=numbers(3))[1]) == []


def test_welds_of_another_class_are_counted():
    (line,) = differently_scored(outcomes(a=classes(0), b=classes(3), c=classes(0))[1])
    assert line.startswith("state: the truth of 3 welds differs between the first row and others. ")


@pytest.mark.parametrize("targets", [(), ("depth",)])
def test_only_targets_of_the_table_count(targets):
    _, ended = outcomes(a=pd.concat([numbers(3), classes(0)]), b=pd.concat([numbers(3), classes(2)]))
    assert len(differently_scored(ended, targets)) == (0 if targets else 1)
    unfinished = [replace(one, finished=None) for one in ended]
    assert differently_scored(unfinished, targets) == []
