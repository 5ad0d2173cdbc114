"""docs/licences.py: what counts as forbidden, and what belongs to an installation."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("licences", Path(__file__).parents[1] / "docs" / "licences.py")
assert _SPEC
assert _SPEC.loader
licences = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(licences)


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("GPL-3.0-only", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("AGPL-3.0", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache Software License", False),
        ("MPL-2.0 AND MIT", False),
    ],
)
def test_forbidden(text, bad):
    assert licences.forbidden(text) is bad


def test_needed_follows_dependencies_of_dependencies():
    runtime = licences.needed(set())
    assert {"torch", "sympy", "mpmath", "llvmlite"} <= runtime
    assert "pytest" not in runtime
    assert "pytest" in licences.needed({"dev"})


def test_the_page_is_kept():
    page = (Path(__file__).parents[1] / "docs" / "licences.md").read_text(encoding="utf-8")
    assert "| torch |" in page
