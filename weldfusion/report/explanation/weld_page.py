"""The page of one weld: all sensors over one time axis, attribution, photos, attention, shares."""

from collections.abc import Mapping, Sequence

import numpy as np

from weldfusion.explain.explanation import AttributionMap, Explanation
from weldfusion.report.elements import Cell, Columns, Element, Figure, Heading, Table, Text, short
from weldfusion.report.explanation import words
from weldfusion.report.explanation.attention import attention_figure
from weldfusion.report.explanation.channels import channels_figure, told
from weldfusion.report.explanation.pictures import photos_figure, table_figure
from weldfusion.report.explanation.said import said_of, targets_of
from weldfusion.report.explanation.shares import Output
from weldfusion.report.explanation.timeline import Scene, timeline
from weldfusion.report.signals import SignalView

COLOURS = (
    "Orange: this moment or place speaks for it (for a larger value); violet: against it; no colour: it does "
    "not matter, or there is no map. Each sensor has a colour scale of its own, told beside it; how much a "
    "sensor counts as a whole is told by its share."
)


def weld_page(
    explanation: Explanation,
    found: Sequence[Output],
    weld: str,
    signals: Mapping[str, SignalView],
    label: str | None = None,
) -> list[Element]:
    """Elements of the page of a weld; `label` is the class (or number) to show, see `shown_outputs`."""
    elements: list[Element] = []
    for name, outputs in targets_of(found).items():
        truth, says, strongest = said_of(outputs, weld)
        line = f"{name}: truth {truth}; the model says {says}; strongest sensor {strongest}."
        elements.append(Text(line, strong=True))
        elements.append(_shares_table(outputs, weld))
    network = _network(explanation, weld)
    elements.append(Text(COLOURS))
    for output in shown_outputs(found, weld, label):
        elements += _of_output(Scene(explanation, weld, network, output.target, output.label, signals))
    return elements + _attention(explanation, weld, network, signals)


def shown_outputs(found: Sequence[Output], weld: str, label: str | None) -> list[Output]:
    """The outputs whose attribution is drawn for a weld.

    Those of the class or target `label`; without one, of each target what the model calls (the likeliest
    flag if it calls none), then what is true. A number is always shown.
    """
    if label is not None:
        return [output for output in found if label in (output.label, output.name)]
    shown = []
    for outputs in targets_of(found).values():
        place = np.flatnonzero(outputs[0].weld == weld)
        if len(place):
            row = int(place[0])
            called = [o for o in outputs if o.called[row]] or [max(outputs, key=lambda o: o.full[row])]
            true = [
                o
                for o in outputs
                if o.can_be_called and o.truth[row] >= 0.5 and all(o is not other for other in called)
            ]
            shown += [*called, *true]
    return shown


def _network(explanation: Explanation, weld: str) -> tuple[str, int]:
    """The network whose maps are shown: that of the first fold and seed."""
    rows = explanation.shares[explanation.shares["weld"] == weld]
    return str(rows["fold"].iloc[0]), int(rows["seed"].iloc[0])


def _shares_table(outputs: Sequence[Output], weld: str) -> Table:
    rows: list[list[Cell]] = []
    for output in outputs:
        for row in np.flatnonzero(output.weld == weld):
            here = zip(output.share[row], output.present[row], strict=True)
            shares = [words.signed(float(share)) if there else "absent" for share, there in here]
            rows.append(
                [output.name, short(float(output.base[row])), *shares, short(float(output.full[row]))]
            )
    unit = outputs[0].target.unit
    columns = ["output", "no sensor", *outputs[0].modalities, "all sensors"]
    return Table(columns, rows, f"Shares, mean over the weld{f' ({unit})' if unit else ''}.")


def _of_output(scene: Scene) -> list[Element]:
    name = f"{scene.target.name}: {scene.label}" if scene.label else scene.target.name
    fold, seed = scene.network
    alt = f"Weld {scene.weld} over time: what speaks for and against {name}"
    pictures = timeline(scene, f"{alt} (network of {fold}, seed {seed}).")
    elements: list[Element] = [Heading(f"What speaks for and against {name}", 3), *pictures]
    still = [figure for figure in (_still(scene, sensor) for sensor in scene.signals) if figure is not None]
    if not pictures and not still:
        elements.append(Text("No recording of this weld can be drawn, and no sensor has a map."))
    return elements + ([Columns(still)] if still else [])


def _still(scene: Scene, sensor: str) -> Figure | None:
    """The picture of a sensor that has no place in time: photos, a table."""
    view, one = scene.signals[sensor], scene.map_of(sensor)
    if view.kind == "image" and not len(view.times):
        return photos_figure(
            sensor, view, one, f"{sensor}: photos, and below them what speaks for and against."
        )
    if view.kind in ("spectrum", "waveform") and one is not None and one.axes[0].name == "channel":
        return channels_figure(sensor, view, one, f"{sensor}: what each channel says.")
    if view.kind == "table" and one is not None and _over_columns(one):
        return table_figure(sensor, view, one, f"{sensor}: what each column adds.")
    return None


def _over_columns(one: AttributionMap) -> bool:
    return [axis.name for axis in one.axes] == ["column"]


def _attention(
    explanation: Explanation, weld: str, network: tuple[str, int], signals: Mapping[str, SignalView]
) -> list[Element]:
    maps = [told(a, signals) for a in explanation.attention if a.weld == weld and (a.fold, a.seed) == network]
    if not maps:
        return []
    elements: list[Element] = [
        Heading("Attention between the sensors", 3),
        Text(
            "How much a moment (or place) of one sensor listens to a moment (or channel) of another, as "
            "multiples of listening to all alike (1). Attention tells where information may flow, not what "
            "it does to the result."
        ),
    ]
    for one in maps:
        known = np.flatnonzero(np.isfinite(one.weights).any(axis=(1, 2)))
        if len(known):
            pair = f"{one.listener} listens to {one.key} (axis: {one.key_axis.name})"
            alt = f"{pair}: mean of all windows, and one window."
            elements.append(attention_figure(one, int(known[len(known) // 2]), alt))
        else:
            elements.append(Text(f"{one.listener} never has {one.key} to listen to in this weld."))
    return elements
