"""Fit, list, predict and clear through the command line on a small data set."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.data.small_set import write_set
from weldfusion.cli.main import main

FIT = [
    "--data.targets=[verdict]",
    "--data.inputs={sound: {rate: 2000}, settings: {}}",
    "--trainer.max_epochs=1",
]
FIT += ["--trainer.accelerator=cpu", "--training.batch_size=4"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the data set `small` and the finished run `runs/tiny`."""
    folder = tmp_path_factory.mktemp("verbs")
    write_set(folder / "small")
    run = ["--folder", str(folder / "runs" / "tiny"), "--name", "tiny"]
    assert main(["fit", str(folder / "small"), *run, *FIT]) == 0
    return folder


@pytest.fixture(autouse=True)
def _there(place, monkeypatch):
    monkeypatch.chdir(place)


def test_print_config_is_what_the_run_keeps(place, capsys):
    assert main(["fit", str(place / "small"), "--name", "tiny", *FIT, "--print_config"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert printed == yaml.safe_load((place / "runs" / "tiny" / "config.yaml").read_text())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["small.yaml", "--data.root=small"], "small.yaml: a config file; write --config small.yaml"),
        (["small", "--data.root=other"], "DATA_FOLDER small and --data.root are both given"),
    ],
)
def test_what_the_data_folder_is_not(words, told, capsys):
    assert main(["fit", *words]) == 2
    assert told in capsys.readouterr().err


def test_runs_lists_the_run(capsys):
    assert main(["runs"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^tiny +finished +1 networks", shown, re.MULTILINE)


@pytest.mark.parametrize("verb", ["evaluate", "explain"])
def test_data_that_is_not_there_from_here_is_told(verb, place, tmp_path, monkeypatch, capsys):
    run = tmp_path / "run"
    shutil.copytree(place / "runs" / "tiny", run)
    config = yaml.safe_load((run / "config.yaml").read_text())
    config["data"]["root"] = "small"
    (run / "config.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.chdir(tmp_path)
    assert main([verb, "run"]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "folder small is not there (relative to the folder where the run was fitted: go there)" in line
    assert "--data" in line


def test_predict_a_folder_and_one_weld_agree(capsys):
    assert main(["predict", "runs/tiny", "small", "--out", "all.csv"]) == 0
    table = pd.read_csv("all.csv").query("weld == 'k'")
    weld = pd.read_csv("small/manifest.csv").set_index("weld").loc["k"]
    words = ["--sound", f"small/{weld['sound']}", "--settings", f"{weld['current_a']}, {weld['gas_l_min']}"]
    assert main(["predict", "runs/tiny", *words, "--out", "one.parquet"]) == 0
    one = pd.read_parquet("one.parquet")
    assert list(one["class"]) == list(table["class"]) == ["good", "pore"]
    assert one["value"].to_numpy() == pytest.approx(table["value"].to_numpy(), abs=1e-6)
    assert one["value"].sum() == pytest.approx(1)
    capsys.readouterr()
    assert main(["predict", "runs/tiny", *words]) == 0
    assert "new weld" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "expected"), [
    ([], "--sound or --photos or --settings"),
    (["--sond", "a.wav"], "did you mean sound?"),
    (["--sound"], "--sound: a file is missing"),
    (["--sound", "nowhere.wav"], "--sound: nowhere.wav: no such file"),
    (["--settings", "200"], "1 numbers, expected 2: current_a, gas_l_min"),
    (["--settings", "200, much"], "expected numbers (current_a, gas_l_min)"),
])  # fmt: skip
def test_one_weld_badly_named(words, expected, capsys):
    assert main(["predict", "runs/tiny", *words]) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert len(told.splitlines()) == 1


def test_evaluate_prints_what_it_writes(place, capsys):
    assert main(["evaluate", "runs/tiny"]) == 0
    shown = capsys.readouterr().out
    folder = place / "runs" / "tiny" / "evaluation" / "small-test"
    metrics = json.loads((folder / "metrics.json").read_text())
    accuracy = metrics["targets"]["verdict"]["weld"]["figures"]["accuracy"]["value"]
    welds = pd.read_parquet(folder / "predictions_weld.parquet")
    best = welds.loc[welds.groupby("weld")["value"].idxmax()]
    assert accuracy == pytest.approx(best["truth"].mean())
    assert re.search(rf"accuracy +{accuracy:.3g}", shown)
    assert str(Path("runs", "tiny", "evaluation", "small-test", "report.html")) in shown
    assert (folder / "report.html").stat().st_size < 5e6


def test_a_foreign_run_runs_no_foreign_code(place, tmp_path, capsys):
    run = tmp_path / "foreign"
    run.mkdir()
    for name in ("run.json", "card.yaml", "split.csv"):
        (run / name).write_bytes((place / "runs" / "tiny" / name).read_bytes())
    config = yaml.safe_load((place / "runs" / "tiny" / "config.yaml").read_text())
    config["model"]["encoders"] = {"sound": {"class_path": "planted.Encoder", "init_args": {}}}
    (run / "config.yaml").write_text(yaml.safe_dump(config))
    (place / "planted.py").write_text("from pathlib import Path\nPath('executed').touch()\n")
    assert main(["predict", str(run), "small"]) == 2
    assert "add --trust planted" in capsys.readouterr().err
    assert not (place / "executed").exists()


def test_cache_is_measured_and_cleared(place, capsys):
    folder = place / "small" / ".weldfusion-cache"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert main(["cache", "size", "small"]) == 0
    assert f" {len(files)} files" in capsys.readouterr().out
    assert main(["cache", "clear", "small"]) == 0
    assert not [path for path in folder.rglob("*") if path.is_file()]
