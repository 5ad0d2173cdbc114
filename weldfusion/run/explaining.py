"""Explaining a run: shares of all welds of a part, maps of some, and the report."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset
from weldfusion.explain.coalitions import background_of
from weldfusion.explain.explanation import Background, Explanation, TargetInfo
from weldfusion.explain.shapley import coalitions
from weldfusion.explain.shares import batch_shares
from weldfusion.explain.storage import write_explanation
from weldfusion.report.explanation.pages import explanation_pages
from weldfusion.report.pages import write_pages
from weldfusion.report.recordings import views
from weldfusion.run.limits import limits_of
from weldfusion.run.seen import seen_lines, trained_on
from weldfusion.training.bar import bar
from weldfusion.training.heard import heard
from weldfusion.training.loader import in_order, loader
from weldfusion.training.predictor import Predictor

if TYPE_CHECKING:
    from weldfusion.run.trained import Run

BATCH = 64


def explain_run(
    run: "Run", part: str, data: str | Path | Dataset | None, welds: Sequence[str], label: str | None
) -> Explanation:
    """What `Run.explain` does."""
    own = data is None
    sensors = sorted(run.settings.data.inputs or run.card.modalities)
    coalitions(len(sensors))
    targets = _targets(run)
    with heard() as warned:
        dataset = run.dataset(data)
        background = background_of(run.settings.model)
        tables = [
            _shares(network, windows, background)
            for network, windows in run.networks(dataset, part if own else None)
        ]
    shares = pd.concat(tables, ignore_index=True)
    if own:
        shares = run.in_groups(shares)
    explanation = Explanation(targets, tuple(sensors), background, shares)
    folder = run.explanation_folder(part, data)
    write_explanation(explanation, folder)
    limits = [*limits_of(run, dataset, part, own), *run.folder.warnings(), *warned]
    if not own:
        limits = [*seen_lines(trained_on(run, dataset), len(dataset.welds)), *limits]
    about = {"run": run.folder.path.name, "data": str(dataset.root), "part": part if own else "all welds"}
    pages = explanation_pages(
        explanation, lambda weld: views(dataset, weld, sensors), list(dict.fromkeys(limits)), about
    )
    write_pages(folder / "explanation.html", f"{run.folder.path.name}: explanation", pages)
    return explanation


def _targets(run: "Run") -> tuple[TargetInfo, ...]:
    names = run.settings.data.targets or run.card.targets
    specs = [run.card.targets[name] for name in sorted(names)]
    return tuple(
        TargetInfo(s.name, s.kind, s.unit, tuple(s.labels) if s.labels != ("",) else ()) for s in specs
    )


def _shares(network: Predictor, windows: WeldWindows, background: Background) -> pd.DataFrame:
    batches = loader(windows, in_order(len(windows), BATCH), 0)
    total = -(-len(windows) // BATCH)
    done = [batch_shares(network, batch, background) for batch in bar(batches, "shares", total)]
    return pd.concat(done, ignore_index=True)
