"""CNN-SK and LeNet on the paper's own clips of arc sound, by block of successive clips and by clip.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with cmt_arc_sound.zip. Four folds, one seed.
By clip is the paper's protocol and flatters, because neighbouring clips of one recording are trained on; by
block is the honest least, and even there class and recording cannot be told apart. Beside the simple
baselines of every report (eight octave bands and other plain features) stand extra trees on the same 64 mel
bands as the networks see, averaged over the clip.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from harness import Row, run
from real_sets import CONFIGS, converted, headline, recordings

import weldfusion as wf
from weldfusion.data.dataset import WeldWindows
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.evaluate import Frames, evaluate
from weldfusion.signals.filter_banks import Mel
from weldfusion.signals.spectrogram import band_powers
from weldfusion.training.plain import plain_windows

SYSTEMS = ("cnn_sk", "lenet")
DIVISIONS = ("cmt_arc_sound", "cmt_arc_sound_by_clip")
EPOCHS = 12
TREES = "extra trees, microphone alone"
ON_BANDS = "extra trees on 64 mel bands"
N_FFT, HOP, BATCH = 1024, 128, 64


def measure(quick: bool) -> list[Row]:
    source = recordings()
    epochs = 1 if quick else EPOCHS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        clips = converted(source, "cmt_arc_sound", home)
        cases = [(data, system) for system in SYSTEMS for data in DIVISIONS]
        rows: list[Row] = []
        for data, system in cases[:1] if quick else cases:
            rows += told(fitted(data, system, clips, home, epochs), epochs)
    return rows


def fitted(data: str, system: str, clips: Path, home: Path, epochs: int) -> wf.Run:
    """The config of the system first: that of the data replaces its simulated welds."""
    files = [CONFIGS / "systems" / "cnn_sk" / f"{system}.yaml", CONFIGS / "data" / f"{data}.yaml"]
    changes: dict[str, Any] = {"data.root": str(clips), "trainer.max_epochs": epochs}
    return wf.fit(files, changes, home / "runs" / f"{data}-{system}")


def told(trained: wf.Run, epochs: int) -> list[Row]:
    """Accuracy over all clips (the classes are equally many) beside the best simple baseline, and beside
    extra trees on mel bands."""
    windows, welds = trained.predictions()
    beside = evaluate(windows, welds, {ON_BANDS: trees_on_bands(trained)}, trained.settings.seed)
    name = trained.folder.path.name
    entries = {"": trained.evaluate(), ", against trees on its bands": beside}
    rows = [
        headline(f"{name}: penetration{which}", found["targets"]["penetration"] | {"headline": "accuracy"})
        for which, found in entries.items()
    ]
    return [replace(one, note=f"{one.note}; 4 folds, 1 seed, {epochs} epochs") for one in rows]


def trees_on_bands(trained: wf.Run) -> Frames:
    """Out-of-fold predictions of 300 extra trees on the logarithms of 64 mel band powers."""
    clips = WeldWindows(trained.dataset(None), trained.settings.data)
    places, truths = plain_windows(clips)
    weights = Mel(64, scale="htk", area="peak").weights(44_100.0, N_FFT)
    powers = []
    for first in range(0, len(clips), BATCH):
        batch = clips.__getitems__(range(first, min(first + BATCH, len(clips))))
        sound = batch.inputs["microphone"][:, 0].numpy()
        powers.append(band_powers(sound, weights, N_FFT, HOP, "none").mean(axis=-1))
    bands = replace(places, features={"microphone": np.log(np.concatenate(powers) + 1e-12)})
    return fit_baselines(bands, truths, list(trained.split.values()), trained.settings.seed)[TREES]


if __name__ == "__main__":
    raise SystemExit(run("systems_cmt", __doc__, measure))
