"""docs/data_format.md: names every key, column, option and suffix of the code; its example is a data set."""

import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile
import tifffile
import yaml
from PIL import Image
from scipy.io import savemat

from tests.data.films import write_video
from weldfusion.data.card import ABOUT, RESERVED, parse_card
from weldfusion.data.check import check
from weldfusion.data.fields import Fields
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.modality import KINDS, parse_modality
from weldfusion.data.readers.find import suffixes
from weldfusion.data.recording import frames_of, read_signal
from weldfusion.data.rows import Row
from weldfusion.data.target import KINDS as TARGET_KINDS
from weldfusion.data.target import LEVELS, parse_target
from weldfusion.errors import WeldfusionError

PAGE = Path(__file__).parents[2] / "docs/data_format.md"
TEXT = PAGE.read_text()


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    return found


def section(title: str) -> str:
    """From a heading to the next one."""
    return re.split(r"^#+ ", TEXT.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def named(text: str) -> set[str]:
    """What stands in code marks; `images: grey` names `images`."""
    return {piece.split(":")[0] for piece in re.findall(r"`([^`\n]+)`", text)}


def rows(text: str) -> dict[str, str]:
    """First cell's names → the row, of all tables."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return {name: line for line in lines for name in named(line.split("|")[1])}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Place of a mapping → the keys that its parser asked for."""
    keys: dict[str, set[str]] = defaultdict(set)
    value = Fields.value

    def spy(fields: Fields, name: str, default: object = None) -> object:
        keys[fields.place].add(name)
        return value(fields, name, default)

    monkeypatch.setattr(Fields, "value", spy)
    return keys


def test_every_key_of_the_card_is_named_and_no_other(asked, tmp_path):
    (tmp_path / "dataset.yaml").write_text("name: x")
    parse_card(tmp_path / "dataset.yaml")
    parse_modality("m", Fields({}, "modality", lambda key, message: None))
    parse_target("t", Fields({}, "target", lambda key, message: None))
    assert asked[""] >= {*ABOUT, "groups"}
    for place, title in (("", "Card"), ("modality", "`modalities.<name>`"), ("target", "`targets.<name>`")):
        tables = section(title).strip().split("\n\n")
        keys = rows(next(table for table in tables if table.startswith("| key")))
        assert set(keys) == asked[place]


def test_every_kind_and_level_is_explained():
    assert set(KINDS) <= set(rows(section("`modalities.<name>`")))
    assert set(LEVELS) <= set(rows(section("`targets.<name>`")))
    assert set(TARGET_KINDS) <= named(rows(section("`targets.<name>`"))["kind"])


def test_every_column_of_the_manifest_is_named():
    assert {*RESERVED, "<modality>.offset_s", "<modality>.clock_ppm"} <= set(rows(section("Manifest")))


def test_every_suffix_and_option_of_a_reader_is_named(asked, tmp_path):
    table = rows(section("Files and their `reader` options"))
    assert set(table) == set(suffixes())
    for suffix, module in suffixes().items():
        asked["reader"].clear()
        with pytest.raises((WeldfusionError, OSError)):
            module.read(tmp_path / f"absent{suffix}", {})
        cell = table[suffix].split("|")[3]
        assert asked["reader"] <= named(cell), suffix


@pytest.fixture
def example(tmp_path: Path) -> Dataset:
    rng = np.random.default_rng(0)
    (tmp_path / "dataset.yaml").write_text(block("yaml card"))
    (tmp_path / "manifest.csv").write_text(block("csv manifest"))
    for name in ("w1", "w2"):
        soundfile.write(tmp_path / f"{name}.wav", rng.normal(0, 0.1, 16000), 16000)
        for letter in "ab":
            pixels = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / f"{name}_{letter}.png")
    for name in ("w1", "w3"):
        cells = "\n".join(f"{n};{value:.3f}" for n, value in enumerate(rng.normal(150, 9, 1000)))
        (tmp_path / f"{name}.csv").write_text(f"made by a data logger\n#DATA\nn;I [A]\n{cells}\n")
    (tmp_path / "w1_seam.csv").write_text("t0_s,t1_s,value\n0.3,0.4,pore\n")
    return read_dataset(tmp_path)


