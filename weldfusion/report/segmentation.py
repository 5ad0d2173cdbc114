"""The page of `weldfusion segment`: figures beside the plain threshold, examples with outlines, welds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from weldfusion.evaluation.compare import as_difference
from weldfusion.report.draw import COLOURS, clipped, draw
from weldfusion.report.elements import Element, Figure, Heading, Table, Text, WarningBox
from weldfusion.report.step_pictures import shown
from weldfusion.report.words import apart, no_interval, with_interval, without_brackets

WORDS = {"iou": "IoU (intersection over union)", "dice": "Dice (F1 of pixels)"}
TRUTH = "truth"
COLOUR_OF = {TRUTH: COLOURS[2], "U-Net": COLOURS[0], "Otsu": COLOURS[1]}
BRACKETS = "Brackets: 95 % interval from resampling whole groups."
OTSU = (
    "Otsu: the level that parts the grey values best, and the largest region beyond it, without any learning."
)
WIDE, TALLEST = 7.4, 1.6


def segmentation_report(
    metrics: Mapping[str, Any], examples: Sequence[tuple[str, np.ndarray, Mapping[str, np.ndarray]]]
) -> list[Element]:
    """Elements of the page.

    `metrics` is what `run.segmenting` writes; an example is its title, picture (height, width, channels) and
    masks bool (height, width) by name, the truth among them.
    """
    methods = [name for name in next(iter(metrics["figures"].values())) if name != "difference"]
    elements: list[Element] = [Heading("Result"), Text(verdict(metrics), strong=True)]
    if metrics["warnings"]:
        elements.append(WarningBox("What these welds cannot show", metrics["warnings"]))
    rows = [
        [WORDS[name], *(with_interval(of[key]) for key in methods), apart(as_difference(of["difference"]))]
        for name, of in metrics["figures"].items()
    ]
    told = without_brackets(figure for of in metrics["figures"].values() for figure in of.values())
    columns = ["mean over test welds", *methods, "the U-Net is"]
    elements.append(Table(columns, rows, " ".join(filter(None, [BRACKETS, told, OTSU]))))
    if examples:
        elements += [Heading("Examples"), examples_figure(examples)]
    columns = list(metrics["welds"][0])
    table = [[row[column] for column in columns] for row in metrics["welds"]]
    elements += [Heading("Every test weld"), Table(columns, table)]
    facts = [[name, str(value)] for name, value in metrics["settings"].items()]
    return [*elements, Heading("Settings"), Table(["setting", "value"], facts)]


def verdict(metrics: Mapping[str, Any]) -> str:
    """The result in one sentence, for page and terminal."""
    ious = metrics["figures"]["iou"]
    gain, threshold = ious["difference"], with_interval(ious["Otsu"])
    if gain["lower"] is None:
        chance = f"whether the difference is chance cannot be told ({no_interval(gain)})"
        against = f"a plain threshold has {threshold}; {chance}"
    elif gain["lower"] > 0:
        against = f"better than a plain threshold ({threshold}) by {with_interval(gain)}"
    else:
        against = f"not shown to be better than a plain threshold ({threshold})"
    return (
        f"{metrics['class']} in {metrics['modality']}: IoU {with_interval(ious['U-Net'])} on "
        f"{len(metrics['welds'])} test welds; {against}"
    )


def examples_figure(examples: Sequence[tuple[str, np.ndarray, Mapping[str, np.ndarray]]]) -> Figure:
    """A row an example: the picture, then with the outline of each mask."""
    across = 1 + len(examples[0][2])
    cell = WIDE / across
    tall = min(TALLEST, max(cell * picture.shape[0] / picture.shape[1] for _, picture, _ in examples)) + 0.3

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(len(examples), across, squeeze=False)
        for row, (title, picture, masks) in zip(axes, examples, strict=True):
            for ax, name in zip(row, (clipped(title, 30), *masks), strict=True):
                ax.set_axis_off()
                ax.imshow(_seen(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
                ax.set_title(name, fontsize=8)
                mask = masks.get(name)
                if mask is not None and mask.any() and not mask.all():
                    ax.contour(mask, levels=[0.5], colors=[COLOUR_OF[name]], linewidths=1.0)

    alt = "Test pictures with the outlines of the true mask and of those found."
    return draw((WIDE, tall * len(examples)), paint, alt, "The worst, the middle and the best by IoU.")


def _seen(picture: np.ndarray) -> np.ndarray:
    if picture.shape[2] == 1:
        return shown(picture[..., 0])
    return shown(picture[..., :3])
