"""HDF5 and MATLAB files against h5py and scipy; float TIFF against tifffile; axes of every order."""

from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from tests.data.films import write_mat73
from weldfusion.data.arrays import oriented, slices
from weldfusion.data.readers.find import contents, frames, probe, read
from weldfusion.errors import ReadError

rng = np.random.default_rng(3)
SIGNAL = rng.standard_normal((3, 40))
STACK = rng.integers(0, 255, (10, 6, 8), dtype=np.uint8)


def at(path: Path, inner: str) -> Path:
    return Path(f"{path}::{inner}")


@given(st.permutations("tyxc"), st.integers(1, 30), st.booleans())
@settings(deadline=None)
def test_axes_in_any_order_are_those_of_einsum(order: list[str], count: int, colour: bool) -> None:
    letters = "".join(letter for letter in order if colour or letter != "c")
    sizes = {"t": count, "y": 4, "x": 5, "c": 3}
    array = np.arange(np.prod([sizes[k] for k in letters])).reshape([sizes[k] for k in letters]).astype("f4")
    expected = np.einsum(f"{letters}->{'tyxc' if colour else 'tyx'}", array)
    expected = expected if colour else expected[..., None]
    np.testing.assert_array_equal(oriented(array, letters), expected)
    np.testing.assert_array_equal(np.concatenate(list(slices("x", array, letters))), expected)


def write_h5(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        force = file.create_dataset("run/force", data=SIGNAL)
        force.attrs["Sampling_Rate"] = 5000.0
        force.attrs["clock"] = np.array([[2500]])
        file.create_dataset("run/late", data=SIGNAL.T.astype(np.float16))
        file.create_dataset("camera", data=STACK, chunks=(2, 6, 8), compression="gzip")
        file.create_dataset("note", data="a text")
    return path


def test_hdf5(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "x.h5")
    reading = read(at(path, "/run/force"))
    np.testing.assert_array_equal(reading.values, SIGNAL.astype(np.float32))
    assert reading.rate == 5000
    assert read(at(path, "run/force"), {"rate": "clock"}).rate == 2500
    np.testing.assert_array_equal(read(path, {"dataset": "run/force"}).values, reading.values)
    late = read(at(path, "/run/late"), {"time_axis": 0}).values
    np.testing.assert_array_equal(late, SIGNAL.astype(np.float16).astype(np.float32))
    assert probe(at(path, "/camera"), {"axes": "tyx"}).shape == (10, 6, 8, 1)
    assert contents(path) == {"/camera": (10, 6, 8), "/run/force": (3, 40), "/run/late": (40, 3)}


def test_frames_of_hdf5_come_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_h5(tmp_path / "x.h5")
    monkeypatch.setattr("weldfusion.data.arrays.CHUNK_BYTES", 3 * 48)
    pieces = list(frames(at(path, "/camera"), {"images": "grey"}))
    assert [len(piece) for piece in pieces] == [3, 3, 3, 1]
    np.testing.assert_array_equal(np.concatenate(pieces)[..., 0], STACK)


def write_mat(path: Path, version: str) -> Path:
    content = {
        "force": SIGNAL,
        "column": SIGNAL[0][:, None],
        "row": SIGNAL[0][None],
        "frames": STACK.transpose(1, 2, 0),
        "run": {"power": SIGNAL[1], "fs": 8000.0},
        "note": "a text",
    }
    if version == "7.3":
        return write_mat73(path, content)
    savemat(path, content, format=version, do_compression=version == "5")
    return path


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_matlab(tmp_path: Path, version: str) -> None:
    path = write_mat(tmp_path / "x.mat", version)
    expected = SIGNAL.astype(np.float32)
    np.testing.assert_array_equal(read(at(path, "force")).values, expected)
    for name in ("column", "row"):
        np.testing.assert_array_equal(read(at(path, name)).values, expected[:1])
        assert probe(at(path, name)).shape == (1, 40)
    reading = read(at(path, "run.power"), {"rate": "run.fs"})
    np.testing.assert_array_equal(reading.values, expected[1:2])
    assert reading.rate == Fraction(8000)
    np.testing.assert_array_equal(read(at(path, "frames"), {"axes": "yxt"}).values[..., 0], STACK)
    assert contents(path)["frames"] == (6, 8, 10)
    assert set(contents(path)) == {"force", "column", "row", "frames", "run.power", "run.fs"}


def test_frames_of_matlab_7_3_come_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_mat(tmp_path / "x.mat", "7.3")
    monkeypatch.setattr("weldfusion.data.arrays.CHUNK_BYTES", 4 * 48)
    pieces = list(frames(at(path, "frames"), {"axes": "yxt"}))
    assert [len(piece) for piece in pieces] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(pieces)[..., 0], STACK)


def test_version_4_of_matlab(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"force": SIGNAL}, format="4")
    np.testing.assert_array_equal(read(tmp_path / "x.mat").values, SIGNAL.astype(np.float32))


def test_array_of_an_npz_by_address(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=SIGNAL, b=SIGNAL + 1)
    np.testing.assert_array_equal(read(at(tmp_path / "x.npz", "b")).values, (SIGNAL + 1).astype(np.float32))


def test_frames_that_tifffile_wrote_one_by_one_are_all_read(tmp_path: Path) -> None:
    kelvin = np.random.default_rng(4).normal(900, 50, (5, 8, 10)).astype(np.float32)
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        for image in kelvin:
            file.write(image)
    np.testing.assert_array_equal(read(tmp_path / "x.tif").values[..., 0], kelvin)
    assert probe(tmp_path / "x.tif").shape == (5, 8, 10, 1)
    pieces = [piece.reshape(-1, 8, 10) for piece in frames(tmp_path / "x.tif")]
    np.testing.assert_array_equal(np.concatenate(pieces), kelvin)


def test_images_of_unlike_size_in_one_tiff_are_told(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        for height in (8, 6):
            file.write(np.zeros((height, 10), np.float32))
    for what in (read, probe, lambda path: list(frames(path))):
        with pytest.raises(ReadError, match=r"holds images of \(8, 10\) float32 and of \(6, 10\) float32"):
            what(tmp_path / "x.tif")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_float_tiff_keeps_temperatures(tmp_path: Path, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kelvin = rng.uniform(290, 1900, (7, 5, 6)).astype(dtype)
    tifffile.imwrite(tmp_path / "x.tif", kelvin, photometric="minisblack")
    np.testing.assert_array_equal(read(tmp_path / "x.tif").values[..., 0], kelvin.astype(np.float32))
    monkeypatch.setattr("weldfusion.data.arrays.CHUNK_BYTES", 2 * 30 * np.dtype(dtype).itemsize)
    pieces = list(frames(tmp_path / "x.tif"))
    assert [len(piece) for piece in pieces] == [2, 2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(pieces)[..., 0], kelvin.astype(np.float32))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"axes": "tt"}, "different letters"),
        ({"axes": "ty"}, "no signal"),
        ({"axes": "tyxc"}, "is for 4 axes"),
        ({"axes": "tc", "time_axis": 0}, "leave those out"),
        ({"time_axis": 2}, "0 or 1"),
    ],
)
def test_wrong_axes_are_told(tmp_path: Path, options: dict[str, object], text: str) -> None:
    np.save(tmp_path / "x.npy", SIGNAL)
    with pytest.raises(ReadError, match=text):
        read(tmp_path / "x.npy", options)
