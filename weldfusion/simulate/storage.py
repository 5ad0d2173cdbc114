"""A simulated weld on disk: recordings, labels and truth, in a folder that appears whole or not at all."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.record import Labels, Recording, SharedPicture, WeldRecord

Row = dict[str, str]
NO_EVENTS: Mapping[str, Any] = {
    "event_kinds": np.array([], dtype=str),
    "events.kind": np.zeros(0, np.int64),
    "events.time_s": np.zeros(0),
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


def write_weld(weld: WeldRecord, folder: Path) -> Row:
    """Write the files of one weld and return its row of the manifest."""
    row = {
        "weld": weld.id,
        "machine": weld.place.machine,
        "session": weld.place.session,
        "workpiece": weld.place.workpiece,
        "active_from": "0",
        "active_to": f"{weld.duration_s:g}",
    }
    for name, recording in weld.recordings.items():
        row[name] = _write_recording(name, weld.id, recording, folder)
        row[f"{name}.offset_s"] = f"{recording.calibrated.offset_s:.7f}"
        row[f"{name}.clock_ppm"] = f"{recording.calibrated.ppm:.3f}"
    for name, pictures in weld.pictures.items():
        row[name] = ";".join(_write_one(name, weld.id, k, one, folder) for k, one in enumerate(pictures))
    row |= _cells(weld.settings) | _write_labels(weld.id, weld.labels, folder)
    np.savez(_place(folder, "truth", f"{weld.id}.npz"), allow_pickle=False, **truth_of(weld))
    return row


def truth_of(weld: WeldRecord) -> dict[str, Any]:
    """The truth file's named arrays: the weld's own; where no events are told, empty ones; `place.*`; and of
    every sensor `<sensor>.setup.*` (gains and the like, group effects in), `.dropouts_s` (n, 2), `.offset_s`
    and `.clock_ppm` of its true clock."""
    record = {**NO_EVENTS, **weld.truth} | {
        f"place.{name}": value for name, value in vars(weld.place).items()
    }
    for name, recording in weld.recordings.items():
        record |= {f"{name}.setup.{key}": value for key, value in vars(recording.setup).items()}
        record[f"{name}.dropouts_s"] = recording.dropouts
        record |= {f"{name}.offset_s": recording.true.offset_s, f"{name}.clock_ppm": recording.true.ppm}
    return record


def _cells(values: Mapping[str, str | float]) -> Row:
    return {name: value if isinstance(value, str) else f"{value:.6g}" for name, value in values.items()}


def _place(folder: Path, *parts: str) -> Path:
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_recording(name: str, weld: str, recording: Recording, folder: Path) -> str:
    values = recording.values
    if recording.full_scale is not None:
        relative = f"signals/{name}/{weld}.flac"
        rate = int(recording.calibrated.rate)
        soundfile.write(_place(folder, relative), values.T / recording.full_scale, rate, subtype="PCM_16")
    else:
        relative = f"signals/{name}/{weld}.npy"
        np.save(_place(folder, relative), values)
    return relative


def _write_one(name: str, weld: str, number: int, picture: np.ndarray | SharedPicture, folder: Path) -> str:
    """Write a picture unless another weld has written it, and return the weld's address of it."""
    if not isinstance(picture, SharedPicture):
        return _write_picture(f"signals/{name}/{weld}_{number}.png", picture, folder)
    relative = f"signals/{name}/{picture.name}.png"
    if not (folder / relative).exists():
        _write_picture(relative, picture.pixels, folder)
    return f"{relative}::{picture.part}"


def _write_picture(relative: str, pixels: np.ndarray, folder: Path) -> str:
    Image.fromarray(pixels).save(_place(folder, relative))
    return relative


def _write_labels(weld: str, labels: Labels, folder: Path) -> Row:
    row = _cells(labels.values)
    for name, rows in labels.intervals.items():
        row[name] = _write_intervals(f"labels/{name}/{weld}.csv", rows, folder)
    for name, curve in labels.curves.items():
        row[name] = _write_curve(f"labels/{name}/{weld}.npy", curve, folder)
    for name, mask in labels.masks.items():
        row[name] = _write_picture(f"labels/{name}/{weld}.png", mask, folder)
    return row


def _write_intervals(relative: str, rows: Iterable[tuple[float, float, str]], folder: Path) -> str:
    lines = [f"{start:.6f},{end:.6f},{value}" for start, end, value in rows]
    _place(folder, relative).write_text("\n".join(["t0_s,t1_s,value", *lines, ""]), encoding="utf-8")
    return relative


def _write_curve(relative: str, values: np.ndarray, folder: Path) -> str:
    np.save(_place(folder, relative), values[None])
    return relative
