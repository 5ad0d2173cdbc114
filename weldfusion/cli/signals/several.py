"""Several recordings for one verb of `weldfusion signals`: planned before any work, then one by one."""

import io
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weldfusion.cli.failure import tell
from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.results import default_files
from weldfusion.cli.signals.source import bare_name, chosen_modality, chosen_weld, is_data_folder, open_folder
from weldfusion.errors import WeldfusionError

if TYPE_CHECKING:
    from weldfusion.data.folder import Dataset
    from weldfusion.data.modality import Modality
    from weldfusion.data.weld import Weld

ALL = "all"
SEVERAL = """\
Several INPUTs, or several welds of a data folder (--weld w001,w002 or --weld all), are worked one after the
other with the same options; each gets files of its own name. One that fails is told, the others go on, and
the exit code is 1.
"""
OF_ONE = ("out", "picture", "hilbert", "save_steps")
"""Options that name the result of one recording."""


@dataclass(frozen=True)
class Job:
    """One recording: the arguments with a single input and, in a data folder, a single weld. `name` is that
    of its results, `told` what errors name."""

    name: str
    told: str
    arguments: Namespace


def work_each(arguments: Namespace, kind: str, work: Callable[[Namespace], None]) -> int:
    """Works on every recording that the arguments choose; of one, errors are raised. Gives the exit code.

    Args:
        arguments: `input` holds the paths.
        kind: of the modality in a data folder.
        work: takes the arguments with one path as `input`; what it prints is shown when it is done.

    Raises UsageError, before any work, where results would get in each other's way.
    """
    jobs: list[Job] = []
    failed: list[tuple[Path, WeldfusionError | OSError]] = []
    for path in arguments.input:
        try:
            jobs += _jobs(path, arguments, kind)
        except (WeldfusionError, OSError) as error:
            if len(arguments.input) == 1:
                raise
            failed.append((path, error))
    if len(jobs) + len(failed) == 1:
        work(jobs[0].arguments)
        return 0
    _check(jobs, len(jobs) + len(failed), arguments)
    for path, problem in failed:
        tell(problem, str(path))
    done = _worked(jobs, work)
    if done == len(jobs) + len(failed):
        return 0
    print(f"{done} of {len(jobs) + len(failed)} recordings are done; the others failed")
    return 1


def _worked(jobs: Sequence[Job], work: Callable[[Namespace], None]) -> int:
    """How many of the jobs could be done."""
    from tqdm import tqdm

    done = 0
    with tqdm(jobs, "recordings", delay=2.0, mininterval=0.5, leave=False, disable=None) as bar:
        for job in bar:
            error, printed = None, io.StringIO()
            try:
                with redirect_stdout(printed):
                    work(job.arguments)
                done += 1
            except (WeldfusionError, OSError) as problem:
                if os.environ.get("WELDFUSION_DEBUG"):
                    raise
                error = problem
            with tqdm.external_write_mode(sys.stderr):
                print(printed.getvalue(), end="", flush=True)
                if error is not None:
                    tell(error, job.told)
    return done


def _jobs(path: Path, arguments: Namespace, kind: str) -> list[Job]:
    """The recordings of one input."""
    given = vars(arguments) | {"input": path}
    if not is_data_folder(path):
        return [Job(bare_name(path), str(path), Namespace(**given))]
    dataset = open_folder(path, arguments)
    modality = chosen_modality(dataset, arguments.modality, (kind,))
    names = {weld.id: f"{weld.id}-{modality.name}" for weld in _welds(dataset, arguments.weld, modality)}
    return [Job(name, name, Namespace(**given | {"weld": weld})) for weld, name in names.items()]


def _welds(dataset: "Dataset", asked: str | None, modality: "Modality") -> "Sequence[Weld]":
    """The welds that `--weld` asks for: an id, ids with commas between them, or all that are not excluded."""
    if asked is None or asked in {weld.id for weld in (*dataset.welds, *dataset.excluded)}:
        return [chosen_weld(dataset, asked, modality)]
    if asked != ALL:
        return [chosen_weld(dataset, word.strip(), modality) for word in asked.split(",")]
    having = [weld for weld in dataset.welds if weld.files.get(modality.name)]
    if not having:
        raise UsageError(f"{dataset.root}: no weld has {modality.name}")
    return having


def _check(jobs: Sequence[Job], count: int, arguments: Namespace) -> None:
    """Raises UsageError where a result would be written over another or over an input."""
    for option in OF_ONE:
        if getattr(arguments, option, None) is not None:
            raise UsageError(
                f"--{option.replace('_', '-')} {getattr(arguments, option)}: is for one recording, here are "
                f"{count}; leave it out (each gets {default_files('NAME', arguments.ending)[0]}) or name one"
            )
    from weldfusion.data.address import file_of

    inputs = {file_of(path).resolve() for path in arguments.input}
    written: dict[Path, Job] = {}
    for job in jobs:
        numbers, picture = default_files(job.name, arguments.ending)
        for file in (numbers, picture):
            if file.resolve() in inputs:
                raise UsageError(f"{job.told}: would be written over the input {file}; leave that out")
        if numbers in written:
            both = f"{written[numbers].arguments.input} and {job.arguments.input}"
            raise UsageError(f"{both}: would both be written to {numbers}; call the verb for each with --out")
        written[numbers] = job
