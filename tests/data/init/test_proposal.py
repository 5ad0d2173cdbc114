"""Each layout: what is proposed can be read as a data set and says what was written into the files."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image

from weldfusion.config.load import load_settings
from weldfusion.data.folder import read_dataset
from weldfusion.data.init.layout import clean_name
from weldfusion.data.init.proposal import propose
from weldfusion.data.init.write import card_text, write_proposal
from weldfusion.errors import CardError, ManifestError


def sound(path: Path, seconds: float = 0.5, rate: int = 8000, channels: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(str(path))).normal(0, 0.1, (int(seconds * rate), channels))
    soundfile.write(path, noise, rate)


def photo(path: Path, size: tuple[int, int] = (12, 20)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size[1], size[0]), (200, 30, 30)).save(path)


def curves(path: Path, rows: int = 100, step_ms: float = 0.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(rows) * step_ms
    pd.DataFrame({"ms": time, "Power[W]": time**2, "Force": 3.0}).to_csv(path, sep=";", index=False)


def test_sub_folders_of_classes(tmp_path):
    for label in ("good", "pore"):
        for i in range(3):
            sound(tmp_path / label / f"{i}.wav", channels=2)
    write_proposal(propose(tmp_path), tmp_path)
    dataset = read_dataset(tmp_path)
    assert dataset.card.targets["label"].classes == ("good", "pore")
    modality = dataset.card.modalities["sound"]
    assert (modality.rate, len(modality.channels), modality.timed) == (Fraction(8000), 2, True)
    assert {w.id: w.targets["label"] for w in dataset.welds} == {
        f"{label}-{i}": label for label in ("good", "pore") for i in range(3)
    }
    assert all(w.files["sound"][0].is_file() for w in dataset.welds)


def test_files_that_share_an_id(tmp_path):
    for i in range(4):
        sound(tmp_path / "audio" / f"w{i}.flac")
        curves(tmp_path / "machine" / f"w{i}.csv")
        if i:
            photo(tmp_path / "camera" / f"w{i}_1.jpg")
            photo(tmp_path / "camera" / f"w{i}_2.jpg")
    proposal = propose(tmp_path)
    write_proposal(proposal, tmp_path)
    dataset = read_dataset(tmp_path)
    modalities = dataset.card.modalities
    assert {name: m.kind for name, m in modalities.items()} == {
        "audio": "waveform",
        "machine": "waveform",
        "camera": "image",
    }
    assert modalities["machine"].rate == 2000
    assert modalities["machine"].channels == ("Power[W]", "Force")
    assert modalities["camera"].size == (12, 20)
    assert not dataset.welds[0].has("camera")
    assert len(dataset.welds[1].files["camera"]) == 2
    assert any("no labels" in line for line in proposal.todo)
    assert any("1 of 4 welds have no camera" in line for line in proposal.todo)


def test_a_table_with_paths(tmp_path):
    rows = []
    for i in range(12):
        curves(tmp_path / "deep" / f"c{i}.csv", rows=50 + i)
        rows.append(
            {
                "key": f"k{i}",
                "path": f"deep/c{i}.csv",
                "class": "ok" if i % 2 else "crack",
                "pullout_force_N": 100.5 + i,
                "day": f"2024-01-0{i % 3 + 1}",
                "gas_flow": 10 + i / 10,
                "Remarks": "",
            }
        )
    pd.DataFrame(rows).to_csv(tmp_path / "index.csv", index=False)
    proposal = propose(tmp_path)
    write_proposal(proposal, tmp_path)
    dataset = read_dataset(tmp_path)
    assert dataset.card.group == "day"
    assert dataset.card.targets["class"].classes == ("crack", "ok")
    assert dataset.card.targets["pullout_force_n"].unit == "N"
    assert dataset.card.modalities["settings"].columns == ("gas_flow",)
    weld = dataset.welds[3]
    assert (weld.id, weld.groups["day"], weld.targets["class"]) == ("k3", "2024-01-01", "ok")
    assert weld.targets["pullout_force_n"] == 103.5
    assert weld.values["settings"] == (10.3,)
    assert weld.files["signals"] == (tmp_path.absolute() / "deep" / "c3.csv",)


def test_a_parquet_table_with_ids(tmp_path):
    for i in range(6):
        sound(tmp_path / "runs" / f"r{i}" / f"r{i}.wav", seconds=1)
        for k in range(5):
            photo(tmp_path / "runs" / f"r{i}" / "images" / f"{i}{k}.png")
    frame = pd.DataFrame(
        {"run": [f"r{i}" for i in range(6)], "label": list("ababab"), "fold": [1, 1, 2, 2, 3, 3]}
    )
    frame.to_parquet(tmp_path / "welds.parquet")
    write_proposal(propose(tmp_path), tmp_path)
    dataset = read_dataset(tmp_path)
    assert [w.targets["label"] for w in dataset.welds] == list("ababab")
    assert dataset.card.groups == ("fold",)
    assert all(len(w.files["images"]) == 5 for w in dataset.welds)
    assert "*" in (tmp_path / "manifest.csv").read_text()


def test_arrays_without_a_rate_are_told_from_the_sound(tmp_path):
    for i in range(3):
        sound(tmp_path / f"{i}.wav", seconds=2)
        np.save(tmp_path / f"{i}.npy", np.zeros((500, 2), np.float32))
    proposal = propose(tmp_path)
    signals = proposal.card.modalities["signals"]
    assert (signals.rate, signals.reader) == (250, {"time_axis": 0})
    assert "told from the length" in proposal.notes["modalities.signals.rate"]
    assert "rate: 250  # please check" in card_text(proposal)


def test_the_starter_config_is_a_config(tmp_path):
    sound(tmp_path / "a.wav", seconds=3)
    photo(tmp_path / "a.jpg", size=(300, 600))
    write_proposal(propose(tmp_path), tmp_path)
    settings, _ = load_settings([tmp_path / "config.yaml"])
    assert Path(settings.data.root) == tmp_path
    assert settings.data.windows.length_s == 1
    assert settings.data.inputs is not None
    assert settings.data.inputs["photos"].size == (64, 128)
    assert settings.trainer["max_epochs"] == 200
    assert settings.name == clean_name(tmp_path.name)


def test_nothing_is_overwritten_without_force(tmp_path):
    sound(tmp_path / "a.wav")
    (tmp_path / "manifest.csv").write_text("mine")
    with pytest.raises(CardError, match=r"manifest\.csv exists .* --force"):
        write_proposal(propose(tmp_path), tmp_path)
    assert (tmp_path / "manifest.csv").read_text() == "mine"
    assert not (tmp_path / "dataset.yaml").exists()
    write_proposal(propose(tmp_path), tmp_path, force=True)
    assert read_dataset(tmp_path).welds[0].id == "a"


def test_a_second_proposal_is_the_same(tmp_path):
    for i in range(3):
        curves(tmp_path / f"{i}.csv")
    first = propose(tmp_path)
    write_proposal(first, tmp_path)
    assert propose(tmp_path) == first


@pytest.mark.parametrize("make", ["missing", "empty"])
def test_no_recordings(tmp_path, make):
    folder = tmp_path / "data"
    if make == "empty":
        folder.mkdir()
        (folder / "notes.docx").touch()
    with pytest.raises(ManifestError, match=r"no such folder|holds no recordings"):
        propose(folder)


def test_columns_with_one_name_are_refused(tmp_path):
    sound(tmp_path / "a.wav")
    (tmp_path / "index.csv").write_text("id,label, label\na,x,y\n")
    with pytest.raises(ManifestError, match=r"index\.csv row 1: column 'label'"):
        propose(tmp_path)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "sensors", "welds"),
    [
        ("ultrasonic_weld", {"signals": 1000}, 480),
        ("robotic_weld_runs", {"sound": 16000, "signals": pytest.approx(9.1, abs=0.3), "images": None}, 24),
    ],
)
def test_real_recordings(real_data, name, sensors, welds):
    proposal = propose(real_data(name))
    assert len(proposal.rows) == welds
    found = {k: m.rate and float(m.rate) for k, m in proposal.card.modalities.items()}
    assert found == sensors
    assert proposal.card.groups == (("day",) if name == "ultrasonic_weld" else ("config_folder",))
