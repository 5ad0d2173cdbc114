"""Damaged videos, HDF5 and MATLAB files, spectra and thermal images: one line that names file and what would
be right, exit code 1, never a traceback."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from scipy.io import savemat
from scipy.sparse import eye_array

from tests.data.films import frames, write_mat73, write_video
from tests.data.small_set import edit
from weldfusion.cli.main import main
from weldfusion.data.check import check

WELDS = 6
RATE = 100
NM = np.linspace(400, 800, 5)
rng = np.random.default_rng(11)

CARD = """\
weldfusion: 1
name: formats
process: 52
material: S235
license: CC-BY-4.0
modalities:
  camera: {kind: image_sequence, rate: 25, size: [24, 32], column: camera}
  thermal: {kind: image_sequence, rate: 20, unit: K, channels: [grey], column: thermal}
  spectra:
    kind: spectrum_sequence
    rate: 100
    wavelengths_nm: [400, 500, 600, 700, 800]
    column: spectra
  force: {kind: waveform, rate: 100, unit: N, column: force}
  current: {kind: waveform, rate: 100, unit: A, column: current}
targets:
  verdict: {kind: class, classes: [good, pore]}
"""


def write_formats(root: Path) -> Path:
    """Six welds of 0.4 s: a video, a float TIFF, spectra as CSV, HDF5 and MAT; a check finds nothing."""
    root.mkdir()
    (root / "dataset.yaml").write_text(CARD)
    rows = ["weld,camera,thermal,spectra,force,current,verdict"]
    for number in range(WELDS):
        name = f"w{number}"
        write_video(root / f"{name}.avi", frames(10, seed=number))
        tifffile.imwrite(root / f"{name}.tif", rng.uniform(300, 1800, (8, 6, 7)).astype(np.float32),
                         photometric="minisblack")  # fmt: skip
        write_spectra(root / f"{name}.csv")
        with h5py.File(root / f"{name}.h5", "w") as file:
            file["run/force"] = rng.standard_normal(40)
        savemat(root / f"{name}.mat", {"run": {"current": rng.standard_normal(40)}})
        files = f"{name}.avi,{name}.tif,{name}.csv,{name}.h5::/run/force,{name}.mat::run.current"
        rows.append(f"{name},{files},{('good', 'pore')[number % 2]}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    return root


def write_spectra(path: Path, nm: np.ndarray = NM, spoil: float | None = None) -> None:
    values = rng.uniform(0, 1, (40, len(nm)))
    if spoil is not None:
        values[3, 1] = spoil
    lines = [",".join(f"{w:g}" for w in nm), *(",".join(f"{v:.5f}" for v in row) for row in values)]
    path.write_text("\n".join(lines) + "\n")


def cut(name: str, share: float) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        content = (root / name).read_bytes()
        (root / name).write_bytes(content[: int(share * len(content))])

    return damage


def video(pixels: np.ndarray, fps: float = 25.0) -> Callable[[Path], object]:
    return lambda root: write_video(root / "w0.avi", pixels, fps)


def other_codec(root: Path) -> None:
    content = (root / "w0.avi").read_bytes()
    (root / "w0.avi").write_bytes(content.replace(b"FFV1", b"ZZZZ"))


def not_ended(root: Path) -> None:
    """As a recorder leaves it that lost power: the header still says 0 frames, the index is missing."""
    content = bytearray((root / "w0.avi").read_bytes()[:-300])
    for mark, place in ((b"avih", 24), (b"strh", 40)):
        at = content.index(mark) + place
        content[at : at + 4] = b"\0\0\0\0"
    (root / "w0.avi").write_bytes(bytes(content).replace(b"idx1", b"junk"))


def h5(**arrays: object) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        with h5py.File(root / "w0.h5", "w") as file:
            for name, value in arrays.items():
                file[f"run/{name}"] = value

    return damage


def rate_is_text(root: Path) -> None:
    with h5py.File(root / "w0.h5", "a") as file:
        file["run/force"].attrs["fs"] = "fast"


def rate_is_wrong(root: Path) -> None:
    with h5py.File(root / "w0.h5", "a") as file:
        file["run/force"].attrs["fs"] = 200.0


def mat(**variables: object) -> Callable[[Path], object]:
    return lambda root: savemat(root / "w0.mat", {"run": variables})


def mat73(**variables: object) -> Callable[[Path], object]:
    return lambda root: write_mat73(root / "w0.mat", {"run": variables})


def damaged_mat73(share: float) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        write_mat73(root / "w0.mat", {"run": {"current": rng.standard_normal(4000)}})
        cut("w0.mat", share)(root)

    return damage


def address(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: edit(root / "manifest.csv", old, new)


def card(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: edit(root / "dataset.yaml", old, new)


def spectra(nm: np.ndarray = NM, spoil: float | None = None) -> Callable[[Path], object]:
    return lambda root: write_spectra(root / "w0.csv", nm, spoil)


def array(values: np.ndarray) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        np.save(root / "w0.npy", values)
        edit(root / "manifest.csv", "w0.csv", "w0.npy")

    return damage


def thermal(value: float) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        pixels = rng.uniform(300, 1800, (8, 6, 7)).astype(np.float32)
        pixels[2, 3, 4] = value
        tifffile.imwrite(root / "w0.tif", pixels, photometric="minisblack")

    return damage


NUMBERS = np.arange(40.0)
RECORDS = np.zeros(40, dtype=[("t", "f8"), ("v", "f8")])
LIST = "wavelengths_nm: [400, 500, 600, 700, 800]"

DAMAGE: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "video cut short": (cut("w0.avi", 0.6), ("w0.avi", "header says 10", "truncated")),
    "video of no frames": (video(frames(0)), ("w0.avi", "no number of frames")),
    "video of another rate": (video(frames(10), 50), ("w0.avi", "50 Hz", "camera.rate", "reader.rate: card")),
    "unknown codec": (other_codec, ("w0.avi", "codec", "FFV1")),
    "no video": (lambda root: (root / "w0.avi").write_bytes(b"hello" * 99), ("w0.avi", "no video")),
    "recorder lost power": (not_ended, ("w0.avi", "no number of frames", "ffmpeg")),
    "two videos of two sizes": (
        lambda root: (
            write_video(root / "v.avi", frames(5, 12, 16)),
            edit(root / "manifest.csv", "w0.avi", "w0.avi;v.avi"),
        ),
        ("v.avi", "(12, 16, 3)", "(24, 32, 3)", "equal"),
    ),
    "colour video of a grey camera": (
        card("size: [24, 32]", "channels: [grey]"),
        ("w0.avi", "3 channels, expected 1", "reader.colour: grey"),
    ),
    "place in a video": (address("w0.avi", "w0.avi::/frames"), ("w0.avi", "nothing by name")),
    "MKV cut short": (
        lambda root: (
            write_video(root / "v.mkv", frames(10)),
            cut("v.mkv", 0.5)(root),
            edit(root / "manifest.csv", "w0.avi", "v.mkv"),
        ),
        ("v.mkv", "header says 10", "truncated"),
    ),
    "HDF5 cut short": (cut("w0.h5", 0.7), ("w0.h5", "HDF5", "truncated")),
    "HDF5 without its start": (
        lambda root: (root / "w0.h5").write_bytes((root / "w0.h5").read_bytes()[100:]),
        ("w0.h5", "no HDF5 file"),
    ),
    "no HDF5": (lambda root: (root / "w0.h5").write_bytes(b"\x89PNG" * 99), ("w0.h5", "no HDF5 file")),
    "wrong path": (
        address("w0.h5::/run/force", "w0.h5::/run/forse"),
        ("w0.h5", "'/run/forse'", "did you mean run/force?"),
    ),
    "group": (address("w0.h5::/run/force", "w0.h5::/run"), ("w0.h5", "'/run' is a group", "/run/force")),
    "no path and several arrays": (
        lambda root: (
            h5(force=NUMBERS, other=NUMBERS)(root),
            edit(root / "manifest.csv", "w0.h5::/run/force", "w0.h5"),
        ),
        ("w0.h5", "several datasets", "w0.h5::PATH", "/run/other"),
    ),
    "HDF5 text": (h5(force="twelve"), ("w0.h5", "'/run/force' holds text", "real numbers")),
    "HDF5 records": (h5(force=RECORDS), ("w0.h5", "records (t, v)")),
    "HDF5 single number": (h5(force=5.0), ("w0.h5::/run/force", "single number")),
    "HDF5 empty": (h5(force=np.zeros((0, 3))), ("w0.h5", "'/run/force' is empty")),
    "HDF5 complex": (h5(force=NUMBERS * 1j), ("w0.h5", "real numbers")),
    "HDF5 NaN": (h5(force=np.where(NUMBERS == 7, np.nan, NUMBERS)), ("w0.h5", "2.50% of the values are NaN")),
    "HDF5 of five axes": (h5(force=np.zeros((2, 2, 2, 2, 2))), ("w0.h5::/run/force", "5 axes", "at most 4")),
    "HDF5 rate is text": (rate_is_text, ("w0.h5", "'fs'", "fast", "rate in Hz")),
    "HDF5 rate is another": (rate_is_wrong, ("w0.h5", "200 Hz", "modalities.force.rate", "100 Hz")),
    "MAT cut short": (cut("w0.mat", 0.7), ("w0.mat", "no whole MAT file", "truncated")),
    "no MAT": (lambda root: (root / "w0.mat").write_bytes(b"hello" * 99), ("w0.mat", "no whole MAT file")),
    "MAT 7.3 cut short": (damaged_mat73(0.6), ("w0.mat", "HDF5", "truncated")),
    "MAT 7.3 without content": (damaged_mat73(0.01), ("w0.mat", "truncated")),
    "wrong variable": (
        address("w0.mat::run.current", "w0.mat::run.curent"),
        ("w0.mat", "'run.curent'", "did you mean run.current?"),
    ),
    "struct": (address("w0.mat::run.current", "w0.mat::run"), ("w0.mat", "is a struct", "run.current")),
    "struct of 7.3": (
        lambda root: (
            mat73(current=NUMBERS)(root),
            edit(root / "manifest.csv", "w0.mat::run.current", "w0.mat::run"),
        ),
        ("w0.mat", "is a struct", "run.current"),
    ),
    "MAT text": (mat(current="twelve"), ("w0.mat", "'run.current' is text")),
    "MAT 7.3 text": (mat73(current="twelve"), ("w0.mat", "'run.current' is text")),
    "cell": (mat(current=np.array([NUMBERS, "a"], dtype=object)), ("w0.mat", "is a cell array")),
    "sparse": (mat(current=eye_array(5).tocsc()), ("w0.mat", "sparse matrix", "full(x)")),
    "MAT complex": (mat(current=NUMBERS * 1j), ("w0.mat", "complex", "real(x)")),
    "array of structs": (
        mat(current=np.array([(1,), (2,)], dtype=[("a", "f8")])),
        ("w0.mat", "array of structs"),
    ),
    "spectra of other channels": (
        array(np.zeros((4, 40), np.float32)),
        ("w0.npy", "4 channels, the card has 5", "wavelengths_nm"),
    ),
    "spectra turned": (array(np.zeros((40, 5), np.float32)), ("w0.npy", "reader.time_axis: 0")),
    "spectra of other wavelengths": (
        spectra(NM + 20),
        ("w0.csv", "no channel at 400 nm", "nearest is 420 nm", "wavelengths_nm"),
    ),
    "spectra with NaN": (spectra(spoil=np.nan), ("w0.csv", "0.50% of the values are NaN", "missing: nan")),
    "spectra with infinity": (spectra(spoil=np.inf), ("w0.csv", "1 values are infinite")),
    "wavelengths fall": (
        card(LIST, "wavelengths_nm: [400, 500, 500, 700, 800]"),
        ("does not rise", "3 (500)"),
    ),
    "wavelengths in metres": (card(LIST, "wavelengths_nm: [4.0e-7, 5.0e-7]"), ("another unit",)),
    "no wavelengths": (card(f"    {LIST}\n", ""), ("modalities.spectra.wavelengths_nm", "is missing")),
    "wavelengths without count": (
        card(LIST, "wavelengths_nm: {first: 400, last: 800}"),
        ("modalities.spectra.wavelengths_nm", "count: 256"),
    ),
    "wavelengths of a waveform": (
        card("unit: N,", "unit: N, wavelengths_nm: [400],"),
        ("modalities.force.wavelengths_nm", "only a spectrum_sequence"),
    ),
    "thermal with infinity": (thermal(np.inf), ("w0.tif", "1 values are infinite")),
    "thermal with NaN": (thermal(np.nan), ("w0.tif", "NaN", "modalities.thermal.missing: nan")),
    "thermal cut short": (cut("w0.tif", 0.5), ("w0.tif", "truncated")),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_formats(tmp_path_factory.mktemp("formats") / "set")


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """A copy of the whole set."""
    copy = tmp_path / "set"
    copy.mkdir()
    for file in whole.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def test_undamaged_set_has_no_errors(whole: Path) -> None:
    assert [str(finding) for finding in check(whole, progress=False) if finding.level == "error"] == []


def test_there_are_at_least_25_kinds() -> None:
    assert len(DAMAGE) >= 25


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_line(name: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    damage, texts = DAMAGE[name]
    damage(root)
    capfd.readouterr()
    assert main(["data", "check", str(root)]) == 1
    printed = capfd.readouterr()
    errors = [line for line in printed.out.splitlines() if line.startswith("error")]
    assert any(all(text in line for text in texts) for line in errors), printed.out
    assert printed.err == ""


def test_below_absolute_zero_is_a_warning(root: Path) -> None:
    thermal(-20.0)(root)
    (found,) = [f for f in check(root, progress=False) if f.code == "impossible-temperature"]
    assert found.level == "warning"
    assert "w0.tif" in str(found)
    assert "-20 K" in str(found)
