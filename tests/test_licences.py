"""docs/licences.py: what counts as forbidden, and what belongs to an installation."""

import importlib.util
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

_SPEC = importlib.util.spec_from_file_location("licences", ROOT / "docs" / "licences.py")
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


def test_what_is_needed_at_run_time_is_permitted():
    assert licences.refused(licences.stated(), licences.needed(licences.OPTIONAL)) == []
    found = {"a": {"Name": "A", "License": "GPL-3.0"}, "b": {"Name": "B", "License": "UNKNOWN"}}
    assert licences.refused(found, {"a", "b"}) == ["A (GPL-3.0)", "B (UNKNOWN)"]


def test_the_page_is_what_is_installed():
    """Where exactly the pinned versions are installed on Linux, as in `.ci/run`."""
    found, runtime = licences.stated(), licences.needed(set())
    names = licences.needed({"dev"} | licences.OPTIONAL)
    installed = {f"{name}=={found[name]['Version']}" for name in names if name in found}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines if "==" in line}
    if installed != {f"{name}=={pins.get(name)}" for name in names} or sys.platform != "linux":
        pytest.skip("other versions than the pinned ones are installed")
    assert licences.page(found, runtime) == (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"), (
        "run `make licences`"
    )
