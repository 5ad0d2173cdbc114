"""Folders that cannot be understood end in one line, not in a traceback; odd ones still give a data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from weldfusion.data.folder import read_dataset
from weldfusion.data.init.proposal import propose
from weldfusion.data.init.write import write_proposal
from weldfusion.errors import WeldfusionError


def sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(100), 8000)


def table(folder: Path, text: str) -> None:
    sound(folder / "a.wav")
    (folder / "index.csv").write_text(text)


WRONG = {
    "is empty": lambda d: (d / "a.wav").touch(),
    "no header line": lambda d: (d / "a.csv").write_bytes(b"\0\xff\xfe" * 99),
    "numeric columns": lambda d: (d / "a.csv").write_text("hello\nworld\n"),
    "no whole array": lambda d: (d / "a.npz").write_bytes(b"xx"),
    "single number": lambda d: np.save(d / "a.npy", np.float32(3)),
    "no whole Parquet": lambda d: (d / "a.parquet").write_bytes(b"xx"),
    "must not hold `;`": lambda d: sound(d / "a;b.wav"),
    "is not below": lambda d: table(d, "path,label\na.wav,x\n../x.wav,y\n"),
    "not below .*: ": lambda d: table(d, f"path,label\na.wav,x\n{Path(d.anchor) / 'b.wav'},y\n"),
}


@pytest.mark.parametrize("message", WRONG)
def test_one_line(tmp_path, message):
    WRONG[message](tmp_path)
    with pytest.raises(WeldfusionError, match=message.partition(":")[0]) as error:
        propose(tmp_path)
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)


def proposed(folder: Path):
    write_proposal(propose(folder), folder)
    return read_dataset(folder)


def test_a_glob_mark_in_a_name(tmp_path):
    sound(tmp_path / "a[1].wav")
    assert proposed(tmp_path).welds[0].files["sound"][0].name == "a[1].wav"


def test_one_class_only_keeps_it(tmp_path):
    for i in range(3):
        sound(tmp_path / "porosity" / f"{i}.wav")
        sound(tmp_path / "porosity" / f"{i}b.wav")
    table(tmp_path, "id,label\n0,pore\n1,pore\n2,\n")
    assert len(proposed(tmp_path).card.targets["label"].classes) == 2


def test_tables_saved_by_a_spreadsheet(tmp_path):
    for name in "abcd":
        sound(tmp_path / f"{name}.wav")
    text = "id;label\na;Schweiß\nb;gut\nc;gut\nd;Schweiß\n"
    (tmp_path / "index.csv").write_bytes(text.encode("cp1252"))
    assert proposed(tmp_path).card.targets["label"].classes == ("Schweiß", "gut")


def test_recordings_are_not_taken_for_the_table(tmp_path):
    """A time column that counts 1, 2, 3 … names files that are called 1, 2, 3 …, too."""
    for i in range(1, 4):
        frame = pd.DataFrame({"ms": range(1, 10), "force": 2.5})
        frame.to_csv(tmp_path / f"{i}.csv", index=False)
    dataset = proposed(tmp_path)
    assert [weld.id for weld in dataset.welds] == ["1", "2", "3"]
    assert dataset.card.modalities["signals"].rate == 1000


def test_one_row_per_weld_is_a_table(tmp_path):
    for i in range(3):
        sound(tmp_path / f"{i}.wav")
        (tmp_path / f"{i}.csv").write_text(f"feed,gas\n{i},12.5\n")
    modality = proposed(tmp_path).card.modalities["signals"]
    assert (modality.kind, modality.timed, modality.channels) == ("table", False, ("feed", "gas"))


def test_paths_that_the_table_has_in_full(tmp_path):
    sound(tmp_path / "x" / "a.wav")
    sound(tmp_path / "x" / "b.wav")
    rows = "".join(f"{n},{tmp_path / 'x' / n}.wav,{n}{n}\n" for n in "ab")
    (tmp_path / "index.csv").write_text(f"id,file,label\n{rows}")
    assert [w.files["sound"][0].is_file() for w in proposed(tmp_path).welds] == [True, True]
