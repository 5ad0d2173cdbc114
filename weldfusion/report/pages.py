"""Pages of elements to one self-contained HTML file that shows one page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from weldfusion.data.files import write_text
from weldfusion.report.elements import Element
from weldfusion.report.page import render_template


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        anchor: what links lead to; letters, digits and dashes.
        short: its name in the navigation.
        title: its headline.
        elements: what it shows; headings in it are of level 3.
        group: pages of a group stand in one line of the navigation.
    """

    anchor: str
    short: str
    title: str
    elements: Sequence[Element]
    group: str = ""


def write_pages(path: Path, title: str, pages: Sequence[Page]) -> Path:
    """Writes the file, whole or not at all, and gives its path.

    It needs no network and no script: the browser shows the page that the address names, by style alone.
    Printed, and in browsers without `:has`, all pages follow one another.
    """
    path = Path(path)
    write_text(path, render_pages(title, pages))
    return path


def render_pages(title: str, pages: Sequence[Page]) -> str:
    """The file as text. Raises ValueError where two pages have one anchor."""
    anchors = [page.anchor for page in pages]
    if len(set(anchors)) < len(anchors):
        raise ValueError(f"two pages have the same anchor: {', '.join(sorted(anchors))}")
    elements = [element for page in pages for element in page.elements]
    groups = [(name, list(members)) for name, members in groupby(pages, key=lambda page: page.group)]
    return render_template("pages.html.jinja", title, elements, pages=pages, groups=groups)
