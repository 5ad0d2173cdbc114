"""A small, clean data set on disk: twelve welds in six days, sound, photos, a table, two targets."""

from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

CARD = """\
weldfusion: 1
name: small
process: 135
material: S235
license: CC-BY-4.0
modalities:
  sound:
    kind: waveform
    rate: 8000
    unit: Pa
    column: sound
  photos:
    kind: image
    size: [12, 16]
    column: photos
  settings:
    kind: table
    columns: [current_a, gas_l_min]
targets:
  verdict:
    kind: class
    classes: [good, pore]
    codes: {pore: 2011}
  force:
    kind: real
    unit: N
    column: force_n
groups: [day]
"""
HEADER = "weld,day,sound,photos,current_a,gas_l_min,verdict,force_n"


def write_set(folder: Path) -> Path:
    """Write the data set into a folder; a check finds nothing in it."""
    rng = np.random.default_rng(7)
    (folder / "sound").mkdir(parents=True)
    (folder / "photos").mkdir()
    (folder / "dataset.yaml").write_text(CARD)
    rows = [HEADER]
    for number, name in enumerate("kdbgajecifhl"):
        sound = rng.normal(0, 0.1, 4000)
        soundfile.write(folder / f"sound/{name}.wav", sound, 8000, subtype="PCM_16")
        pixels = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"photos/{name}.png")
        verdict = ("good", "pore")[number % 2]
        current, gas, force = 200 + rng.normal(), 15 + rng.normal(), 1000 + rng.normal()
        rows.append(
            f"{name},day {number // 2},sound/{name}.wav,photos/{name}.png,"
            f"{current:.3f},{gas:.3f},{verdict},{force:.1f}"
        )
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text, which must be there."""
    text = file.read_text()
    assert old in text, f"{old!r} is not in {file}"
    file.write_text(text.replace(old, new, 1))


def set_cell(folder: Path, row: int, column: str, value: str) -> None:
    """Set one cell of the manifest; `row` as a spreadsheet shows it."""
    lines = (folder / "manifest.csv").read_text().splitlines()
    cells = lines[row - 1].split(",")
    cells[lines[0].split(",").index(column)] = value
    lines[row - 1] = ",".join(cells)
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")


def add_column(folder: Path, column: str, values: list[str]) -> None:
    """Append a column to the manifest."""
    lines = (folder / "manifest.csv").read_text().splitlines()
    (folder / "manifest.csv").write_text(
        "\n".join(f"{line},{value}" for line, value in zip(lines, [column, *values], strict=True)) + "\n"
    )
