"""The page: one file that stands alone, whatever the names in it."""

from html.parser import HTMLParser

import numpy as np
import pytest

from tests.report.made import HOSTILE
from weldfusion.report.elements import Columns, Figure, Heading, Table, Text, WarningBox
from weldfusion.report.page import render, write_page
from weldfusion.report.words import with_interval

VOID = {"meta", "link", "img", "br", "hr"}


class Page(HTMLParser):
    """Tags, addresses and texts of a page; fails where tags are not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.addresses, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [(tag, value) for name, value in attrs if name in ("src", "href")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def page():
    figure = Figure("data:image/png;base64,AAAA", f"alt {HOSTILE}", 400, HOSTILE)
    elements = [
        Heading("First part"),
        Text(HOSTILE, strong=True),
        Table(["class", HOSTILE], [[HOSTILE, 0.123456], ["ok", None]], HOSTILE, left_out=7),
        WarningBox(HOSTILE, [HOSTILE]),
        Columns([figure, Text("beside")]),
    ]
    return render(HOSTILE, elements)


def test_every_name_is_escaped(page):
    parsed = Page(page)
    assert "script" not in parsed.tags
    text = "".join(parsed.texts)
    # title and its heading, paragraph, column, cell, table caption, box title and line, picture caption
    assert text.count(HOSTILE) == 9


def test_cells_and_links(page):
    parsed = Page(page)
    assert ("a", "#first-part") in parsed.addresses
    assert 'id="first-part"' in page
    assert "0.123" in parsed.texts
    assert "–" in parsed.texts
    assert "7 more rows are left out here." in parsed.texts


def test_one_minus_sign_in_numbers_and_none_in_names():
    gain = with_interval({"value": -0.25, "lower": -0.5, "upper": -1e-5, "reason": ""})
    text = render("t", [Table(["run", "bias", "welds", "gain"], [["laser-2", -1.5, np.int64(-3), gain]])])
    cells = [text for text in Page(text).texts if text.strip()][-5:-1]
    assert cells == ["laser-2", "\u22121.500", "\u22123", "\u22120.250 [\u22120.500, \u22121e\u221205]"]
    assert text.count('<td class="interval">') == 1


def test_written_whole_or_not_at_all(tmp_path):
    path = write_page(tmp_path / "new" / "report.html", "Report", [Text("one")])
    first = path.read_bytes()

    with pytest.raises(TypeError, match="got dict"):
        write_page(path, "Report", [Text("two"), {}])
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_same_elements_same_bytes():
    assert render("t", [Heading("a")]) == render("t", [Heading("a")])
