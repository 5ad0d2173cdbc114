"""Three gradient stages and a late fusion that learns after them, through the command line."""

import json

import pandas as pd
import pytest
import torch
import yaml

from tests.data.small_set import write_set
from weldfusion.cli.main import main

CONFIG = {
    "data": {"targets": ["verdict"], "inputs": {"sound": {"rate": 2000}, "photos": {}, "settings": {}}},
    "model": {"fusion": "tests.training.late.ByAccuracy"},
    "training": {
        "batch_size": 4,
        "stages": [
            {"modalities": ["sound"]},
            {
                "modalities": ["photos"],
                "optimizer": {"class_path": "torch.optim.SGD", "init_args": {"lr": 0.01}},
            },
            {"modalities": ["settings"], "max_epochs": 2, "balanced": True},
        ],
    },
    "trainer": {"max_epochs": 1, "accelerator": "cpu"},
}
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("stages")
    write_set(folder / "small")
    (folder / "staged.yaml").write_text(yaml.safe_dump(CONFIG))
    return folder


def fit(place, *more):
    config = ["--config", str(place / "staged.yaml"), "--folder", str(place / "run"), "--trust", "tests"]
    return main(["fit", str(place / "small"), *config, *more])


def test_fit_and_evaluate(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    assert fit(place) == 0
    fold = place / "run" / "holdout-seed0"
    names = [f"2-network.{number}.pt" for number in (1, 2, 3)]
    assert sorted(f.name for f in fold.glob("*.pt")) == [
        "1-statistics.pt",
        *names,
        "2-network.pt",
        "3-fusion.pt",
    ]
    assert pd.read_csv(fold / "metrics.csv")["stage"].tolist() == [1, 2, 3, 3]
    told = capsys.readouterr().out
    assert "calibrated by 4 more trainings" in told
    assert main(["evaluate", str(place / "run"), "--trust", "tests"]) == 0
    (metrics,) = (place / "run" / "evaluation").rglob("metrics.json")
    assert "verdict" in json.loads(metrics.read_text())["targets"]


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (
            "[{modalities: [sund]}]",
            "training.stages.0.modalities: sund is no modality here; did you mean sound",
        ),
        ("[{modalities: [sound]}]", "training.stages: no stage trains photos ("),
        ("[{modality: [sound]}]", "training.stages.0.modality: unknown setting"),
        ("[{modalities: []}]", "training.stages.0.modalities: is empty"),
        ("[]", "training.stages: is empty"),
    ],
)
def test_mistakes_are_one_line_before_anything_is_trained(place, tmp_path, capsys, option, line):
    given = ["--config", str(place / "staged.yaml"), "--folder", str(tmp_path / "r"), "--trust", "tests"]
    assert main(["fit", str(place / "small"), *given, "--training.stages", option]) != 0
    told = [text for text in capsys.readouterr().err.splitlines() if "warning" not in text.lower()]
    assert any(line in text for text in told)
    assert not (tmp_path / "r").exists()
