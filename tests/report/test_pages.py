"""Several pages in one file: links, navigation, names of all kinds."""

import pytest

from tests.report.made import HOSTILE
from tests.report.test_page import Page as Parsed
from weldfusion.report.elements import Heading, Link, Table, Text
from weldfusion.report.pages import Page, render_pages, write_pages


@pytest.fixture
def pages():
    table = Table(["weld"], [[Link(HOSTILE, "weld-1")]])
    return [
        Page("overview", "overview", "In short", [Text("first"), Heading("Part", 3), table]),
        Page("class-1", HOSTILE, HOSTILE, [Heading("Part", 3)], "classes"),
        Page("weld-1", "w1", "Weld w1", [Text("last")], "welds"),
    ]


def test_every_link_leads_to_a_page(pages):
    text = render_pages(HOSTILE, pages)
    parsed = Parsed(text)
    links = [address for tag, address in parsed.addresses if tag == "a"]
    for page in pages:
        assert links.count(f"#{page.anchor}") >= 2
        assert text.count(f'id="{page.anchor}"') == 1
    assert set(links) == {"#overview", "#class-1", "#weld-1", "#all"}
    assert "script" not in parsed.tags
    assert all(address.startswith(("#", "data:")) for _, address in parsed.addresses)


def test_names_are_escaped(pages):
    # Title and its heading, link in a cell, navigation, page title, two links to turn the page.
    assert "".join(Parsed(render_pages(HOSTILE, pages)).texts).count(HOSTILE) == 7


def test_no_two_pages_of_one_anchor_and_nothing_written(pages, tmp_path):
    with pytest.raises(ValueError, match="same anchor"):
        write_pages(tmp_path / "a.html", "t", [pages[0], pages[0]])
    assert not list(tmp_path.iterdir())
