"""Random damage to files of every format: an array or one line, nothing else."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import soundfile
import tifffile
from PIL import Image
from scipy.io import savemat

from tests.data.films import write_mat73, write_video
from weldfusion.data.address import file_of
from weldfusion.data.readers.find import probe, read
from weldfusion.errors import ReadError

PIXELS = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
SOUND = np.random.default_rng(1).normal(0, 0.1, 500)
TABLE = pd.DataFrame({"a": SOUND[:30], "b": SOUND[30:60]})


def write_h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("run/a", data=PIXELS, chunks=(5, 30, 3), compression="gzip")


WRITERS = {
    "x.wav": lambda path: soundfile.write(path, SOUND, 8000),
    "x.flac": lambda path: soundfile.write(path, SOUND, 8000),
    "x.png": lambda path: Image.fromarray(PIXELS).save(path),
    "x.jpg": lambda path: Image.fromarray(PIXELS).save(path),
    "x.tif": lambda path: tifffile.imwrite(path, PIXELS, compression="zlib"),
    "x.npy": lambda path: np.save(path, SOUND),
    "x.npz": lambda path: np.savez_compressed(path, a=PIXELS),
    "x.csv": lambda path: TABLE.to_csv(path, index=False),
    "x.parquet": lambda path: TABLE.to_parquet(path),
    "x.mat": lambda path: savemat(path, {"a": SOUND, "run": {"b": PIXELS}}, do_compression=True),
    "x.h5::/run/a": write_h5,
    "x.mat::a": lambda path: write_mat73(path, {"a": SOUND}),
    "x.avi": lambda path: write_video(path, PIXELS[None].repeat(5, axis=0)),
    "x.mkv": lambda path: write_video(path, PIXELS[None].repeat(5, axis=0)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRITERS)
def test_random_damage(tmp_path: Path, name: str) -> None:
    path, address = file_of(tmp_path / name), tmp_path / name
    WRITERS[name](path)
    whole = path.read_bytes()
    rng = np.random.default_rng(2)
    refused: list[str] = []
    for number in range(60):
        content = bytearray(whole)
        if number % 2:
            content = content[: rng.integers(0, len(content))]
        else:
            places = rng.integers(0, min(200, len(content)), 3)
            for place in places:
                content[place] = rng.integers(0, 256)
        path.write_bytes(bytes(content))
        for function in (read, probe):
            try:
                function(address)
            except ReadError as problem:
                refused.append(str(problem))
    assert len(refused) > 20
    assert [line for line in refused if "\n" in line or not line.startswith(str(path))] == []
