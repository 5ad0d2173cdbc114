"""A run that learns nothing says one class for every weld, and evaluation and tables tell it; another not."""

import contextlib
import io
import re

import pandas as pd
import pytest
import yaml

from tests.training.tiny_data import write_tiny
from weldfusion.cli.main import main

STUDY = """\
title: Tiny
base: base.yaml
rows:
  learns: {trainer.max_epochs: 15}
  stays: {training.optimizer: {class_path: torch.optim.AdamW, init_args: {lr: 0.0}}}
"""
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


def ran(place, *words):
    out = io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stdout(out):
        assert main(list(words)) == 0
    return " ".join(out.getvalue().split())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("study")
    write_tiny(place / "tiny", welds=32, groups=8)
    base = {
        "data": {"root": "tiny", "targets": ["defect"], "inputs": {"curve": {}}},
        "trainer": {"max_epochs": 2, "accelerator": "cpu"},
        "training": {
            "batch_size": 8,
            "optimizer": {"class_path": "torch.optim.AdamW", "init_args": {"lr": 0.01}},
        },
        "split": {"class_path": "KFold", "init_args": {"k": 2}},
    }
    (place / "base.yaml").write_text(yaml.safe_dump(base))
    (place / "s.yaml").write_text(STUDY)
    ran(place, "study", "s.yaml")
    return place


def test_the_table_marks_the_row_that_stays_as_it_began(place):
    table = pd.read_csv(place / "studies/s/table.csv").set_index("row")
    assert table["one_class"].to_dict() == {"learns": 0, "stays": 2}
    text = (place / "studies/s/table.md").read_text("utf-8")
    marked = {line.split(" | ")[0] for line in text.splitlines() if line.startswith("|") and "§" in line}
    assert marked == {"| stays"}
    (line,) = [line for line in text.splitlines() if line.startswith("- stays: § ")]
    for fold in ("fold1", "fold2"):
        epochs = pd.read_csv(place / f"studies/s/runs/stays-100pc/{fold}-seed0/metrics.csv")["train_loss"]
        assert f"training loss {epochs.iloc[0]:.2f} → {epochs.iloc[-1]:.2f})" in line


def test_it_needs_no_training_and_no_losses(place):
    states = sorted((place / "studies/s/runs").glob("*/*/*.pt"))
    before = [state.stat().st_mtime_ns for state in states]
    kept = place / "studies/s/runs/stays-100pc/fold1-seed0/metrics.csv"
    text = kept.read_bytes()
    kept.unlink()
    try:
        assert "2 of 2 cells are finished already" in ran(place, "study", "s.yaml")
        (line,) = re.findall("- stays: § .*", (place / "studies/s/table.md").read_text("utf-8"))
        assert "2 of 2 networks say one class for every weld" in line
        assert "training loss" not in line
    finally:
        kept.write_bytes(text)
    assert [state.stat().st_mtime_ns for state in states] == before


@pytest.mark.parametrize(("row", "warned"), [("stays", True), ("learns", False)])
def test_evaluate_warns_of_it(place, row, warned):
    shown = ran(place, "evaluate", f"studies/s/runs/{row}-100pc")
    assert ("warning: defect: 2 of 2 networks say one class for every weld: fold1 seed 0" in shown) == warned
    (page,) = (place / f"studies/s/runs/{row}-100pc").glob("evaluation/*/report.html")
    assert ("One class for every weld" in page.read_text("utf-8")) == warned
