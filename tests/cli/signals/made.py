"""A small data folder and helpers for the tests of `weldfusion signals`."""

from pathlib import Path

import numpy as np

from weldfusion.cli.main import main

RATE = 1000.0
TIME = np.arange(600) / RATE
FAST, SLOW = np.sin(2 * np.pi * 50 * TIME), np.sin(2 * np.pi * 5 * TIME)

CARD = """\
weldfusion: 1
name: made
process: 521
material: steel
modalities:
  depth: {kind: waveform, timed: true, unit: mm, rate: 1000, channels: [depth], column: depth}
  light: {kind: waveform, timed: true, rate: 1000, channels: [plasma, back], column: light, offset_s: 0.25}
  settings: {kind: table, timed: false, columns: [power]}
targets:
  verdict: {kind: class, level: weld, column: verdict, classes: [good, bad]}
"""
MANIFEST = """\
weld,depth,light,power,verdict
w1,,w1-light.npy,3,good
w2,w2-depth.npy,w2-light.npy,4,bad
"""


def made_folder(root: Path) -> Path:
    """Weld w1 lacks the depth; the depth of w2 is a tone of 50 Hz on one of 5 Hz and an offset of 3."""
    root.mkdir(exist_ok=True)
    (root / "dataset.yaml").write_text(CARD, encoding="utf-8")
    (root / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    np.save(root / "w2-depth.npy", (FAST + SLOW + 3).astype(np.float32))
    for weld in ("w1", "w2"):
        np.save(root / f"{weld}-light.npy", np.stack([FAST, SLOW]).astype(np.float32))
    return root


def signals(*words: object) -> int:
    """The exit code of `weldfusion signals WORDS`."""
    return main(["signals", *map(str, words)])


def size_of_png(path: Path) -> tuple[int, int]:
    """Width and height; fails where the file is no picture."""
    from PIL import Image

    with Image.open(path) as picture:
        picture.verify()
        return picture.size
