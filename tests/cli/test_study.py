"""`weldfusion study` on a small data set: dry run, failures, killed and resumed, tables."""

import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.training.tiny_data import write_tiny
from weldfusion.cli.main import main
from weldfusion.config.study_file import read_study
from weldfusion.data.split_file import read_split
from weldfusion.run import studying
from weldfusion.run.held import held
from weldfusion.run.study_plan import Asked, plan_study
from weldfusion.run.studying import write_tables

ROOT = Path(__file__).parents[2]
STUDY = """\
title: Tiny
base: base.yaml
rows:
  settings: {paper: {0.5: 0.97}}
  diverges: {training.optimizer: {class_path: torch.optim.SGD, init_args: {lr: 1.0e30}}}
  curve: {data.inputs: {curve: {}}}
fractions: [0.5, 1]
"""
TABLES = ("table.csv", "table.md", "table.html")


def write_study(place: Path, text: str = STUDY, epochs: int = 2) -> None:
    write_tiny(place / "tiny", welds=24, groups=12)
    base = {
        "data": {"root": "tiny", "targets": ["defect"], "inputs": {"settings": {}}},
        "trainer": {"max_epochs": epochs, "accelerator": "cpu"},
        "training": {"batch_size": 8},
    }
    (place / "base.yaml").write_text(yaml.safe_dump(base))
    (place / "s.yaml").write_text(text)


