"""Runs cells in processes beside each other, and tells how far they are."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch
import yaml
from tqdm import tqdm

from weldfusion.data.files import write_text
from weldfusion.data.split_file import write_split
from weldfusion.errors import RunError
from weldfusion.run.cell import THREADS, run_cell
from weldfusion.run.study_outcome import log_file, outcome, outcome_file
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import percent
from weldfusion.training.devices import gpu_wanted
from weldfusion.training.folder import RunFolder, as_plain
from weldfusion.training.outlook import duration
from weldfusion.training.stages import NETWORK
from weldfusion.training.trainer import check_trainer

POLL_S = 0.2


@dataclass(frozen=True)
class Slot:
    """A place for one job: `variables` of its environment."""

    variables: Mapping[str, str]


@dataclass
class Job:
    """A cell that is being run."""

    planned: Planned
    process: BaseProcess
    slot: Slot
    began: float = field(default_factory=time.monotonic)


def slots(planned: Sequence[Planned], jobs: int | None, say: Callable[[str], None] = print) -> list[Slot]:
    """Places for `jobs` cells at a time: the threads of this machine shared among them, or a GPU each.

    By default one job, or one for each GPU. Not more than GPUs where cells train on one, which is said.
    """
    devices = _devices() if any(gpu_wanted(check_trainer(one.settings.trainer)) for one in planned) else []
    count = jobs or max(1, len(devices))
    if devices and count > len(devices):
        say(f"--jobs {count}: {len(devices)} GPU here, one cell each at a time")
        count = len(devices)
    count = max(1, min(count, len(planned)))
    threads = max(1, _threads() // count)
    own = {name: str(threads) for name in (THREADS, "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    if count == 1 or not devices:
        return [Slot(own)] * count
    return [Slot({**own, "CUDA_VISIBLE_DEVICES": device}) for device in devices[:count]]


def _devices() -> list[str]:
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    return named.split(",") if named else [str(number) for number in range(torch.cuda.device_count())]


def _threads() -> int:
    """Threads that a process of ours may use in all."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get(THREADS, "")
    return min(cores, int(asked)) if asked.isdecimal() and int(asked) else cores


def run_cells(
    planned: Sequence[Planned],
    places: Sequence[Slot],
    folder: Path,
    trust: Sequence[str],
    say: Callable[[str], None] = print,
) -> None:
    """Runs every cell, as many at a time as there are places; each leaves its outcome, see `outcome_file`.

    What a cell prints goes to `logs/<cell>.log`. When this process ends in whatever way, so do its cells.
    """
    with _environment(places[0].variables):
        start_s()  # so that the first cell's time is not taken for that of imports
    waiting, free, running = list(planned), list(places), list[Job]()
    total = sum(_work(one) for one in planned)
    before, start = sum(_done(one) for one in planned), time.monotonic()
    with _bar(total) as bar:
        try:
            while waiting or running:
                while waiting and free:
                    running.append(start_cell(waiting.pop(0), free.pop(0), folder, trust))
                time.sleep(POLL_S)
                for job in [job for job in running if not job.process.is_alive()]:
                    running.remove(job)
                    free.append(job.slot)
                    close_cell(job, folder)
                    todo = [*(j.planned for j in running), *waiting]
                    done = total - sum(_work(one) - _done(one) for one in todo)
                    left = left_s(total - done, done - before, time.monotonic() - start)
                    bar.clear()
                    say(_line(job, folder, len(planned) - len(todo), len(planned), left))
                bar.n = total - sum(_work(j) for j in waiting) - sum(
                    _work(j.planned) - _done(j.planned) for j in running
                )  # fmt: skip
                bar.refresh()
        finally:
            for job in running:
                job.process.kill()
                job.process.join()


@contextmanager
def _bar(total: int) -> Iterator[Any]:
    with tqdm(total=total, desc="study", unit="weld", unit_scale=True, disable=None, leave=False) as bar:
        yield bar


