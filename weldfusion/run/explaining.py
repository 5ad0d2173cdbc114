"""Explaining a run: shares of all welds of a part, maps of some, and the report."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from weldfusion.data.folder import Dataset
from weldfusion.errors import RunError, did_you_mean
from weldfusion.explain.coalitions import background_of
from weldfusion.explain.explain import explain_fold, join
from weldfusion.explain.explanation import Explanation
from weldfusion.explain.shapley import coalitions
from weldfusion.explain.storage import write_explanation
from weldfusion.explain.truth import read_truths
from weldfusion.report.explanation.examples import example_welds
from weldfusion.report.explanation.pages import explanation_pages
from weldfusion.report.pages import write_pages
from weldfusion.report.recordings import views
from weldfusion.run.kept import KeptRun
from weldfusion.run.laid_out import LaidOut
from weldfusion.run.limits import limits_of
from weldfusion.run.predicting import in_groups, networks
from weldfusion.run.seen import seen_lines, trained_on
from weldfusion.training.heard import heard


def explain_run(
    run: KeptRun, part: str, data: str | Path | Dataset | None, welds: Sequence[str], label: str | None
) -> Explanation:
    """What `Run.explain` does."""
    own = data is None
    _check_class(run, label)
    coalitions(len(run.settings.data.inputs or run.card.modalities))
    with heard() as warned:
        dataset = run.dataset(data)
        _check_welds(run, dataset, part if own else None, welds)
        laid_out = LaidOut(dataset, run.settings.data)
        explanation = _explained(run, laid_out, part if own else None, welds)
        if not welds:
            explanation = _with_examples(run, laid_out, part if own else None, explanation)
    folder = run.explanation_folder(part, data)
    write_explanation(explanation, folder)
    limits = [*limits_of(run, dataset, part, own), *run.folder.warnings(), *warned]
    if not own:
        limits = [*seen_lines(trained_on(run, dataset), len(dataset.welds)), *limits]
    about = {
        "run": run.folder.path.name,
        "data": str(dataset.root),
        "welds": f"part {part}" if own else "all of the folder",
        "weldfusion": str(run.folder.info()["weldfusion"]),
    }
    pages = explanation_pages(
        explanation,
        lambda weld: views(dataset, weld, explanation.modalities),
        list(dict.fromkeys(limits)),
        about,
        label,
    )
    write_pages(folder / "explanation.html", f"{run.folder.path.name}: explanation", pages)
    return explanation


def _check_class(run: KeptRun, label: str | None) -> None:
    """Raises RunError if no target has this class, and none that is a number this name."""
    names = run.settings.data.targets or run.card.targets
    specs = [run.card.targets[name] for name in names]
    valid = [name for spec in specs for name in (spec.classes or (spec.name,))]
    if label is not None and label not in valid:
        raise RunError(
            f"{run.folder.path}: the run predicts no class {label!r}; {did_you_mean(label, valid)}"
        )


def _check_welds(run: KeptRun, dataset: Dataset, part: str | None, welds: Sequence[str]) -> None:
    """Raises RunError at a weld that is not there, or in another part."""
    there = {weld.id for weld in dataset.welds}
    known = set(there) if part is None else {weld for fold in run.split for weld in run.welds(fold, part)}
    for weld in welds:
        if weld not in there:
            raise RunError(f"{dataset.root}: no weld {weld!r}; {did_you_mean(weld, there)}")
        if weld not in known:
            parts = sorted({fold.parts[weld] for fold in run.split.values() if weld in fold.parts})
            raise RunError(
                f"weld {weld!r} is in the part {' and '.join(parts) or 'unused'} of this run, not in {part}; "
                "write --part all, or explain other welds"
            )


def _explained(
    run: KeptRun,
    laid_out: LaidOut,
    part: str | None,
    detailed: Collection[str],
    only: Sequence[str] | None = None,
) -> Explanation:
    """The explanation of all networks; with `only`, of these welds."""
    background = background_of(run.settings.model.parts())
    found = []
    for network, windows in networks(run, laid_out, part):
        own = windows if only is None else windows.subset([weld for weld in windows.welds if weld in only])
        if len(own):
            truths = read_truths(laid_out.dataset.root, own.welds)
            one = explain_fold(network, own, background, detailed, truths, workers=run.settings.data.workers)
            found.append(one if part is None else _in_groups(run, one))
    return join(found, run.settings.seed)


def _in_groups(run: KeptRun, one: Explanation) -> Explanation:
    """With the groups of the split, which intervals resample as a whole."""
    pointing = in_groups(run, one.pointing) if len(one.pointing) else one.pointing
    return replace(one, shares=in_groups(run, one.shares), pointing=pointing)


def _with_examples(
    run: KeptRun, laid_out: LaidOut, part: str | None, explanation: Explanation
) -> Explanation:
    """Maps and attention of a few typical and wrong welds added."""
    chosen = example_welds(explanation)
    close = _explained(run, laid_out, part, chosen, chosen)
    shown = {weld: close.truths[weld] for weld in chosen if weld in close.truths}
    return replace(
        explanation, detailed=tuple(chosen), maps=close.maps, attention=close.attention, truths=shown
    )
