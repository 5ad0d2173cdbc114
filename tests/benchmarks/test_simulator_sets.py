"""Folders of simulated data sets: their hash tells names and contents, their size is that of the files."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import simulator_sets


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "manifest.csv").write_bytes(b"x" * 1_500_000)
    (tmp_path / "a" / "deep" / "weld.flac").write_bytes(b"y" * 500_000)
    return tmp_path / "a"


def test_size_is_that_of_all_files(folder):
    assert simulator_sets.megabytes(folder) == 2.0


def test_hash_is_that_of_names_and_contents(folder):
    before = simulator_sets.hashes(folder)
    moved = folder.rename(folder.with_name("b"))
    assert simulator_sets.hashes(moved) == before
    (moved / "deep" / "weld.flac").rename(moved / "deep" / "other.flac")
    assert simulator_sets.hashes(moved) != before
    (moved / "deep" / "other.flac").rename(moved / "deep" / "weld.flac")
    (moved / "deep" / "weld.flac").write_bytes(b"z" * 500_000)
    assert simulator_sets.hashes(moved) != before


@pytest.mark.parametrize(("written", "met"), [("welds", True), ("number of processes", False)])
def test_bytes_are_compared_between_one_and_four_processes(tmp_path, monkeypatch, written, met):
    def simulate(command, check, stdout):
        out = Path(command[command.index("aluminium_tig") + 1])
        out.mkdir()
        text = command[command.index("--processes") + 1] if written == "number of processes" else written
        (out / "manifest.csv").write_text(text)

    monkeypatch.setattr(simulator_sets.subprocess, "run", simulate)
    row = simulator_sets.same_bytes(tmp_path, "aluminium_tig", 6, "--weld-s", "10")
    assert (row.value, row.met) == (float(met), met)