def test_the_example_is_what_the_page_says(example):
    assert [weld.id for weld in example.welds] == ["w1", "w2", "w3"]
    assert [weld.exclude for weld in example.excluded] == ["gas ran out"]
    first, second, third = example.welds
    assert [path.name for path in first.files["photos"]] == ["w1_a.png", "w1_b.png"]
    assert first.files["photos"][0].parent == second.files["photos"][0].parent
    assert not second.has("current")
    assert set(third.files) == {"current"}
    assert first.targets["depth"] == 2.4
    assert second.targets["depth"] is None
    assert example.card.modalities["current"].rate == Fraction(1000)
    assert example.card.group == "plate"
    assert [finding for finding in check(example.root, progress=False) if finding.level == "error"] == []


def test_defaults_of_the_page_are_those_of_the_parser():
    """Entries with only what is needed get what the column `default` says."""
    nothing = yaml.safe_load("{kind: waveform, rate: 5, column: c}")
    modality = parse_modality("m", Fields(nothing, "modality", lambda key, message: pytest.fail(message)))
    said = {name: row.split("|")[3].strip() for name, row in rows(section("`modalities.<name>`")).items()}
    for name in ("max_missing", "offset_s", "clock_ppm"):
        assert float(said[name]) == getattr(modality, name)
    assert said["missing"] == f"`{modality.missing}`"
    target = parse_target("t", Fields({"kind": "real"}, "target", lambda key, message: pytest.fail(message)))
    said = {name: row.split("|")[3].strip() for name, row in rows(section("`targets.<name>`")).items()}
    assert said["level"] == f"`{target.level}`"
    assert (said["column"], target.column) == ("the target's name", "t")


def examples() -> list[tuple[str, str]]:
    """Entry and cell of each example of a further format."""
    lines = [line.split("|") for line in section("Examples").splitlines() if line.startswith("| ")]
    return [(cells[2].strip(" `"), cells[3].strip(" `")) for cells in lines[1:] if "{" in cells[2]]


@pytest.mark.parametrize(("entry", "cell"), examples())
def test_the_examples_of_formats_can_be_read(entry, cell, tmp_path):
    """Written by the libraries that make such files, each is read as its entry says."""
    modality = parse_modality(
        "m", Fields(yaml.safe_load(entry), "m", lambda k, message: pytest.fail(message))
    )
    name = cell.partition("::")[0]
    write_example(tmp_path / name.replace("*", "001"))
    (row,) = Row(tmp_path, 2, {"m": cell}, lambda *problem: pytest.fail(str(problem))).paths("m")
    if modality.kind == "image_sequence":
        shapes = [frames.shape for _, frames in frames_of(modality, [row])]
        assert shapes[0][-1] == (len(modality.channels) or 3)
        assert shapes[0][0] == (1 if "*" in cell else 7)
    else:
        values = read_signal(modality, row).values
        assert values.shape == (len(modality.channels) or 1, 40)


def write_example(path: Path) -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 255, (7, 12, 16), dtype=np.uint8)
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".avi":
        write_video(path, np.repeat(grey[..., None], 3, axis=3))
    elif path.suffix == ".png":
        Image.fromarray(np.repeat(grey[0, ..., None], 3, axis=2)).save(path)
    elif path.suffix == ".tif":
        tifffile.imwrite(path, grey.astype(np.float32), photometric="minisblack")
    elif path.suffix == ".csv":
        header = ",".join(map(str, range(340, 801, 10)))
        path.write_text("\n".join([header, *[",".join(["0.5"] * 47)] * 40]))
    elif path.suffix == ".npy":
        np.save(path, rng.normal(size=(40, 3)))
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file["diodes/visible"] = rng.normal(size=40)
    else:
        savemat(path, {"run": {"force": rng.normal(size=40)}, "frames": grey.transpose(1, 2, 0)})
