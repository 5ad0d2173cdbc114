"""The fingerprint of a data set: what changes it and what does not."""

import re

import pytest

from tests.data.small_set import write_set
from weldfusion.data.folder import fingerprint
from weldfusion.errors import CardError


def test_the_fingerprint_follows_card_and_manifest_only(tmp_path):
    here, there = write_set(tmp_path / "here"), write_set(tmp_path / "there")
    first = fingerprint(here)
    assert re.fullmatch("[0-9a-f]{32}", first)
    (there / "notes.txt").write_text("x")
    assert fingerprint(there) == first
    text = (there / "manifest.csv").read_text()
    (there / "manifest.csv").write_text(text.replace(",good,", ",pore,", 1))
    changed = fingerprint(there)
    (here / "dataset.yaml").write_text((here / "dataset.yaml").read_text().replace("S235", "S355"))
    assert len({first, changed, fingerprint(here)}) == 3


def test_no_data_set_is_told(tmp_path):
    with pytest.raises(CardError, match=r"has no dataset\.yaml"):
        fingerprint(tmp_path)
