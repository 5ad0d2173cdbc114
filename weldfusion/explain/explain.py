"""Explaining the predictions of trained networks: shares, maps and attention of one fold; folds joined."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from weldfusion.errors import RunError
from weldfusion.explain.details import Details
from weldfusion.explain.explanation import Background, Explanation, TargetInfo, WeldTruth, check_same
from weldfusion.explain.figures import figures
from weldfusion.explain.shares import batch_shares
from weldfusion.explain.sources import Source
from weldfusion.explain.truth import pure_noise
from weldfusion.training.bar import bar
from weldfusion.training.loader import Windows, in_order, loader
from weldfusion.training.predictor import Predictor

NEVER_ABSENT = (
    "The networks never saw an absent sensor in training (modality_dropout: 0), so without a sensor means: "
    "it reads its training mean all the time."
)


def explain_fold(
    predictor: Predictor,
    windows: Windows,
    background: Background,
    detailed: Collection[str] = (),
    truths: Mapping[str, WeldTruth] | None = None,
    batch_size: int = 64,
    workers: int = 0,
) -> Explanation:
    """Explains what one network predicts from these windows; without figures, which `join` adds.

    Args:
        predictor: the network.
        windows: windows of the welds to explain.
        background: what "without this sensor" means, see `coalitions.background_of`.
        detailed: welds whose maps and attention are kept.
        truths: of simulated welds (`truth.read_truths`); all their maps are compared with the events.

    Raises RunError for more than 12 sensors, or when there is no window.
    """
    truths = truths or {}
    details = Details(predictor, detailed, truths)
    batches = loader(windows, in_order(len(windows), batch_size), workers)
    tables = []
    for batch in bar(batches, "explain", -(-len(windows) // batch_size)):
        tables.append(batch_shares(predictor, batch, background))
        details.add(batch)
    if not tables:
        raise RunError("nothing to explain: the welds give no window")
    model = predictor.model
    return Explanation(
        targets=tuple(TargetInfo(t.name, t.kind, t.unit, tuple(t.classes)) for t in model.targets.values()),
        modalities=tuple(model.flows),
        background=background,
        shares=pd.concat(tables, ignore_index=True),
        detailed=details.kept(),
        maps=details.maps(),
        attention=details.attention(),
        truths=dict(truths),
        notes=_notes(details.sources, background),
        pointing=details.pointing(),
    )


def join(parts: Sequence[Explanation], seed: int = 0) -> Explanation:
    """The explanations of all networks of a run as one, with figures.

    Groups that intervals resample are those of the parts' tables. Raises RunError if the parts do not
    belong together.
    """
    if not parts:
        raise RunError("nothing to explain: no network has a weld of the part asked for")
    check_same(parts)
    truths = {weld: truth for part in parts for weld, truth in part.truths.items()}
    shares = pd.concat([part.shares for part in parts], ignore_index=True)
    played = [part.pointing for part in parts if len(part.pointing)]
    pointing = pd.concat(played, ignore_index=True) if played else parts[0].pointing
    noise = pure_noise(parts[0].modalities) if truths else []
    return replace(
        parts[0],
        shares=shares,
        detailed=tuple(dict.fromkeys(weld for part in parts for weld in part.detailed)),
        maps=tuple(one for part in parts for one in part.maps),
        attention=tuple(one for part in parts for one in part.attention),
        truths=truths,
        figures=figures(shares, pointing, noise, seed),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        pointing=pointing,
    )


def _notes(sources: Mapping[str, Source | None], background: Background) -> tuple[str, ...]:
    bare = [
        f"{name}: its encoder makes no map over time or picture, so there is its share but no place in it."
        for name, source in sources.items()
        if source is None
    ]
    return (*([NEVER_ABSENT] if background == "training mean" else []), *bare)
