"""Simulate a data set of laser keyhole welds into a folder."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from weldfusion.data.card import write_card
from weldfusion.data.end_with_parent import end_with_parent
from weldfusion.data.manifest import write_manifest
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.laser_card import laser_card
from weldfusion.simulate.laser_weld import SENSORS, Plan, plan_laser, simulate_weld
from weldfusion.simulate.preset import LASER_AL, LaserPreset
from weldfusion.simulate.storage import Row, whole_folder, write_weld


def simulate_laser(
    out: Path,
    welds: int,
    seed: int,
    sensors: Sequence[str] = SENSORS,
    weld_s: float = 2.0,
    progress: bool = True,
    processes: int = 1,
    preset: LaserPreset = LASER_AL,
) -> Path:
    """Write a data-set folder of simulated laser welds and return it.

    The folder holds `dataset.yaml`, `manifest.csv`, `signals/`, `labels/` and `truth/` (states, events,
    pores, group effects; no model is given them). It appears complete or not at all, and is the same for any
    number of processes.

    Args:
        out: folder to make; it must not exist or be empty.
        welds: number of welds.
        seed: seed of all randomness.
        sensors: which sensors to record; leaving one out changes no other.
        weld_s: length of a weld in seconds, rounded to 25 ms.
        progress: show a progress bar.
        processes: worker processes.
        preset: the process and its difficulty.

    Raises:
        WeldfusionError: a bad argument, or `out` is in use.
    """
    plan = plan_laser(welds, seed, sensors, weld_s, preset)
    if processes < 1:
        raise WeldfusionError(f"processes: {processes} cannot work; at least 1 is needed")
    with whole_folder(Path(out)) as folder:
        with _rows(plan, folder, processes) as rows:
            shown = tqdm(
                rows, total=welds, desc="simulating welds", unit="weld", disable=None if progress else True
            )
            done = list(shown)
        write_manifest(done, folder / "manifest.csv")
        write_card(laser_card(plan), folder / "dataset.yaml")
    return Path(out)


def _to_disk(plan: Plan, folder: Path, index: int) -> Row:
    return write_weld(simulate_weld(plan, index), plan, folder)


@contextmanager
def _rows(plan: Plan, folder: Path, processes: int) -> Iterator[Iterable[Row]]:
    work, welds = partial(_to_disk, plan, folder), range(len(plan.places))
    if processes == 1:
        yield map(work, welds)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=end_with_parent) as pool:
        yield pool.map(work, welds, chunksize=4)
