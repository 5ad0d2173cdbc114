"""Recordings checked against the card."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import tifffile
from PIL import Image

from weldfusion.data.card import Modality
from weldfusion.data.recording import frames_of, read_photo, read_row, read_signal
from weldfusion.errors import ReadError

CAMERA = Modality("camera", "image_sequence", timed=True, rate=Fraction(50), channels=("grey",))


def whole(modality: Modality, paths: list[Path]) -> np.ndarray:
    return np.concatenate([frames for _, frames in frames_of(modality, paths)])


def test_signal_has_the_rate_of_the_card(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros((10, 2)), 8000)
    modality = Modality("s", "waveform", timed=True, rate=Fraction(80001, 10), channels=("left", "right"))
    assert read_signal(modality, tmp_path / "x.wav").rate == Fraction(80001, 10)
    wrong = Modality("s", "waveform", timed=True, rate=Fraction(8200), channels=("left", "right"))
    with pytest.raises(ReadError, match=r"8000 Hz, modalities\.s\.rate says 8200 Hz"):
        read_signal(wrong, tmp_path / "x.wav")


def test_turned_array_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((100, 2)))
    modality = Modality("s", "waveform", timed=True, rate=Fraction(10), channels=("a", "b"))
    with pytest.raises(ReadError, match="time_axis: 0"):
        read_signal(modality, tmp_path / "x.npy")


def test_row_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    modality = Modality("t", "table", timed=False, channels=("a", "b"), column="file")
    np.testing.assert_array_equal(read_row(modality, tmp_path / "x.csv"), [1, 2])
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(ReadError, match="one row"):
        read_row(modality, tmp_path / "x.csv")


def test_frames_from_one_file_or_many(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (4, 6, 5), dtype=np.uint8)
    np.save(tmp_path / "x.npy", pixels)
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="minisblack")
    files = [tmp_path / f"{number}.png" for number in range(4)]
    for file, frame in zip(files, pixels, strict=True):
        Image.fromarray(frame).save(file)
    for paths in ([tmp_path / "x.tif"], files):
        np.testing.assert_array_equal(whole(CAMERA, paths), pixels[..., None])
    with pytest.raises(ReadError, match=r"reader\.images: grey"):
        whole(CAMERA, [tmp_path / "x.npy"])
    array = replace(CAMERA, reader={"images": "grey"})
    np.testing.assert_array_equal(whole(array, [tmp_path / "x.npy"]), pixels[..., None])


def test_frames_must_be_equal(tmp_path: Path) -> None:
    for number, size in enumerate([(4, 4), (4, 5)]):
        Image.fromarray(np.zeros(size, dtype=np.uint8)).save(tmp_path / f"{number}.png")
    with pytest.raises(ReadError, match=r"1\.png: is \(4, 5, 1\), 0\.png is \(4, 4, 1\)"):
        whole(CAMERA, [tmp_path / "0.png", tmp_path / "1.png"])


def test_photo_from_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((4, 6), dtype=np.uint16))
    photo = Modality("p", "image", timed=False, channels=("grey",), reader={"images": "grey"})
    assert read_photo(photo, tmp_path / "x.npy").shape == (4, 6, 1)


def test_channels_are_chosen_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("t,a,b,c\n0,1,2,3\n0.1,4,5,6\n")
    modality = Modality("s", "waveform", timed=True, rate=Fraction(10), channels=("c", "a"))
    np.testing.assert_array_equal(read_signal(modality, tmp_path / "x.csv").values, [[3, 6], [1, 4]])
    wrong = Modality("s", "waveform", timed=True, rate=Fraction(10), channels=("c", "d"))
    with pytest.raises(ReadError, match=r"has 4 channels, the card has 2 \(c, d\)"):
        read_signal(wrong, tmp_path / "x.csv")
