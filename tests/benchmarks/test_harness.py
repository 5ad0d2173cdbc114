import argparse
import doctest
import json
import math
import platform
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import harness


def test_examples_in_the_docstrings():
    assert doctest.testmod(harness).failed == 0


def test_interleave_takes_turns_in_both_orders():
    calls = []
    times = harness.interleave({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2, warmup=1)
    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(t) for name, t in times.items()} == {"a": 2, "b": 2}


def test_interleave_measures_seconds():
    times = harness.interleave({"sleep": lambda: time.sleep(0.02)}, 3, warmup=0)
    assert (times["sleep"] >= 0.02).all()
    assert np.median(times["sleep"]) < 2


def test_no_repeats_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        harness.interleave({"a": time.time}, 0)


@pytest.mark.parametrize(
    ("sign", "value", "met"), [(">=", 2, True), (">=", 1.9, False), ("<=", 2, True), ("<=", math.nan, False)]
)
def test_goal(sign, value, met):
    assert harness.row("x", value, goal=harness.Goal(sign, 2)).met is met


def test_peer_version_is_the_installed_one():
    assert harness.row("x", 1, peer="numpy").peer_version == np.__version__
    assert harness.row("x", 1, peer="no-such-peer").peer_version is None


def test_machine_names_no_host_and_no_folder():
    text = json.dumps(harness.machine())
    assert platform.node() not in text
    assert str(Path.home()) not in text
    assert harness.machine()["python"] == platform.python_version()


def measure(quick: bool) -> list[harness.Row]:
    return [harness.row("a|b", 1.0 if quick else 2.0, "s", goal=harness.Goal("<=", 1.5), note="n")]


def test_run_writes_json_and_markdown(tmp_path, capsys):
    file = tmp_path / "deep" / "result.json"
    assert harness.run("speed", "…", measure, ["--quick", "--json", str(file)]) == 0
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["command"] == "python benchmarks/speed.py --quick"
    assert list(kept["rows"][0]) == (
        ["name", "value", "unit", "goal", "met", "peer", "peer_version", "threads", "note"]
    )
    assert kept["rows"][0]["met"] is True
    markdown = file.with_suffix(".md").read_text(encoding="utf-8")
    assert "| a\\|b | 1 | s | <= 1.5 | yes |" in markdown
    assert sorted(p.name for p in file.parent.iterdir()) == ["result.json", "result.md"]


def test_rows_of_several_runs_say_so_in_both_files(tmp_path):
    rows = measure(True)
    for origin in ("", "Rows of several runs."):
        harness.write(tmp_path / "speed.json", "speed", "python benchmarks/speed.py", rows, origin)
        lines = (tmp_path / "speed.md").read_text(encoding="utf-8").splitlines()
        assert lines[:4] == ["# speed", "", "`python benchmarks/speed.py`", ""]
        assert (lines[4] == origin) == bool(origin)
        assert json.loads((tmp_path / "speed.json").read_text()).get("origin", "") == origin


def test_options_of_the_benchmark_itself_stand_in_its_help(capsys):
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--only", help="one part")
    with pytest.raises(SystemExit):
        harness.run("speed", "…", measure, ["--help"], [own])
    assert "one part" in capsys.readouterr().out


def test_full_run_is_kept_by_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    harness.run("speed", "…", measure, [])
    assert json.loads((tmp_path / "speed.json").read_text())["rows"][0]["met"] is False
    assert "**no**" in capsys.readouterr().out


def test_quick_run_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    harness.run("speed", "…", measure, ["--quick"])
    assert not list(tmp_path.iterdir())
