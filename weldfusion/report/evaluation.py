"""The page of `weldfusion evaluate`: verdict, warnings, figures, plots, welds, curves, split, data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from weldfusion.data.finding import Finding
from weldfusion.evaluation.frame import DENSE, NUMBERS, TargetTable, target_tables
from weldfusion.report import plots, tables
from weldfusion.report.conflict import conflict_section
from weldfusion.report.data_summary import SummaryTable, findings_box, mapping_table
from weldfusion.report.elements import Columns, Element, Figure, Heading, Text, WarningBox
from weldfusion.report.learned import learned_section
from weldfusion.report.one_class import one_class_warning
from weldfusion.report.signals import SignalView
from weldfusion.report.welds import welds_to_look_at
from weldfusion.report.words import (
    about_baselines,
    about_claims,
    about_steps,
    of_ensemble,
    verdict,
    with_interval,
)


@dataclass(frozen=True)
class Background:
    """What an evaluation report tells besides the figures.

    Args:
        split: rows of `split.csv`: fold, weld, group, part.
        card_summary: tables of the data set, from `data.summary.summarise`.
        findings: what the data check found.
        histories: training (fold and seed) → rows of its `metrics.csv`, with a column `epoch`.
        units: target → unit.
        about: further facts (run, data, command) as name → value.
    """

    split: pd.DataFrame | None = None
    card_summary: Mapping[str, SummaryTable] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    histories: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


def evaluation_report(
    metrics: Mapping[str, Any],
    windows: pd.DataFrame,
    welds: pd.DataFrame,
    background: Background,
    signals: Callable[[str], Mapping[str, SignalView]],
) -> list[Element]:
    """Elements of the page.

    `metrics` is what `evaluate` gives for the prediction frames `windows` and `welds`; `signals` maps a
    weld id to what its sensors recorded and is asked for at most twelve welds.
    """
    elements: list[Element] = [Heading("Verdict")]
    for name, target in metrics["targets"].items():
        unit = background.units.get(name, "")
        elements.append(Text(verdict(name, target, unit), strong=True))
        if ensemble := of_ensemble(target, unit):
            elements.append(Text(f"{name}: {ensemble}"))
    if metrics["warnings"]:
        elements.append(WarningBox("What these welds cannot show", metrics["warnings"]))
    elements += findings_box(background.findings)
    if background.about:
        elements.append(mapping_table([background.about]))
    for name, target in metrics["targets"].items():
        elements.append(Heading(f"Per weld: {name}"))
        elements += one_class_warning(name, welds, background.histories)
        elements += _target(name, target, windows, welds, background.units.get(name, ""))
        elements += conflict_section(name, welds)
        elements += learned_section(name, target)
    share = max(1, len(metrics["targets"]))
    for name in metrics["targets"]:
        elements.append(Heading(f"Welds to look at: {name}"))
        elements += welds_to_look_at(name, windows, welds, signals, most=max(1, 6 // share))
    return elements + _training(background.histories) + _data(background)


def _target(
    name: str, target: Mapping[str, Any], windows: pd.DataFrame, welds: pd.DataFrame, unit: str
) -> list[Element]:
    per_weld, per_window = target["weld"], target["window"]
    elements: list[Element] = []
    if reading := about_steps(target):
        elements.append(Text(reading))
    elements += _level(target, per_weld, _first_seed(welds, name), unit)
    if not per_weld["reason"]:
        if per_weld["baselines"]:
            elements += [
                Heading("Against each baseline", 3),
                Text(f"{about_baselines(target)} {about_claims(len(per_weld['baselines']))}"),
                tables.baselines_table(target, per_weld, unit),
            ]
        elements += [Heading("By group", 3), tables.groups_table(per_weld, unit)]
    dense = target["kind"] in DENSE
    elements.append(Heading(f"Per {'step of the windows' if dense else 'window'}: {name}"))
    if per_window["rows"] == per_weld["rows"] and not dense:
        return [*elements, Text("Every weld is one window: the figures per window are those per weld.")]
    return elements + _level(target, per_window, _first_seed(windows, name), unit)


def _first_seed(frame: pd.DataFrame, target: str) -> TargetTable:
    table = next(iter(target_tables(frame, target).values()))
    return table.rows(table.known)


def _level(
    target: Mapping[str, Any], level: Mapping[str, Any], table: TargetTable, unit: str
) -> list[Element]:
    if level["reason"]:
        return [Text(f"No figures: {level['reason']}.")]
    elements: list[Element] = [tables.figures_table(level, unit)]
    if level["per_class"]:
        elements.append(tables.per_class_table(level))
    return [*elements, Columns(_plots(target, level, table, unit))]


def _plots(
    target: Mapping[str, Any], level: Mapping[str, Any], table: TargetTable, unit: str
) -> list[Figure]:
    seed = f" Seed {level['seeds'][0]}." if len(level["seeds"]) > 1 else ""
    if target["kind"] in NUMBERS:
        return [plots.scatter_plot(table, unit, f"Predicted against true value.{seed}")]
    labels = {name: with_interval(f["auc"]) for name, f in level["per_class"].items()}
    found = []
    if level["confusion"]:
        caption = "Confusion matrix, counts" + (", mean over seeds." if seed else ".")
        found.append(plots.confusion_plot(level["confusion"], target["classes"], caption))
    found.append(plots.roc_plot(table, labels, f"Each class against the rest; legend: AUC.{seed}"))
    caption = f"On the dotted line, stated confidence is what comes true.{seed}"
    return [*found, plots.reliability_plot(table, caption)]


def _training(histories: Mapping[str, pd.DataFrame]) -> list[Element]:
    elements: list[Element] = [Heading("Learning curves")]
    if not histories:
        return [*elements, Text("No training history was kept.")]
    if len(histories) > plots.MOST_PANELS:
        elements.append(Text(f"{plots.MOST_PANELS} of {len(histories)} trainings are shown."))
    return [*elements, plots.learning_curves_plot(histories, "Loss of each training over its epochs.")]


def _data(background: Background) -> list[Element]:
    elements: list[Element] = [Heading("Split")]
    if background.split is None or background.split.empty:
        elements.append(Text("These welds were not divided: the whole data set was predicted."))
    else:
        elements.append(tables.split_table(background.split))
    elements.append(Heading("Data card"))
    for name, rows in background.card_summary.items():
        if rows:
            elements += [Heading(name.capitalize(), 3), mapping_table(rows)]
    if not background.card_summary:
        elements.append(Text("No summary of the data set was given."))
    return elements
