"""docs/your_own_data.md, tried out: its commands and its code run on a small folder."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from weldfusion.cli.main import main

PAGE = Path(__file__).parents[1] / "docs" / "your_own_data.md"
STEPS = [
    (match[1], match[2].strip())
    for match in re.finditer(
        r"^```(console|python)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
]
CLASSES = {"good": 400.0, "pore": 1500.0}


@pytest.fixture
def my_welds(tmp_path, monkeypatch):
    """Twelve welds a class; the pitch of the sound and the brightness of the photo tell the class."""
    monkeypatch.chdir(tmp_path)
    time = np.arange(2400) / 4000
    for label, pitch in CLASSES.items():
        (tmp_path / "my_welds" / label).mkdir(parents=True)
        for i in range(12):
            rng = np.random.default_rng([i, int(pitch)])
            sound = 0.3 * np.sin(2 * np.pi * pitch * time + i) + rng.normal(0, 0.05, len(time))
            place = tmp_path / "my_welds" / label / f"{label[0]}{i:02}"
            soundfile.write(place.with_suffix(".wav"), sound, 4000)
            grey = rng.integers(0, 60, (16, 24)) + (120 if label == "pore" else 20)
            Image.fromarray(grey.astype(np.uint8)).save(place.with_suffix(".png"))
    return tmp_path / "my_welds"


def test_the_page_has_its_steps():
    commands = [shlex.split(text)[1:3] for kind, text in STEPS if kind == "console"]
    assert [words[0] if words[0] != "data" else words[1] for words in commands] == (
        ["init", "check", "fit", "evaluate", "predict"]
    )


def test_the_page_works(my_welds, capsys):
    for kind, text in STEPS:
        if kind == "python":
            exec(compile(text, str(PAGE), "exec"), {})
            continue
        words = shlex.split(text)[1:]
        if words[0] == "fit":
            words += ["--trainer.max_epochs", "3", "--trainer.accelerator", "cpu"]
        code = main(words)
        shown = capsys.readouterr()
        assert code == 0, f"{text}\n{shown.out}\n{shown.err}"
        if "init" in words:
            assert "please check" in (my_welds / "dataset.yaml").read_text("utf-8")
    run = my_welds.parent / "runs" / "my_welds"
    assert (run / "config.yaml").is_file()
    assert list(run.glob("evaluation/*/report.html"))
    assert list(run.glob("evaluation/*/predictions_weld.parquet"))
