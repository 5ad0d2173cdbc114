"""Damaged and odd files of intervals and curves: one line that names file, place and what would be right."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.small_set import edit, set_cell
from tests.training.dense_data import write_dense
from weldfusion.data.check import check, exit_code
from weldfusion.data.finding import Level
from weldfusion.data.folder import read_dataset
from weldfusion.errors import CardError

Damage = Callable[[Path], object]


def card(old: str, new: str) -> Damage:
    return lambda folder: edit(folder / "dataset.yaml", old, new)


def pores(text: str) -> Damage:
    return lambda folder: (folder / "pores/w01.csv").write_text(text)


def depth(values: object) -> Damage:
    return lambda folder: np.save(folder / "depth/w01.npy", np.asarray(values, dtype=float))


CARDS: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "no step": (card("    step: 0.02\n", ""), ("targets.pores.step", "is missing", "in s")),
    "step is text": (card("step: 0.02", "step: 20 ms"), ("targets.pores.step", "'20 ms'", "number")),
    "step of zero": (card("step: 0.02", "step: 0"), ("targets.pores.step", "is 0")),
    "wrong level": (
        card("kind: intervals", "kind: intervals\n    level: weld"),
        ("targets.pores.level", "'weld'", "interval"),
    ),
    "intervals without class": (
        card("    classes:\n    - pore\n", ""),
        ("targets.pores.classes", "at least 1"),
    ),
    "intervals with unit": (
        card("kind: intervals", "kind: intervals\n    unit: mm"),
        ("targets.pores.unit", "no unit"),
    ),
    "curve without rate": (card("    rate: 200\n", ""), ("targets.depth.rate", "is missing")),
    "intervals that rest": (
        card("kind: intervals", "kind: intervals\n    may_be_constant: true"),
        ("targets.pores.may_be_constant", "no curve"),
    ),
    "curve with classes": (
        card("kind: curve", "kind: curve\n    classes: [deep]"),
        ("targets.depth.classes", "no classes"),
    ),
    "step of a number": (
        card("kind: curve", "kind: real\n    level: sample"),
        ("targets.depth.step", "no step"),
    ),
}
FILES: dict[str, tuple[Level, Damage, tuple[str, ...]]] = {
    "empty": ("error", pores(""), ("pores/w01.csv", "row 1", "t0_s,t1_s,value")),
    "another header": ("error", pores("start,end,label\n0,1,pore\n"), ("pores/w01.csv", "row 1", "header")),
    "ends before it starts": (
        "error",
        pores("t0_s,t1_s,value\n0.1,0.2,pore\n0.5,0.4,pore\n"),
        ("pores/w01.csv", "row 3", "0.5 to 0.4", "above t0_s"),
    ),
    "unknown class": (
        "error",
        pores("t0_s,t1_s,value\n0.1,0.2,pre\n"),
        ("pores/w01.csv", "row 2", "'pre'", "pore?"),
    ),
    "text as time": (
        "error",
        pores("t0_s,t1_s,value\n0.1 s,0.2,pore\n"),
        ("pores/w01.csv", "row 2", "0.1 s"),
    ),
    "a column short": ("error", pores("t0_s,t1_s,value\n0.1,0.2\n"), ("pores/w01.csv", "row 2", "0.1,0.2")),
    "intervals missing": (
        "error",
        lambda folder: set_cell(folder, 3, "pores", "pores/x.csv"),
        ("manifest.csv row 3", "pores/x.csv", "no such file"),
    ),
    "two curves": ("error", depth(np.ones((2, 240))), ("depth/w01.npy", "(2, 240)", "(1, time)")),
    "infinite depth": (
        "error",
        depth([[1.0, np.inf, 2.0]]),
        ("depth/w01.npy", "sample 1", "infinite", "NaN"),
    ),
    "curve that is no array": (
        "error",
        lambda folder: (folder / "depth/w01.npy").write_bytes(b"\x93NUMPY\x01"),
        ("depth/w01.npy",),
    ),
    "intervals in milliseconds": (
        "warning",
        pores("t0_s,t1_s,value\n100,200,pore\n"),
        ("pores/w01.csv", "1 of 1", "outside", "100 to 200 s", "seconds"),
    ),
    "the same pore twice": (
        "warning",
        pores("t0_s,t1_s,value\n0.1,0.3,pore\n0.2,0.4,pore\n"),
        ("pores/w01.csv", "'pore'", "overlap", "0.2 s"),
    ),
    "nothing known": ("warning", depth(np.full((1, 240), np.nan)), ("depth/w01.npy", "no sample", "empty")),
    "constant depth": ("warning", depth(np.full((1, 240), 3.5)), ("depth/w01.npy", "3.5 throughout")),
    "wrong rate": (
        "warning",
        depth(np.linspace(1, 2, 2400)[None]),
        ("depth/w01.npy", "12 s at 200 Hz", "1.2 s", "rate"),
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_dense(tmp_path / "dense", welds=6, groups=6)


def test_undamaged_set_has_one_warning(folder: Path) -> None:
    assert [finding.code for finding in check(folder, progress=False)] == ["absent-truth"]


def test_a_curve_that_may_be_constant_is_not_asked_about(folder: Path) -> None:
    depth(np.full((1, 240), 3.5))(folder)
    assert "constant" in [finding.code for finding in check(folder, progress=False)]
    card("kind: curve", "kind: curve\n    may_be_constant: true")(folder)
    assert "constant" not in [finding.code for finding in check(folder, progress=False)]


@pytest.mark.parametrize("name", CARDS)
def test_card(name: str, folder: Path) -> None:
    damage, texts = CARDS[name]
    damage(folder)
    with pytest.raises(CardError) as caught:
        read_dataset(folder)
    line = str(caught.value)
    assert "\n" not in line
    assert all(text in line for text in texts), line


@pytest.mark.parametrize("name", FILES)
def test_file(name: str, folder: Path) -> None:
    level, damage, texts = FILES[name]
    damage(folder)
    findings = check(folder, progress=False)
    lines = [str(finding) for finding in findings if finding.level == level]
    assert any(all(text in line for text in texts) for line in lines), lines
    assert not any("\n" in line for line in lines)
    assert exit_code(findings) == (level == "error")
