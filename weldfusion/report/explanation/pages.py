"""All pages of an explanation, in order: the first one, one per class, one per weld."""

from collections.abc import Callable, Mapping, Sequence

from tqdm import tqdm

from weldfusion.explain.explanation import Explanation
from weldfusion.report.draw import clipped
from weldfusion.report.explanation.class_page import class_page
from weldfusion.report.explanation.overview import overview
from weldfusion.report.explanation.shares import names_of, outputs
from weldfusion.report.explanation.weld_page import weld_page
from weldfusion.report.pages import Page
from weldfusion.report.signals import SignalView


def explanation_pages(
    explanation: Explanation,
    signals: Callable[[str], Mapping[str, SignalView]],
    warnings: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
    label: str | None = None,
) -> list[Page]:
    """Pages of the report.

    Args:
        explanation: its numbers.
        signals: weld → what its sensors recorded; asked for the welds in detail only.
        warnings: what limits the run, as its other reports say.
        about: further facts (run, data, command) as name → value.
        label: class (or target that is a number) whose attribution is shown; else what the model says.
    """
    found = outputs(explanation)
    anchors = {weld: f"weld-{number}" for number, weld in enumerate(explanation.detailed, 1)}
    first = overview(explanation, found, anchors, warnings, about or {})
    pages = [Page("overview", "In short", "In short", first)]
    for number, (output, name) in enumerate(zip(found, names_of(found), strict=True), 1):
        title = f"{output.target.name}: {output.label}" if output.label else output.target.name
        group = "classes" if output.label else "numbers"
        pages.append(Page(f"class-{number}", clipped(name), title, class_page(output, anchors), group))
    for weld, anchor in tqdm(anchors.items(), desc="drawing welds", disable=None, leave=False, delay=2):
        elements = weld_page(explanation, found, weld, signals(weld), label)
        pages.append(Page(anchor, clipped(weld), f"Weld {weld}", elements, "welds"))
    return pages
