"""The names and files that docs/architecture.md tells are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
TABLE = PAGE.partition("## Names that cross stations")[2].partition("**Prediction frame**")[0]
ROWS = [row.split(" | ") for row in TABLE.splitlines() if row.startswith("| `")]


def test_every_file_exists():
    files = re.findall(r"`((?:\w+/)*\w+\.py)`", TABLE)
    assert len(files) > 20
    assert [file for file in files if not (ROOT / "weldfusion" / file).is_file()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| "))
def test_every_name_is_defined_where_the_page_says(row):
    places = [ROOT / "weldfusion" / place for place in re.findall(r"`([\w/]+(?:\.py|/))`", row[1])]
    files = [file for place in places for file in ([place] if place.is_file() else place.glob("*.py"))]
    text = "\n".join(file.read_text("utf-8") for file in files)
    for name in re.findall(r"`([A-Za-z_]+)[^`]*`", row[0]):
        assert re.search(rf"^\s*(?:(?:class|def) )?{name}\b", text, re.MULTILINE), name