def start_cell(planned: Planned, slot: Slot, folder: Path, trust: Sequence[str]) -> Job:
    """Writes what the cell needs into the folder and starts its process."""
    if not planned.split.is_file():
        write_split(planned.folds, planned.dataset.welds, planned.dataset.card, planned.split)
    config = folder / "configs" / f"{planned.cell.name}.yaml"
    write_text(config, yaml.safe_dump(as_plain(planned.resolved), sort_keys=False, allow_unicode=True))
    told = outcome_file(folder, planned)
    told.unlink(missing_ok=True)
    log = log_file(folder, planned)
    log.parent.mkdir(parents=True, exist_ok=True)
    told.parent.mkdir(parents=True, exist_ok=True)
    words = (config, planned.run, told, log, dict(slot.variables), list(trust))
    with _environment(slot.variables):
        process = _context().Process(target=run_cell, args=words)
        process.start()
    return Job(planned, process, slot)


def _context() -> Any:
    """Processes that begin with everything imported where the system can do that, or else anew."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["weldfusion.run.cell"])
    return context


def start_s() -> float:
    """Seconds until the first process for cells is there, which imports everything anew."""
    began = time.monotonic()
    process = _context().Process(target=int)
    process.start()
    process.join()
    return time.monotonic() - began


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment with these variables, for what is started inside."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def close_cell(job: Job, folder: Path) -> None:
    """Writes why a cell failed that could not write it itself."""
    job.process.join()
    code = job.process.exitcode or 0
    if outcome_file(folder, job.planned).is_file():
        return
    memory = " (often for want of memory)" if code == -9 else ""
    why = f"ended by signal {-code}{memory}" if code < 0 else f"ended with exit code {code}"
    write_text(outcome_file(folder, job.planned), json.dumps({"failure": why}) + "\n")


def left_s(work: int, done: int, taken_s: float) -> float | None:
    """Seconds for `work` if `done` took `taken_s`; None as long as nothing was trained, only evaluated.

    >>> left_s(30, 10, 60.0), left_s(30, 0, 5.0)
    (180.0, None)
    """
    return work * taken_s / done if done > 0 else None


def _line(job: Job, folder: Path, number: int, of: int, left: float | None) -> str:
    cell = job.planned.cell
    taken = duration(time.monotonic() - job.began)
    failed = outcome(folder, job.planned)["failure"]
    what = "FAILED, why is told at the end" if failed else f"finished in {taken}"
    rest = f"; about {duration(left)} left" if number < of and left is not None else ""
    return f"[{number}/{of}] {cell.row.name}, {percent(cell.fraction)} of the training welds: {what}{rest}"


def _work(planned: Planned) -> int:
    """Welds that the networks of a cell see in all epochs."""
    epochs = int(check_trainer(planned.settings.trainer)["max_epochs"])
    return sum(len(fold.welds("fit")) for fold in planned.folds) * max(1, epochs) * planned.seeds


def _done(planned: Planned) -> int:
    """Those of `_work` that were seen, by the epochs noted so far; a fold that is trained counts as whole."""
    epochs = max(1, int(check_trainer(planned.settings.trainer)["max_epochs"]))
    run, first, seen = RunFolder(planned.run), planned.settings.seed, 0
    for fold in planned.folds:
        for seed in range(first, first + planned.seeds):
            place = run.fold(fold.name, seed)
            if (place / NETWORK).is_file():
                seen += epochs * len(fold.welds("fit"))
            elif (place / "metrics.csv").is_file():
                noted = (place / "metrics.csv").read_bytes().count(b"\n") - 1
                seen += min(epochs, max(0, noted)) * len(fold.welds("fit"))
    return seen


def check_jobs(jobs: int | None) -> None:
    """Raises RunError where `jobs` is no number of jobs."""
    if jobs is not None and jobs < 1:
        raise RunError(f"--jobs {jobs}: must be at least 1")
