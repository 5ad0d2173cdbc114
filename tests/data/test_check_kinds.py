"""Entries of the card whose kind is unknown."""

from pathlib import Path

import pytest

from tests.data.small_set import CARD, add_column, write_set
from weldfusion.data.check import check


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("kind: real", "kind: number", "targets.force.kind"),
        ("kind: class", "kind: classes", "targets.verdict.kind"),
        ("kind: image", "kind: photo", "modalities.photos.kind"),
        ("kind: table", "kind: settings", "modalities.settings.kind"),
    ],
)
def test_it_has_no_follow_ups(tmp_path: Path, right: str, wrong: str, field: str) -> None:
    folder = write_set(tmp_path / "set")
    add_column(folder, "depth", ["2.1" if number % 2 else "3.4" for number in range(12)])
    card = CARD.replace("groups:", "  depth:\n    kind: depth\n    unit: mm\ngroups:")
    (folder / "dataset.yaml").write_text(card.replace(right, wrong))
    findings = check(folder, progress=False)
    assert {(found.level, found.field) for found in findings} == {
        ("error", field),
        ("error", "targets.depth.kind"),
    }
