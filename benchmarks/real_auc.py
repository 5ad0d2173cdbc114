"""Area under the ROC curve of a trained run beside the best simple baseline, paired over the same welds.

Balanced accuracy depends on where the line between two classes is drawn, and where one class is rare the
simple models draw it elsewhere than the networks. The area does not depend on it. Beside the plain baselines
stand those that weigh the classes alike, as the networks do.
"""

import numpy as np
import pandas as pd
from harness import Row
from real_studies import met_alone, uncorrected
from real_words import bounded

import weldfusion as wf
from weldfusion.data.dataset import WeldWindows
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.compare import common_rows, difference
from weldfusion.evaluation.frame import target_tables
from weldfusion.evaluation.intervals import RESAMPLES, group_counts
from weldfusion.evaluation.measure import Measured, group_names, measure
from weldfusion.training.plain import plain_windows


def auc_row(title: str, trained: wf.Run, target: str, label: str) -> Row:
    """Area of one class (mean over seeds); met where the paired interval of the difference from the baseline
    with the largest area lies above 0 and its p-value below 0.05, neither corrected."""
    windows = WeldWindows(trained.dataset(None), trained.settings.data)
    features, truths = plain_windows(windows)
    frames = fit_baselines(features, truths, list(trained.split.values()), trained.settings.seed, [target])
    ours = trained.predictions()[1]
    pairs = {name: pair(ours, theirs[1], target, trained.settings.seed) for name, theirs in frames.items()}
    key = ("auc", label)
    best = max(pairs, key=lambda name: pairs[name][1].value(key))
    found = difference(*pairs[best], key)
    texts = [bounded(side.value(key), side.interval(key)) for side in pairs[best]]
    note = f"{texts[0]}; {best}: {texts[1]}; {uncorrected(found)}"
    name, value = f"{title}{target}, AUC of {label}", pairs[best][0].value(key)
    return Row(name, value, "auc", f"beats {best}", met_alone(found), note=note)


def pair(ours: pd.DataFrame, theirs: pd.DataFrame, target: str, seed: int) -> tuple[Measured, Measured]:
    """Both sides' figures per weld on the same welds and the same resamples of groups."""
    tables = common_rows(target_tables(ours, target), target_tables(theirs, target))
    names = group_names(tables[0])
    counts = np.asarray(group_counts(len(names), RESAMPLES, seed))
    return measure(tables[0], names, counts), measure(tables[1], names, counts)
