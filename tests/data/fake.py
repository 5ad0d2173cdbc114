"""A small data folder made by hand: sound, force, photos and settings of three welds, one lacking sound."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.folder import Dataset
from weldfusion.data.manifest import Weld

SOUND_RATE = 8000
FORCE_RATE = 100
SECONDS = (2.0, 3.0, 2.5)
CLASSES = ("good", "pore")


def sound_at(time_s: np.ndarray) -> np.ndarray:
    """The sound as a function of weld time: quiet tones far below 4 kHz."""
    return 0.4 * np.sin(2 * np.pi * 210 * time_s) + 0.1 * np.sin(2 * np.pi * 97 * time_s + 1)


def make_dataset(root: Path, sound_offset: float = 0.25, sound_ppm: float = 0.0) -> Dataset:
    """Force holds its own weld time in channel 0 and 1,000 + weld number in channel 1."""
    root.mkdir(parents=True, exist_ok=True)
    welds = []
    for number, seconds in enumerate(SECONDS):
        clock = np.arange(int(seconds * SOUND_RATE)) / (SOUND_RATE * (1 + sound_ppm * 1e-6)) + sound_offset
        sound = root / f"{number}.wav"
        soundfile.write(sound, sound_at(clock), SOUND_RATE, subtype="FLOAT")
        t = np.arange(int(seconds * FORCE_RATE)) / FORCE_RATE
        force = root / f"{number}.npy"
        np.save(force, np.stack([t, np.full(len(t), 1000 + number)]).astype(np.float32))
        photos = []
        for shot in range(number):
            photos.append(root / f"{number}-{shot}.png")
            Image.fromarray(np.full((20, 30, 3), 10 * number + shot, np.uint8)).save(photos[-1])
        files = {"sound": (sound,), "force": (force,), "photo": tuple(photos)}
        if number == 2:
            del files["sound"]
        welds.append(
            Weld(
                f"w{number}",
                number + 2,
                groups={"day": f"d{number % 2}"},
                files={name: paths for name, paths in files.items() if paths},
                values={"settings": (float(number), float("nan") if number == 1 else 7.0)},
                targets={"state": (None, "good", "pore")[number], "depth": 0.5 * number},
                speed_mm_s=10.0 if number else None,
            )
        )
    return Dataset(root, make_card(sound_offset, sound_ppm), tuple(welds))


def make_card(sound_offset: float = 0.25, sound_ppm: float = 0.0) -> Card:
    modalities = [
        Modality("sound", "waveform", True, rate=Fraction(SOUND_RATE), column="sound",
                 offset_s=sound_offset, clock_ppm=sound_ppm),
        Modality("force", "waveform", True, "N", Fraction(FORCE_RATE), ("time", "weld"), column="force"),
        Modality("photo", "image", False, column="photo"),
        Modality("settings", "table", False, channels=("a", "b"), columns=("a", "b")),
    ]  # fmt: skip
    targets = [TargetSpec("state", "class", classes=CLASSES), TargetSpec("depth", "real", unit="mm")]
    return Card(
        "fake", 135, "steel", {m.name: m for m in modalities}, {t.name: t for t in targets}, ("day",), "day"
    )
