"""Recordings of known content in every further format, written by other libraries."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from weldfusion.data.opencv import opencv

cv2 = opencv()


def frames(count: int = 12, height: int = 24, width: int = 32, seed: int = 0) -> np.ndarray:
    """(frames, height, width, 3) uint8, red first."""
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def write_video(path: Path, pixels: np.ndarray, fps: float = 25.0, codec: str = "FFV1") -> Path:
    """A video by OpenCV; FFV1 keeps every pixel."""
    size = (pixels.shape[2], pixels.shape[1])
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), fps, size)
    assert writer.isOpened()
    for frame in pixels:
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()
    return path


def write_mat73(path: Path, content: Mapping[str, object]) -> Path:
    """A MAT file of version 7.3 as MATLAB lays it out: HDF5 after a header of 512 bytes, axes reversed."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in content.items():
            _write_node(file, name, value)
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with path.open("r+b") as stream:
        stream.write(header.ljust(512, b"\0"))
    return path


def _write_node(group: h5py.Group, name: str, value: object) -> None:
    if isinstance(value, dict):
        inner = group.create_group(name)
        inner.attrs["MATLAB_class"] = np.bytes_("struct")
        for key, entry in value.items():
            _write_node(inner, key, entry)
        return
    if isinstance(value, str):
        item = group.create_dataset(name, data=np.array([[ord(letter)] for letter in value], np.uint16))
        item.attrs["MATLAB_class"] = np.bytes_("char")
        return
    array = np.atleast_2d(np.asarray(value))
    item = group.create_dataset(name, data=array.T)
    item.attrs["MATLAB_class"] = np.bytes_("double" if array.dtype == float else array.dtype.name)
