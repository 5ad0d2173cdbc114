"""A simulated weld on disk: recordings, labels and truth, in a folder that appears whole or not at all."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import compress
from pathlib import Path

import numpy as np
import soundfile

from weldfusion.errors import WeldfusionError
from weldfusion.simulate import labels
from weldfusion.simulate.laser_weld import Plan, Recording, SimulatedWeld
from weldfusion.simulate.sensors import microphone, parameters, photodiode
from weldfusion.simulate.states import States
from weldfusion.simulate.truth import truth_record

Row = dict[str, str]
FULL_SCALE = {
    "photodiode": photodiode.FULL_SCALE,
    "back_diode": photodiode.FULL_SCALE,
    "microphone": microphone.FULL_SCALE,
}


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


def write_weld(weld: SimulatedWeld, plan: Plan, folder: Path) -> Row:
    """Write the files of one weld of a plan and return its row of the manifest."""
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
    if "parameters" in plan.sensors:
        columns = plan.preset.parameters
        settings = zip(columns, parameters.values(weld.design, columns), strict=True)
        row |= {column: f"{value:.4f}" for column, value in settings}
    row |= _write_labels(weld.id, weld.states, plan.preset.difficulty.class_margin, folder)
    np.savez(_place(folder, "truth", f"{weld.id}.npz"), allow_pickle=False, **truth_record(weld))
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


def _write_labels(weld: str, states: States, margin: float, folder: Path) -> Row:
    along, bead = labels.penetration_along(states), states.bead
    steps = zip(along.edges_s[:-1], along.edges_s[1:], along.labels, strict=True)
    rows = compress(steps, labels.clear_steps(states, margin))
    pores = [(start, end, labels.PORE) for start, end in labels.pore_intervals(states)]
    curves = {
        "depth_along": labels.along_mm(bead.depth_m),
        "back_width_along": labels.along_mm(bead.back_width_m),
        "local_porosity_along": labels.local_porosity(states),
    }
    return {
        "penetration_along": _write_intervals(f"labels/penetration/{weld}.csv", rows, folder),
        "pores_along": _write_intervals(f"labels/pores/{weld}.csv", pores, folder),
        **{name: _write_curve(f"labels/{name}/{weld}.npy", curve, folder) for name, curve in curves.items()},
        "weld_penetration": labels.weld_penetration(along),
        "depth_mm": f"{labels.mean_mm(bead.depth_m):.4f}",
        "back_width_mm": f"{labels.mean_mm(bead.back_width_m):.4f}",
        "pores_per_cm": f"{labels.pores_per_cm(states):.4f}",
    }


def _write_intervals(relative: str, rows: Iterable[tuple[float, float, str]], folder: Path) -> str:
    lines = [f"{start:.6f},{end:.6f},{value}" for start, end, value in rows]
    _place(folder, relative).write_text("\n".join(["t0_s,t1_s,value", *lines, ""]), encoding="utf-8")
    return relative


def _write_curve(relative: str, values: np.ndarray, folder: Path) -> str:
    np.save(_place(folder, relative), values[None])
    return relative
