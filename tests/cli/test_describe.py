"""`weldfusion describe`: from a card alone, from a data folder's headers, and what it refuses."""

import json

import numpy as np
import pytest
import yaml

from weldfusion.cli.main import main
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.nominal import nominal_flows
from weldfusion.data.settings import DataSettings, Input, Windows

CARD = {
    "weldfusion": 1,
    "name": "two sensors",
    "process": 52,
    "material": "none",
    "modalities": {
        "sound": {"kind": "waveform", "unit": "V", "rate": 1000, "channels": ["a", "b"], "column": "sound"},
        "set": {"kind": "table", "columns": ["power", "speed"]},
    },
    "targets": {"class": {"kind": "class", "column": "class", "classes": ["good", "bad"]}},
    "groups": ["day"],
    "group": "day",
}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "welds"
    root.mkdir()
    (root / "dataset.yaml").write_text(yaml.safe_dump(CARD, sort_keys=False))
    rows = ["weld,day,sound,power,speed,class"]
    for number in range(4):
        np.save(root / f"{number}.npy", np.zeros((2, 2000), np.float32))
        rows.append(f"w{number},d{number % 2},{number}.npy,1.0,2.0,{'good' if number % 2 else 'bad'}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.mark.parametrize(
    "settings",
    [
        DataSettings(),
        DataSettings(windows=Windows(length_s=0.5)),
        DataSettings(inputs={"sound": Input(samples=64)}),
        DataSettings(inputs={"sound": Input(rate=500)}, windows=Windows(length_s=300, samples_of="sound")),
    ],
    ids=["whole", "windows", "samples", "rate"],
)
def test_flows_of_the_card_are_those_of_the_recordings(folder, settings):
    given = DataSettings(root=str(folder), inputs=settings.inputs, windows=settings.windows)
    dataset = open_dataset(given)
    windows = WeldWindows(dataset, given)
    assert nominal_flows(dataset.card, given, weld_s=2.0) == (windows.flows, windows.targets)


def test_folder_and_card_tell_the_same(folder, tmp_path, capsys):
    found = []
    for words in ([str(folder)], ["--card", str(folder / "dataset.yaml"), "--weld-s", "2"]):
        file = tmp_path / "parts.json"
        assert main(["describe", *words, "--json", str(file), "--model.fusion", "Gated"]) == 0
        parts = json.loads(file.read_text())
        found.append({key: parts[key] for key in ("parameters", "macs", "inputs", "pieces")})
    assert found[0] == found[1]
    said = capsys.readouterr().out
    assert "2 × 2000 samples" in said
    assert "1 MAC = 2 FLOPs" in said
    assert f"{found[0]['parameters']:,}" in said


def test_draws_for_a_simulated_set_without_data(tmp_path, capsys):
    file = tmp_path / "cafnet.svg"
    words = ["describe", "--config", "configs/systems/cafnet/cafnet_small.yaml", "--card", "laser_al"]
    assert main([*words, "--figure", str(file)]) == 0
    assert file.read_text().startswith("<svg")
    assert "CrossAttention" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "data.root: no data folder"),
        (["--card", "laser_all"], "none is called 'laser_all'; did you mean laser_al"),
        (["--card", "nowhere/dataset.yaml"], "nowhere/dataset.yaml"),
        (["--card", "laser_al", "--figure", "a.png"], "ends in .svg"),
        (["nowhere"], "nowhere: no such folder"),
        (["--card", "laser_al", "--model.fusion", "Gatd"], "did you mean Gated"),
        (["--card", "laser_al", "--card", "laser_al", "--weld-s", "0"], "--weld-s"),
    ],
)
def test_refuses_in_one_line(words, message, capsys):
    assert main(["describe", *words]) != 0
    said = capsys.readouterr().err
    assert message in said
    assert len([line for line in said.splitlines() if "error" in line]) == 1
