"""Every reader against another library or the array that was written."""

import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from weldfusion.data.readers.find import probe, read, suffixes
from weldfusion.data.readers.numpy_file import HEADERS
from weldfusion.errors import ReadError

rng = np.random.default_rng(5)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sound(tmp_path: Path, suffix: str, channels: int) -> None:
    path = tmp_path / f"x.{suffix}"
    whole = rng.integers(-(2**15), 2**15, (777, channels)).astype(np.int16)
    soundfile.write(path, whole, 22050)
    reading = read(path)
    assert reading.values.dtype == np.float32
    assert reading.rate == 22050
    np.testing.assert_array_equal(reading.values, whole.T / np.float32(2**15))
    assert probe(path).shape == (channels, 777)
    assert probe(path).duration == pytest.approx(777 / 22050)


def test_sound_channels(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    sound = rng.normal(0, 0.1, (100, 3)).astype(np.float32)
    soundfile.write(path, sound, 8000, subtype="FLOAT")
    np.testing.assert_array_equal(read(path, {"channels": [3, 1]}).values, sound.T[[2, 0]])
    assert probe(path, {"channels": [3, 1]}).shape == (2, 100)
    with pytest.raises(ReadError, match="no channel 4; it has 3"):
        read(path, {"channels": [4]})


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_truncated_sound_is_refused(tmp_path: Path, suffix: str, keep: float) -> None:
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, rng.normal(0, 0.1, 20000), 8000)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(ReadError, match=r"x\.(wav|flac)"):
        read(path)


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3), (7, 5, 4)])
def test_png_is_exact(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    reading = read(tmp_path / "x.png")
    assert reading.values.dtype == np.uint8
    np.testing.assert_array_equal(reading.values, pixels.reshape(7, 5, -1))
    assert probe(tmp_path / "x.png").shape == reading.values.shape


def test_png_16_bit_is_exact(tmp_path: Path) -> None:
    pixels = rng.integers(0, 2**16, (7, 5), dtype=np.uint16)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    reading = read(tmp_path / "x.png")
    assert reading.values.dtype == np.uint16
    np.testing.assert_array_equal(reading.values[..., 0], pixels)


def test_png_16_bit_colour_is_refused(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    cv2.imwrite(str(tmp_path / "x.png"), rng.integers(0, 2**16, (7, 5, 3), dtype=np.uint16))
    with pytest.raises(ReadError, match="16-bit colour"):
        read(tmp_path / "x.png")


def test_jpeg_is_turned_upright(tmp_path: Path) -> None:
    pixels = np.zeros((8, 16, 3), dtype=np.uint8)
    pixels[:, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to view
    Image.fromarray(pixels).save(tmp_path / "x.jpg", exif=exif, quality=95)
    values = read(tmp_path / "x.jpg").values
    assert values.shape == (16, 8, 3) == probe(tmp_path / "x.jpg").shape
    assert values[:7].min() > 200
    assert values[9:].max() < 50


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3), (4, 9, 7), (4, 9, 7, 3)])
def test_tiff_is_exact(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    pixels = (rng.random(shape) * 255).astype(dtype)
    colour = shape[-1] == 3
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="rgb" if colour else "minisblack")
    reading = read(tmp_path / "x.tif")
    assert reading.values.dtype == dtype
    np.testing.assert_array_equal(reading.values, pixels if colour else pixels[..., None])
    assert probe(tmp_path / "x.tif").shape == reading.values.shape


def test_truncated_tiff_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "x.tif", rng.integers(0, 255, (99, 99), dtype=np.uint8))
    content = (tmp_path / "x.tif").read_bytes()
    (tmp_path / "x.tif").write_bytes(content[:5000])
    with pytest.raises(ReadError, match=r"x\.tif"):
        read(tmp_path / "x.tif")


