"""docs/segmentation.md: its examples run."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from weldfusion.cli.main import build_parser, main
from weldfusion.data.card import read_card
from weldfusion.data.check import check
from weldfusion.data.manifest import read_manifest
from weldfusion.data.readers.find import read

PAGE = (Path(__file__).parents[1] / "docs" / "segmentation.md").read_text(encoding="utf-8")


def block(kind):
    (text,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return text


def busbar(folder):
    """Two seams, the upper one above row 240."""
    picture = np.random.default_rng(0).normal(60, 5, (480, 640))
    picture[100:160, 60:600] += 90
    picture[320:380, 50:590] += 90
    Image.fromarray(picture.astype(np.uint8)).save(folder / "b01.png")
    return picture


def test_the_seams_are_found_and_addressed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    picture = busbar(tmp_path)
    exec(block("python seams"), {})
    first, second = json.loads(capsys.readouterr().out.replace("'", '"'))
    assert first.endswith(",mirrored")
    for address, truth in ((first, picture[90:170, 50:610]), (second, picture[310:390, 40:600])):
        found = read(Path(address)).values
        assert np.abs(np.array(found.shape[:2]) - truth.shape).max() <= 4


def test_card_and_rows_of_two_seams(tmp_path):
    head = "weldfusion: 1\nname: busbars\nprocess: 52\nlicense: CC0-1.0\n"
    (tmp_path / "dataset.yaml").write_text(head + block("yaml card"))
    rows = block("csv").strip().splitlines()
    rows = [rows[0] + ",seam", *(f"{row}," for row in rows[1:])]
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n")
    busbar(tmp_path)
    card = read_card(tmp_path / "dataset.yaml")
    shapes = [
        read(w.files["photo"][0]).values.shape[:2] for w in read_manifest(tmp_path / "manifest.csv", card)
    ]
    assert shapes == [(240, 640), (240, 640)]
    found = {finding.code for finding in check(tmp_path, progress=False)}
    assert "shared-picture" not in found
    assert not found & {"unreadable", "missing-file", "bad-path"}


def test_pools_of_the_simulator_are_learned(tmp_path, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    exec(block("python pools").replace("WELDS = 48", "WELDS = 24"), {})
    (command,) = re.findall(r"^weldfusion (segment pools .+)$", PAGE, re.MULTILINE)
    assert main(shlex.split(command.replace("--epochs 30", "--epochs 6 --batch-size 2"))) == 0
    metrics = json.loads((tmp_path / "segmenters" / "pools" / "metrics.json").read_text())
    assert metrics["figures"]["iou"]["U-Net"]["value"] > 0.85


@pytest.mark.parametrize("command", re.findall(r"^weldfusion (segment .+)$", PAGE, re.MULTILINE))
def test_commands_are_understood(command):
    assert build_parser().parse_args(shlex.split(command)).run
