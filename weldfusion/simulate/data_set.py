"""Simulate a data set of welds into a folder."""

from collections.abc import Iterable, Iterator
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
from weldfusion.simulate.process import Plan, Process
from weldfusion.simulate.storage import Row, whole_folder, write_weld


def write_data_set(
    process: Process, plan: Plan, out: Path, progress: bool = True, processes: int = 1
) -> Path:
    """Write the data-set folder of a plan (`process.plan_welds`) and return it.

    The folder holds `dataset.yaml`, `manifest.csv`, `signals/`, `labels/` and `truth/` (states, events, group
    effects; no model is given them). It appears complete or not at all, and is the same for any number of
    worker processes.

    Args:
        process: the process.
        plan: the data set.
        out: folder to make; it must not exist or be empty.
        progress: show a progress bar.
        processes: worker processes.

    Raises:
        WeldfusionError: a bad argument, or `out` is in use.
    """
    if processes < 1:
        raise WeldfusionError(f"processes: {processes} cannot work; at least 1 is needed")
    welds = len(plan.places)
    with whole_folder(Path(out)) as folder:
        with _rows(process, plan, folder, processes) as rows:
            hidden = None if progress else True
            done = list(tqdm(rows, total=welds, desc="simulating welds", unit="weld", disable=hidden))
        write_manifest(done, folder / "manifest.csv")
        write_card(process.card(plan), folder / "dataset.yaml")
    return Path(out)


def _to_disk(process: Process, plan: Plan, folder: Path, index: int) -> Row:
    return write_weld(process.weld(plan, index), folder)


@contextmanager
def _rows(process: Process, plan: Plan, folder: Path, processes: int) -> Iterator[Iterable[Row]]:
    work, welds = partial(_to_disk, process, plan, folder), range(len(plan.places))
    if processes == 1:
        yield map(work, welds)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=end_with_parent) as pool:
        yield pool.map(work, welds, chunksize=4)