@given(arrays(st.sampled_from(["uint8", "uint16", "int16", "int64", "float32", "float64"]), (3, 5)))
def test_npy(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("npy") / "x.npy"
    np.save(path, array)
    with np.errstate(over="ignore"):
        expected = array if array.dtype in ("uint8", "uint16") else array.astype(np.float32)
        np.testing.assert_array_equal(read(path).values, expected)
        np.testing.assert_array_equal(read(path, {"time_axis": 0}).values, expected.T)
    assert probe(path).shape == (3, 5)


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", sound=np.arange(5.0), photo=np.zeros((2, 3)))
    np.testing.assert_array_equal(read(tmp_path / "x.npz", {"key": "sound"}).values, [[0, 1, 2, 3, 4]])
    with pytest.raises(ReadError, match=r"reader\.key: has no array 'sonud'; did you mean sound\?"):
        read(tmp_path / "x.npz", {"key": "sonud"})
    with pytest.raises(ReadError, match="several arrays"):
        read(tmp_path / "x.npz")


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize("array", [np.zeros((2, 0)), np.asfortranarray(np.arange(6.0).reshape(2, 3))])
def test_arrays_are_copies_whatever_their_layout(tmp_path: Path, suffix: str, array: np.ndarray) -> None:
    path = tmp_path / f"x{suffix}"
    np.save(path, array) if suffix == ".npy" else np.savez(path, array)
    values = read(path).values
    path.write_bytes(b"overwritten")
    np.testing.assert_array_equal(values, array)
    values[:] = 1.0


def test_npz_is_inflated_outside_the_lock(tmp_path: Path) -> None:
    """Inflating an array, which takes the time, does not hold the lock of the headers."""
    np.savez_compressed(tmp_path / "x.npz", np.arange(1e5))
    taken = []
    inflate = zipfile.ZipFile.read

    def watched(archive: zipfile.ZipFile, name: str) -> bytes:
        taken.append(HEADERS.locked())
        return inflate(archive, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "read", watched)
        assert read(tmp_path / "x.npz").values.shape == (1, 100_000)
    assert taken == [False]


def test_wrongly_named_numpy_files_are_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", np.zeros(3))
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npz").read_bytes())
    with pytest.raises(ReadError, match=r"x\.npy: is an archive of arrays; name it \.npz"):
        read(tmp_path / "x.npy")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("notes", "no array")
    with pytest.raises(ReadError, match=r"text\.npz: is no whole array file"):
        read(tmp_path / "text.npz")


def table(rows: int = 50) -> pd.DataFrame:
    values = rng.normal(size=(rows, 2))
    return pd.DataFrame({"ms": np.arange(rows) * 4.0, "Power[W]": values[:, 0], "Force[N]": values[:, 1]})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_columns(tmp_path: Path, suffix: str) -> None:
    path, expected = tmp_path / f"x.{suffix}", table()
    expected.to_csv(path, index=False) if suffix == "csv" else expected.to_parquet(path)
    options = {"columns": ["Force[N]", "Power[W]"], "time": "ms", "time_unit": "ms"}
    reading = read(path, options)
    assert reading.channels == ("Force[N]", "Power[W]")
    assert reading.rate == Fraction(250)
    np.testing.assert_array_equal(
        reading.values, expected[["Force[N]", "Power[W]"]].to_numpy().T.astype(np.float32)
    )
    assert probe(path, options).shape == (2, 50)
    assert read(path).values.shape == (3, 50)
    with pytest.raises(ReadError, match=r"no column 'Force'; did you mean Force\[N\]"):
        read(path, {"columns": ["Force"]})


def test_header_to_skip_and_decimal_comma(tmp_path: Path) -> None:
    expected = table()
    text = "<Machine>\n<Max;3>\n#CSV-START#\nin units\n" + expected.to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "x.csv").write_text(text)
    options = {"skip_until": "#CSV-START#", "header": 2, "sep": ";", "decimal": ",", "columns": ["Force[N]"]}
    np.testing.assert_allclose(
        read(tmp_path / "x.csv", options).values[0], expected["Force[N]"].to_numpy(), rtol=1e-6
    )
    (tmp_path / "x.csv").write_text(text + "200,0;x;1,0\n")
    options["columns"] = ["Power[W]"]
    with pytest.raises(ReadError, match=r"row 56, column 'Power\[W\]': 'x'"):
        read(tmp_path / "x.csv", options)


def test_no_header_and_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,2\n,4\nnan,6\n")
    np.testing.assert_array_equal(
        read(tmp_path / "x.csv", {"header": 0, "columns": ["2", "1"]}).values,
        np.array([[2, 4, 6], [1, np.nan, np.nan]], dtype=np.float32),
    )


def test_columns_beyond_the_end_of_rows_do_not_matter_unless_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b,remarks\n1,2\n3,4\n")
    np.testing.assert_array_equal(read(tmp_path / "x.csv", {"columns": ["a", "b"]}).values, [[1, 3], [2, 4]])
    with pytest.raises(ReadError, match="row 2, column 'remarks'"):
        read(tmp_path / "x.csv")


def test_text_column_of_parquet_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1.0], "note": ["x"]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(ReadError, match="column 'note'"):
        read(tmp_path / "x.parquet")
    np.testing.assert_array_equal(read(tmp_path / "x.parquet", {"columns": ["a"]}).values, [[1]])


def test_every_suffix_of_the_issue_has_a_reader() -> None:
    assert {
        ".wav",
        ".flac",
        ".png",
        ".jpg",
        ".jpeg",
        ".tif",
        ".tiff",
        ".npy",
        ".npz",
        ".csv",
        ".parquet",
    } <= set(suffixes())
