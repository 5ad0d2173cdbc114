"""Elements to one self-contained HTML file."""

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from weldfusion import __version__
from weldfusion.data.files import write_text
from weldfusion.report.elements import Element, Heading, Link, short

INTERVAL = re.compile(r"[−–0-9.e]+ \[.*\]$")


def write_page(path: Path, title: str, elements: Sequence[Element]) -> Path:
    """Writes the page, whole or not at all, and gives its path.

    The file needs no network and no script: style and pictures are inside. All texts are escaped.
    """
    path = Path(path)
    write_text(path, render(title, elements))
    return path


def render(title: str, elements: Sequence[Element]) -> str:
    """The page as text. Raises TypeError for something that is no element."""
    sections = [e for e in elements if isinstance(e, Heading) and e.level == 2]
    return render_template("page.html.jinja", title, elements, sections=sections)


def render_template(name: str, title: str, elements: Sequence[Element], **more: object) -> str:
    """A template with `title`, `elements` and further values as text.

    Raises TypeError for something that is no element.
    """
    for element in elements:
        if not isinstance(element, Element):
            raise TypeError(f"a page is made of report elements, got {type(element).__name__}")
    environment = Environment(
        loader=PackageLoader("weldfusion.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = short
    environment.tests["number"] = lambda value: isinstance(value, int | float) or value is None
    environment.tests["interval"] = lambda value: isinstance(value, str) and INTERVAL.match(value) is not None
    environment.tests["link"] = lambda value: isinstance(value, Link)
    return environment.get_template(name).render(title=title, elements=elements, version=__version__, **more)
