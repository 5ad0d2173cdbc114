"""What a wheel would hold: every file that is not a module is declared as package data."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import weldfusion

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def plain(requirement: str) -> str:
    """The normal form of a distribution's name, without version and extras."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>]", requirement)[0]).lower()


def test_every_data_file_is_declared():
    declared = {
        file
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    others = {
        file
        for file in (ROOT / "weldfusion").rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"} and not file.name.startswith(".")
    }
    assert {f for f in others if "__pycache__" not in f.parts} == declared


def test_every_folder_with_modules_is_a_package():
    folders = {file.parent for file in (ROOT / "weldfusion").rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_one_version():
    version = PROJECT["project"]["version"]
    assert weldfusion.__version__ == version
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in citation


def test_dependencies_are_pinned_without_addresses():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", pin) for pin in pins)
    names = {plain(pin) for pin in pins}
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *(name for extra in extras.values() for name in extra)]
    assert {plain(name) for name in wanted} <= names


def test_third_party_imports_are_declared():
    """Every top-level module that the package imports belongs to a declared dependency, or to an extra."""
    used = set()
    for file in (ROOT / "weldfusion").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.split(".")[0])
    used -= {"weldfusion", *sys.stdlib_module_names}
    owners = importlib.metadata.packages_distributions()
    extras = PROJECT["project"]["optional-dependencies"]
    declared = {plain(name) for name in PROJECT["project"]["dependencies"]}
    declared |= {plain(name) for extra, names in extras.items() if extra != "dev" for name in names}
    missing = {m for m in used if not {plain(name) for name in owners.get(m, [])} & declared}
    assert not missing
