"""Tables kept of the papers' studies: figures without their links, brackets of intervals as they were."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import zoo_tables
from real_sets import CONFIGS

LINKED = r"| a | [0.5 \[0.4, 0.6\] †](runs/a-100pc/report.html) | [0.7](runs/b/report.html) |"
BASELINE = r"| *best* | 0.667 \[0.521, 0.792\] (extra trees, all sensors) |"


def test_links_to_runs_go_and_brackets_stay():
    kept = zoo_tables.LINK.sub(r"\1", f"{BASELINE}\n{LINKED}\n")
    assert kept == f"{BASELINE}\n" + r"| a | 0.5 \[0.4, 0.6\] † | 0.7 |" + "\n"


def test_every_study_of_a_system_on_simulated_welds_has_a_table():
    """All but those that want a GPU and those of recordings."""
    systems = ("emmdl", "vision_spectrum", "am_tsfnet", "mcrnet", "cnn_sk", "rtm", "cafnet")
    found = {
        file.relative_to(CONFIGS / "systems").as_posix()
        for system in systems
        for file in (CONFIGS / "systems" / system / "tables").glob("*.yaml")
    }
    named = {table.study for table in zoo_tables.TABLES}
    left_out = {
        "vision_spectrum/tables/complexity.yaml",
        "cafnet/tables/data_fractions.yaml",
        "cnn_sk/tables/sk_depth_cmt.yaml",
    }
    assert found - named == left_out


@pytest.mark.parametrize(
    ("argv", "kept"), [(["--kept"], True), (["--kept", "--json", "x.json"], False), (["--quick"], False)]
)
def test_tables_are_kept_by_a_full_run_that_is_itself_kept(monkeypatch, argv, kept):
    calls = []
    monkeypatch.setattr(zoo_tables, "benchmark", lambda *_: 0)
    monkeypatch.setattr(zoo_tables, "keep_tables", lambda home, results: calls.append(results))
    assert zoo_tables.main(argv) == 0
    assert bool(calls) == kept
