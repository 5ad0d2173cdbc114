"""A simulated weld on disk: recordings, labels and truth, in a folder that appears whole or not at all."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.labels import Intervals, mean_depth_mm, penetration_along, weld_penetration
from weldfusion.simulate.laser_weld import Recording, SimulatedWeld
from weldfusion.simulate.sensors import microphone, parameters, photodiode
from weldfusion.simulate.states import States

Row = dict[str, str]
FULL_SCALE = {"photodiode": photodiode.FULL_SCALE, "microphone": microphone.FULL_SCALE}


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write into that takes the place of `out` when everything has been written.

    Raises:
        WeldfusionError: `out` is a file or a folder with something in it, or cannot be made.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WeldfusionError(f"{out}: already exists; name a folder that does not exist or is empty")
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    except OSError as error:
        raise WeldfusionError(f"{out}: cannot be made here: {error.strerror}") from error
    try:
        yield part
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_weld(weld: SimulatedWeld, sensors: Sequence[str], folder: Path) -> Row:
    """Write the files of one weld and return its row of the manifest."""
    along = penetration_along(weld.states)
    row = {
        "weld": weld.id,
        "machine": weld.place.machine,
        "session": weld.place.session,
        "workpiece": weld.place.workpiece,
        "active_from": "0",
        "active_to": f"{weld.states.duration_s:g}",
        "speed_mm_s": f"{weld.states.speed_m_s * 1e3:.3f}",
    }
    for name, recording in weld.recordings.items():
        row[name] = _write_recording(name, weld.id, recording, folder)
        row[f"{name}.offset_s"] = f"{recording.calibrated.offset_s:.7f}"
        row[f"{name}.clock_ppm"] = f"{recording.calibrated.ppm:.3f}"
    if "parameters" in sensors:
        settings = zip(parameters.COLUMNS, parameters.values(weld.design), strict=True)
        row |= {column: f"{value:.4f}" for column, value in settings}
    row["penetration_along"] = _write_intervals(weld.id, along, folder)
    row["weld_penetration"] = weld_penetration(along)
    row["depth_mm"] = f"{mean_depth_mm(weld.states):.4f}"
    _write_truth(weld, folder)
    return row


def _place(folder: Path, *parts: str) -> Path:
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_recording(name: str, weld: str, recording: Recording, folder: Path) -> str:
    values = recording.values
    if name in FULL_SCALE:
        relative = f"signals/{name}/{weld}.flac"
        rate = int(recording.calibrated.rate)
        soundfile.write(_place(folder, relative), values.T / FULL_SCALE[name], rate, subtype="PCM_16")
    else:
        relative = f"signals/{name}/{weld}.npy"
        np.save(_place(folder, relative), values)
    return relative


def _write_intervals(weld: str, along: Intervals, folder: Path) -> str:
    relative = f"labels/{weld}.csv"
    edges = along.edges_s
    lines = [f"{a:.6g},{b:.6g},{v}" for a, b, v in zip(edges[:-1], edges[1:], along.labels, strict=True)]
    _place(folder, relative).write_text("\n".join(["t0_s,t1_s,value", *lines, ""]), encoding="utf-8")
    return relative


def _write_truth(weld: SimulatedWeld, folder: Path) -> None:
    content: dict[str, Any] = {**_curves(weld.states), **_happenings(weld.states)}
    content |= {f"inputs.{name}": values.astype(np.float32) for name, values in vars(weld.inputs).items()}
    joint = {name: value for name, value in vars(weld.joint).items() if isinstance(value, float)}
    content |= {f"joint.{name}": value for name, value in joint.items()}
    for name, recording in weld.recordings.items():
        content[f"{name}.dropouts_s"] = recording.dropouts
        content[f"{name}.offset_s"] = recording.true.offset_s
        content[f"{name}.clock_ppm"] = recording.true.ppm
        content |= {f"{name}.setup.{key}": value for key, value in vars(recording.setup).items()}
    np.savez(_place(folder, "truth", f"{weld.id}.npz"), allow_pickle=False, **content)


def _curves(states: States) -> dict[str, np.ndarray]:
    """Keyhole states as means over 0.5 ms (2 kHz), bead at 2 kHz, heat at 500 Hz; float32."""
    step = round(states.keyhole.depth_m.rate / states.bead.depth_m.rate)
    curves = {
        f"keyhole.{name}": curve.values.reshape(-1, step).mean(axis=1)
        for name, curve in vars(states.keyhole).items()
    }
    curves |= {f"bead.{name}": curve.values for name, curve in vars(states.bead).items()}
    curves |= {f"heat.{name}": curve.values for name, curve in vars(states.heat).items()}
    return {name: values.astype(np.float32) for name, values in curves.items()}


def _happenings(states: States) -> dict[str, np.ndarray]:
    records = {"events": states.events, "pores": states.pores, "spatter": states.spatter}
    return {
        f"{kind}.{name}": values for kind, record in records.items() for name, values in vars(record).items()
    }