def ran(place: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of a study in this process."""
    out = io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stdout(out):
        code = main(["study", "s.yaml", *words])
    return code, out.getvalue()


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A study that was run, its exit code and what it printed."""
    place = tmp_path_factory.mktemp("study")
    write_study(place)
    return place, *ran(place, "--jobs", "2")


def test_a_failed_cell_is_told_and_the_others_go_on(done):
    place, code, shown = done
    assert code == 1
    failed = [line for line in shown.splitlines() if line.startswith("failed: ")]
    assert len(failed) == 2
    for fraction, line in zip(("50pc", "100pc"), failed, strict=True):
        log = Path("studies", "s", "logs", f"diverges-{fraction}.log")
        assert line.startswith(f"failed: diverges-{fraction}: ")
        assert line.endswith(f"; see {log}")
        cause = line.partition("pc: ")[2].removesuffix(f"; see {log}")
        assert cause in (place / log).read_text("utf-8")
        assert not [told for told in shown.splitlines() if told.startswith("[") and cause in told]
    table = pd.read_csv(place / "studies" / "s" / "table.csv")
    assert list(zip(table["row"], table["fraction"], strict=True)) == [
        (row, fraction) for row in ("settings", "curve") for fraction in (0.5, 1.0)
    ]  # fmt: skip
    assert "failed" in (place / "studies" / "s" / "table.md").read_text("utf-8")


def test_the_marks_that_occur_are_explained_below_the_tables(done):
    _, _, shown = done
    *tables, told = shown.partition("\ntables: ")[0].strip().split("\n\n")
    assert told.startswith("marks: ")
    for mark in "†‡↑↓§":
        assert (mark in told) == any(mark in table for table in tables), mark


def test_of_a_failed_cell_it_is_known_what_the_table_was_to_show(done, monkeypatch):
    """Its comparisons count in Holm's correction."""
    monkeypatch.chdir(done[0])
    seen = []
    monkeypatch.setattr(studying, "results", lambda study, outcomes: seen.extend(outcomes) or [])
    study, folder = read_study("s.yaml"), Path("studies/s")
    before = {name: (folder / name).read_bytes() for name in TABLES}
    write_tables(study, folder, plan_study(study, folder, Asked()))
    for name, content in before.items():
        (folder / name).write_bytes(content)
    assert len(seen) == 6
    assert {tuple(outcome.shown) for outcome in seen} == {(("defect", "balanced_accuracy"),)}


def test_the_table_repeats_the_evaluations_and_leads_to_them(done):
    folder = done[0] / "studies" / "s"
    table = pd.read_csv(folder / "table.csv")
    for line in table.itertuples():
        assert (folder / line.report).is_file()
        welds = pd.read_parquet((folder / line.report).parent / "predictions_weld.parquet")
        welds = welds[welds["truth"].notna()]
        best = welds.loc[welds.groupby("weld")["value"].idxmax()]
        cases = best.assign(right=best["truth"])
        truth = welds[welds["truth"] == 1].set_index("weld")["class"]
        recall = cases.set_index("weld")["right"].groupby(truth).mean()
        assert line.value == pytest.approx(recall.mean())
    links = set(re.findall(r"\]\((runs/[^)]+)\)", (folder / "table.md").read_text("utf-8")))
    page = (folder / "table.html").read_text("utf-8")
    assert links == set(table["report"]) == set(re.findall(r'href="(runs/[^"]+)"', page))
    assert "0.97" in page


def test_every_cell_is_trained_in_one_precision_that_its_config_tells(done):
    folder = done[0] / "studies" / "s"
    configs = [yaml.safe_load(file.read_text("utf-8")) for file in folder.glob("runs/*/config.yaml")]
    assert {config["trainer"]["precision"] for config in configs} == {"32-true"}
    assert set(pd.read_csv(folder / "table.csv")["precision"]) == {"32-true"}


@pytest.mark.parametrize(("noted", "asked", "expected"), [
    ("32-true", [], ""),
    (None, [], ""),  # of a version that had no other precision
    ("bf16-mixed", ["--trainer.precision", "bf16-mixed"], "settings-100pc: was run with another config"),
    ("bf16-mixed", [], "settings-50pc: was trained in bf16-mixed (trainer.precision auto, found on"),
])  # fmt: skip
def test_a_run_begun_with_auto_goes_on_where_it_was_trained_in_the_same_precision(
    done, monkeypatch, capsys, noted, asked, expected
):
    monkeypatch.chdir(done[0])
    run = Path("studies/s/runs/settings-50pc")
    before = {file: file.read_text("utf-8") for file in (run / "config.yaml", run / "run.json")}
    config, info = yaml.safe_load(before[run / "config.yaml"]), json.loads(before[run / "run.json"])
    info["speed"]["precision"] = noted
    config["trainer"]["precision"] = "auto"
    (run / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    (run / "run.json").write_text(json.dumps(info if noted else {**info, "speed": None}), "utf-8")
    try:
        code = main(["study", "s.yaml", "--only", "settings", "--only", "curve", *asked])
    finally:
        for file, text in before.items():
            file.write_text(text, "utf-8")
    assert code == (2 if expected else 0)
    assert expected in capsys.readouterr().err


def test_every_row_has_the_same_folds_and_a_smaller_part_lies_in_a_larger(done):
    runs = done[0] / "studies" / "s" / "runs"
    assert (runs / "settings-50pc/split.csv").read_bytes() == (runs / "curve-50pc/split.csv").read_bytes()
    (half,), (whole,) = (read_split(runs / f"settings-{name}" / "split.csv") for name in ("50pc", "100pc"))
    assert half.welds("test") == whole.welds("test")
    assert set(half.welds("fit")) < set(whole.welds("fit"))


def test_the_line_below_the_title_tells_how_the_rows_were_run(done):
    folder = done[0] / "studies" / "s"
    (fold,) = read_split(folder / "runs" / "settings-100pc" / "split.csv")
    known = pd.read_csv(done[0] / "tiny" / "manifest.csv").set_index("weld")["defect"].dropna()
    tested = [weld for weld in fold.welds("test") if weld in known.index]
    groups = {fold.groups[weld] for weld in tested}
    line = (folder / "table.md").read_text("utf-8").split("\n\n")[1]
    assert line.startswith("1 fold of whole groups (day), ")
    assert f"{len(tested)} test welds in {len(groups)} groups, 1 seed, 2 epochs, tiny" in line
    assert f"<p>{line}</p>" in (folder / "table.html").read_text("utf-8")


def test_a_cell_called_again_keeps_the_seconds_of_its_training(done):
    """As after an update that evaluates in another way: nothing is left to train."""
    place, folder = done[0], done[0] / "studies" / "s"
    before = pd.read_csv(folder / "times.csv").set_index("cell")["training_s"]
    info = folder / "runs" / "settings-50pc" / "run.json"
    told = json.loads(info.read_text("utf-8"))
    assert told["training_s"] == before["settings-50pc"]
    info.write_text(json.dumps({**told, "training_s": 1234.5}))
    (folder / "cells" / "settings-50pc.json").unlink()
    assert ran(place, "--only", "settings")[0] == 0
    after = pd.read_csv(folder / "times.csv").set_index("cell")
    assert after["training_s"]["settings-50pc"] == 1234.5
    assert after["resumed"]["settings-50pc"]
    info.write_text(json.dumps({name: value for name, value in told.items() if name != "training_s"}))
    (folder / "cells" / "settings-50pc.json").unlink()  # of an older version: only its table tells the time
    assert ran(place, "--only", "settings")[0] == 0
    assert pd.read_csv(folder / "times.csv").set_index("cell")["training_s"]["settings-50pc"] == 1234.5


def test_run_again_it_runs_only_what_failed(done):
    place, *_ = done
    folder = place / "studies" / "s"
    before = {name: (folder / name).read_bytes() for name in TABLES}
    cell = folder / "cells" / "curve-50pc.json"
    whole = cell.read_text("utf-8")
    damaged = json.dumps({name: value for name, value in json.loads(whole).items() if name != "seeds"})
    for finished, content in ((4, whole), (3, damaged)):  # a damaged one is evaluated again
        cell.write_text(content, "utf-8")
        code, shown = ran(place, "--only", "settings", "--only", "curve")
        assert code == 0
        assert f"{finished} of 4 cells are finished already" in shown
        assert {name: (folder / name).read_bytes() for name in TABLES} == before


def test_another_config_in_the_same_folder_is_refused(done, monkeypatch, capsys):
    monkeypatch.chdir(done[0])
    assert main(["study", "s.yaml", "--trainer.max_epochs", "3"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "settings-50pc: was run with another config (trainer.max_epochs)" in line


def test_data_made_anew_in_the_same_folder_are_refused(done, monkeypatch, capsys):
    monkeypatch.chdir(done[0])
    card, info = Path("tiny/dataset.yaml"), Path("studies/s/runs/settings-50pc/run.json")
    before, told = card.read_text("utf-8"), json.loads(info.read_text("utf-8"))
    card.write_text(before + "# version 2\n", "utf-8")
    try:
        assert main(["study", "s.yaml"]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "settings-50pc: data changed since: card or manifest of " in line
        assert "delete this folder to run the row again" in line
    finally:
        card.write_text(before, "utf-8")
    told.pop("data")  # as older versions wrote it
    info.write_text(json.dumps(told), "utf-8")
    assert "4 of 4 cells are finished already" in ran(Path(), "--only", "settings", "--only", "curve")[1]


def kill_at_random(place: Path, checkpoints: Path) -> None:
    """Starts the study in a process of its own and kills it while its first cell is trained."""
    study = subprocess.Popen(
        [sys.executable, "-m", "weldfusion", "study", "s.yaml", "--only", "settings"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdout=subprocess.DEVNULL,
    )
    while not list(checkpoints.rglob("last.ckpt")):
        assert study.poll() is None
        time.sleep(0.02)
    time.sleep(random.uniform(0, 0.5))
    study.send_signal(signal.SIGKILL)
    study.wait()
    time.sleep(1)  # its cell ends by itself
    assert not list(checkpoints.rglob("metrics.json")), "killed too late to show anything"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_stopped_by_hand_it_tells_in_one_line_how_to_go_on(tmp_path):
    write_study(tmp_path, STUDY.replace("[0.5, 1]", "1").replace("{0.5: 0.97}", "0.97"), epochs=5000)
    study = subprocess.Popen(
        [sys.executable, "-m", "weldfusion", "study", "s.yaml", "--only", "settings"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )
    while not list(tmp_path.rglob("last.ckpt")):
        assert study.poll() is None
        time.sleep(0.05)
    os.killpg(study.pid, signal.SIGINT)
    lines = [line for line in study.communicate(timeout=60)[1].splitlines() if line.strip()]
    assert lines == ["weldfusion: interrupted; the same command goes on where it stopped"]
    assert study.returncode == 130


@pytest.mark.slow
def test_killed_at_random_and_resumed_it_gives_the_same_tables(tmp_path):
    wanted = {}
    for name in ("whole", "killed"):
        place = tmp_path / name
        place.mkdir()
        write_study(place, STUDY.replace("[0.5, 1]", "1").replace("{0.5: 0.97}", "0.97"), epochs=150)
        folder = place / "studies" / "s"
        if name == "killed":
            kill_at_random(place, folder / "runs" / "settings-100pc")
        assert ran(place, "--only", "settings")[0] == 0
        wanted[name] = {table: (folder / table).read_bytes() for table in TABLES}
        assert list(pd.read_csv(folder / "times.csv")["resumed"]) == [name == "killed"]
    assert wanted["killed"] == wanted["whole"]


def test_more_seeds_later_give_the_tables_of_all_seeds_from_the_start(tmp_path):
    tables = {}
    for name, seeds in (("grown", (1, 2)), ("whole", (2,))):
        place = tmp_path / name
        place.mkdir()
        for count in seeds:
            text = "rows: {settings: , again: }\nbase: base.yaml\n" + f"seeds: {count}\n"
            if count == 1 or name == "whole":
                write_study(place, text)
            (place / "s.yaml").write_text(text)
            if (name, count) == ("grown", 2):
                shown = ran(place, "--dry-run")[1]
                assert "2 cells, 2 networks, " in shown
                assert "; 2 more are trained already" in shown
                shown = ran(place, "--only", "again")[1]
                assert re.search(r"^ *settings +– +1 of 2 seeds +–$", shown, re.MULTILINE)
                shown = (place / "studies" / "s" / "table.md").read_text("utf-8")
                assert "settings, 100 %: 1 of 2 seeds: run it again" in shown
            assert ran(place)[0] == 0
        folder = place / "studies" / "s"
        tables[name] = {table: (folder / table).read_bytes() for table in TABLES}
    assert tables["grown"] == tables["whole"]
    assert set(pd.read_csv(folder / "table.csv")["networks"]) == {2}


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_a_cell_that_another_process_trains_is_refused(done, monkeypatch, capsys):
    """A lock of a file opened anew counts as that of another process."""
    monkeypatch.chdir(done[0])
    before = [*Path("studies/s/cells").glob("diverges-*")]
    with held([Path("studies/s/logs/diverges-100pc.log")], ""):
        assert main(["study", "s.yaml", "--only", "diverges"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "logs/diverges-100pc.log: another process trains this cell just now" in line
    assert [*Path("studies/s/cells").glob("diverges-*")] == before


def test_where_nothing_is_finished_no_old_table_stays(done, tmp_path, monkeypatch):
    place = shutil.copytree(done[0], tmp_path / "copy")
    monkeypatch.chdir(place)
    for name in ("runs", "cells"):
        shutil.rmtree(f"studies/s/{name}")
    study, folder = read_study("s.yaml"), Path("studies/s")
    write_tables(study, folder, plan_study(study, folder, Asked()))
    assert "not run" in (folder / "table.md").read_text("utf-8")
    assert not (folder / "table.csv").exists()


def test_fewer_seeds_than_trained_are_refused(done, monkeypatch, capsys):
    monkeypatch.chdir(done[0])
    assert main(["study", "s.yaml", "--only", "curve", "--seeds", "2"]) == 0
    capsys.readouterr()
    assert main(["study", "s.yaml"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "curve-50pc: has networks of 2 seeds, 1 asked for; run the study with --seeds 2" in line


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    write_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_dry_run_tells_the_cost_and_writes_nothing(fresh, capsys):
    assert main(["study", "s.yaml", "--dry-run", "--only", "settings"]) == 0
    shown = capsys.readouterr().out
    fold = 18  # of 24 welds in 12 groups a quarter is tested; a fifth of the others selects
    rows = re.findall(r"settings +(\d+) % +(\d+) +([\d,]+) +(\d+) +(\d+) ", shown)
    assert [row[0] for row in rows] == ["50", "100"]
    assert int(rows[1][1]) == fold
    assert all(row[3] == "1" for row in rows)
    assert [int(row[4]) for row in rows] == [2 * 1, 2 * 2]  # epochs × batches of 8
    assert "2 cells, 2 networks, 6 steps" in shown
    assert re.search(r"^in all about \d+ s, .* \(an epoch on trial of 1 of 1 rows\)", shown, re.MULTILINE)
    assert shown.count(" 32-true\n") == 2
    assert not (fresh / "studies").exists()


def test_a_dry_run_tells_of_a_row_that_fails_in_its_first_epoch(fresh, capsys):
    assert main(["study", "s.yaml", "--dry-run", "--only", "diverges"]) == 0
    shown = capsys.readouterr()
    assert "warning: row diverges: an epoch on trial fails: " in shown.err
    assert "\nevaluation: about " in shown.out


def test_a_row_that_names_a_sensor_alone_and_keeps_another_is_told(fresh, recwarn):
    (fresh / "both.yaml").write_text("data: {inputs: {curve: {}, settings: {}}}")
    rows = {
        "both": {"files": "both.yaml"},
        "curve too": {"data.inputs": {"curve": {}}},
        "curve": {"files": "both.yaml", "data.inputs": {"curve": {}}},
        "shorter": {"files": "both.yaml", "data.inputs": {"curve": {"samples": 16}}},
    }
    (fresh / "s.yaml").write_text(yaml.safe_dump({"base": "base.yaml", "rows": rows}, sort_keys=False))
    plan_study(read_study("s.yaml"), Path("studies/s"), Asked())
    told = [str(one.message) for one in recwarn if "data.inputs" in str(one.message)]
    assert told == [
        "row curve: data.inputs names curve, but settings of an earlier file stay too; leave inputs out of "
        "that file and name all sensors in every row"
    ]


@pytest.mark.parametrize(("change", "words", "expected"), [
    ("settings: {paper: {0.5: 0.97}}|settings: {data.inputs: {settins: {}}}", [],
     "row settings: s.yaml:4: data.inputs: no modality 'settins'; did you mean settings?"),
    ("settings: {paper: {0.5: 0.97}}|settings: {data.targets: [defct]}", [],
     "row settings: s.yaml:4: data.targets: no target 'defct'; did you mean defect?"),
    ("settings: {paper: {0.5: 0.97}}|settings: {data.root: nowhere}", [],
     "row settings: s.yaml:4: data.root: nowhere: no such folder in "),
    ("", ["--only", "setings"], "--only setings: no such row; did you mean settings?"),
    ("title: Tiny|figures: [acuracy]", [], "s.yaml:1: figures: no 'acuracy'; did you mean accuracy?"),
    ("title: Tiny|figures: [mae]", ["--dry-run"], "s.yaml:1: figures: no 'mae'; "),
    ("title: Tiny|targets: [defct]", ["--dry-run"], "s.yaml:1: targets: no 'defct'; did you mean defect?"),
    ("", ["--jobs", "0"], "--jobs 0: must be at least 1"),
    ("", ["--model.fusoin", "Concat"], "row settings: --model.fusoin: "),
    ("", ["--data.root", "nowhere"], "row settings: --data.root: nowhere: no such folder in "),
])  # fmt: skip
def test_what_cannot_work_is_told_before_anything_runs(fresh, change, words, expected, capsys):
    if change:
        (fresh / "s.yaml").write_text(STUDY.replace(*change.split("|")))
    assert main(["study", "s.yaml", *words]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert expected in told
    assert not (fresh / "studies" / "s" / "runs").exists()


def test_help_teaches_the_file_without_torch():
    script = (
        "import sys; from weldfusion.cli.main import main; main(['study', '--help']);"
        "assert 'torch' not in sys.modules"
    )
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    for word in ("rows:", "fractions:", "--dry-run", "--jobs", "table.html"):
        assert word in shown
