"""Writing files: whole or not at all, readable by others, no temporary file left."""

import os
import signal
import stat

import pandas as pd
import pytest

from weldfusion.data import files
from weldfusion.data.files import write_bytes, write_frame, write_text


def test_the_folder_is_made_and_nothing_else_is_left(tmp_path):
    write_text(tmp_path / "a" / "b.txt", "gr\u00f6\u00dfer\r\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"gr\xc3\xb6\xc3\x9fer\r\n"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b.txt"]
    assert stat.S_IMODE((tmp_path / "a" / "b.txt").stat().st_mode) == 0o644


def test_a_disk_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.bin"
    write_bytes(path, b"old")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, memoryview(b"new"))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_a_folder_that_takes_no_file_is_named(tmp_path, monkeypatch):
    def refused(dir, prefix, delete):
        raise PermissionError(13, "Permission denied", f"{dir}/{prefix}x7qz")

    monkeypatch.setattr(files, "NamedTemporaryFile", refused)
    with pytest.raises(PermissionError) as caught:
        write_bytes(tmp_path / "x.bin", b"new")
    assert caught.value.filename == str(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    write_text(path, "old")
    monkeypatch.setattr(files.os, "fsync", lambda file: os.kill(os.getpid(), signal.SIGKILL))
    child = os.fork()
    if child == 0:
        write_text(path, "new" * 1000)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert path.read_text() == "old"


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_tables_come_back(tmp_path, name):
    table = pd.DataFrame({"weld": ["a", "b"], "value": [0.1, 1e-300]})
    write_frame(tmp_path / name, table)
    read = pd.read_csv if name.endswith("csv") else pd.read_parquet
    pd.testing.assert_frame_equal(read(tmp_path / name), table)
