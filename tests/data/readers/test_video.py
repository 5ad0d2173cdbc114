"""Videos against the frames that OpenCV was given; memory while a long one is prepared."""

import tracemalloc
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.data.films import frames, write_video
from weldfusion.data.cache import Cache
from weldfusion.data.card import Modality
from weldfusion.data.clock import Clock
from weldfusion.data.prepare import Recipe, Recording, prepared_parts
from weldfusion.data.readers import find
from weldfusion.data.recording import frames_of
from weldfusion.data.settings import Input
from weldfusion.data.weld import Weld
from weldfusion.errors import ReadError

CAMERA = Modality("camera", "image_sequence", True, rate=Fraction(25), column="camera")


@pytest.mark.parametrize("suffix", [".avi", ".mkv"])
@pytest.mark.parametrize(("fps", "rate"), [(25.0, Fraction(25)), (29.97, Fraction(2997, 100))])
def test_lossless_video_is_exact(tmp_path: Path, suffix: str, fps: float, rate: Fraction) -> None:
    pixels = frames()
    path = write_video(tmp_path / f"x{suffix}", pixels, fps)
    reading = find.read(path)
    np.testing.assert_array_equal(reading.values, pixels)
    assert reading.rate == rate
    assert find.probe(path).shape == pixels.shape


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_lossy_video_is_near_and_in_order(tmp_path: Path, suffix: str) -> None:
    levels = np.linspace(20, 230, 12).round()
    pixels = np.broadcast_to(levels[:, None, None, None], (12, 32, 32, 3)).astype(np.uint8)
    path = write_video(tmp_path / f"x{suffix}", pixels, codec="mp4v")
    values = find.read(path).values
    assert np.abs(values.mean((1, 2, 3)) - levels).max() < 4


def test_grey_is_that_of_opencv(tmp_path: Path) -> None:
    pixels = frames()
    path = write_video(tmp_path / "x.avi", pixels)
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in pixels])
    np.testing.assert_array_equal(find.read(path, {"colour": "grey"}).values[..., 0], grey)
    assert find.probe(path, {"colour": "grey"}).shape == (*pixels.shape[:3], 1)


def test_rate_of_playing_back_can_be_left_aside(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.avi", frames())
    assert find.probe(path, {"rate": "card"}).rate is None


def test_16_bits_are_refused(tmp_path: Path) -> None:
    deep = [cv2.VIDEOWRITER_PROP_DEPTH, cv2.CV_16U, cv2.VIDEOWRITER_PROP_IS_COLOR, 0]
    code = cv2.VideoWriter_fourcc(*"FFV1")
    writer = cv2.VideoWriter(str(tmp_path / "x.mkv"), cv2.CAP_FFMPEG, code, 25.0, (32, 24), deep)
    for frame in np.random.default_rng(0).integers(0, 2**16, (4, 24, 32), dtype=np.uint16):
        writer.write(frame)
    writer.release()
    with pytest.raises(ReadError, match="16 bits a pixel, of which 8 would be read"):
        find.read(tmp_path / "x.mkv")


def test_frames_left_out_while_recording_are_told(tmp_path: Path) -> None:
    """The camera paused: from frame 6 on the time stamps are 0.4 s later."""
    path = write_video(tmp_path / "x.mkv", frames(), fps=20)
    content = bytearray(path.read_bytes())
    # A Matroska block begins with its track (0x81), its time in ms and flags.
    moved = 0
    for number in range(5, 12):
        mark = b"\x81" + (50 * number).to_bytes(2, "big") + b"\x00"
        place = content.find(mark)
        if place > 0:
            content[place + 1 : place + 3] = (50 * number + 400).to_bytes(2, "big")
            moved += 1
    assert moved == 7
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"frame 6 was taken at 0\.65 s.*due at 0\.25 s"):
        find.read(path)


def peak_of(recipe: Recipe, weld: Weld, folder: Path) -> int:
    """Most bytes held at once while a recording is prepared into the cache."""
    cache = Cache(folder)
    recording = Recording(weld, Clock(Fraction(25)))
    tracemalloc.start()
    cache.store_parts("ab", prepared_parts(recipe, recording))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("kind", ["video", "folder"])
def test_memory_does_not_grow_with_the_number_of_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("weldfusion.data.arrays.CHUNK_BYTES", 1 << 20)
    recipe = Recipe(CAMERA, Input(), 3, size=(48, 64))
    bytes_each = 240 * 320 * 3
    peaks = {}
    for count in (60, 600):
        # One picture again and again, so that only the number of frames differs.
        pixels = np.broadcast_to(frames(1, 240, 320), (count, 240, 320, 3))
        if kind == "video":
            paths = [write_video(tmp_path / f"{count}.avi", pixels, codec="MJPG")]
        else:
            (tmp_path / str(count)).mkdir()
            paths = [tmp_path / str(count) / f"{number:04}.jpg" for number in range(count)]
            Image.fromarray(pixels[0]).save(paths[0])
            for path in paths[1:]:
                path.hardlink_to(paths[0])
        peaks[count] = peak_of(recipe, Weld("w", 2, files={"camera": tuple(paths)}), tmp_path / f"c{count}")
        array = Cache(tmp_path / f"c{count}").load("ab")
        assert array is not None
        assert array.shape == (count, 3, 48, 64)
        assert np.abs(array[-1].astype(int) - array[0]).mean() < 10
    assert peaks[600] < 1.1 * peaks[60] + 300_000
    assert peaks[600] < 600 * bytes_each / 10


def test_prepared_in_pieces_is_the_same_as_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = (write_video(tmp_path / "a.avi", frames(9)), write_video(tmp_path / "b.avi", frames(5, seed=1)))
    recording = Recording(Weld("w", 2, files={"camera": paths}), Clock(Fraction(25)))
    recipe = Recipe(CAMERA, Input(), 3, size=(24, 32))
    whole = list(prepared_parts(recipe, recording))
    assert [len(part) for part in whole] == [9, 5]
    monkeypatch.setattr("weldfusion.data.arrays.CHUNK_BYTES", 3 * 24 * 32 * 3)
    pieces = list(prepared_parts(recipe, recording))
    assert [len(part) for part in pieces] == [3, 3, 3, 3, 2]
    expected = np.concatenate([frames(9), frames(5, seed=1)]).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(np.concatenate(pieces), expected)
    np.testing.assert_array_equal(np.concatenate(whole), expected)


def test_videos_of_one_weld_must_be_of_one_size(tmp_path: Path) -> None:
    paths = [write_video(tmp_path / "a.avi", frames()), write_video(tmp_path / "b.avi", frames(12, 20, 32))]
    with pytest.raises(ReadError, match=r"b\.avi: is \(20, 32, 3\), a\.avi is \(24, 32, 3\)"):
        list(frames_of(replace(CAMERA), paths))
