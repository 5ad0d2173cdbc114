"""One cell of a study, in a process of its own."""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from weldfusion.data.end_with_parent import end_with_parent
from weldfusion.data.files import write_text
from weldfusion.errors import WeldfusionError
from weldfusion.run.fitting import fit
from weldfusion.training.folder import RunFolder
from weldfusion.training.stages import NETWORK

THREADS = "OMP_NUM_THREADS"
NOTED = "training_s"


def run_cell(
    config: Path, run: Path, outcome: Path, log: Path, variables: Mapping[str, str], trust: Sequence[str]
) -> None:
    """Trains and evaluates; leaves what the table needs, or why it failed, in the file `outcome`.

    Ends with the process that started it, in whatever way that ends. Exits with 1 where it failed.

    Args:
        config: resolved config of the run.
        run: the run's folder.
        outcome: JSON with `failure`, one line or empty.
        log: what is printed goes to its end.
        variables: of the environment; `OMP_NUM_THREADS` is also told torch, which may be loaded already.
        trust: modules outside weldfusion that the config may name.
    """
    end_with_parent()
    bars_without_semaphore()
    _print_into(log)
    os.environ.update(variables)
    torch.set_num_threads(int(variables[THREADS]))
    try:
        told = fit_and_evaluate(config, run, trust)
    except Exception as error:
        traceback.print_exc()
        known = isinstance(error, WeldfusionError)
        line = str(error) if known else f"{type(error).__name__}: {error}"
        write_text(outcome, json.dumps({"failure": " ".join(line.split())[:500]}) + "\n")
        sys.exit(1)
    write_text(outcome, json.dumps(told, indent=1) + "\n")


def bars_without_semaphore() -> None:
    """Bars lock by thread: a semaphore of tqdm's own would be left behind when this process is killed."""
    tqdm.set_lock(threading.RLock())


def _print_into(log: Path) -> None:
    """Everything that this process and its libraries print goes to the file."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
    os.close(file)


def fit_and_evaluate(config: Path, run: Path, trust: Sequence[str]) -> dict[str, Any]:
    """Parameters of a network, folder of the evaluation, seeds of its networks, seconds of the training, and
    whether it began before."""
    begun = RunFolder(run).has_states()
    before, start = networks(run), time.monotonic()
    trained = fit([config], folder=run, trust=trust)
    seconds = noted_s(trained.folder, time.monotonic() - start, networks(run) > before)
    trained.evaluate()
    model = trained.predictor(*trained.folds[0]).model
    return {
        "failure": "",
        "parameters": sum(p.numel() for p in model.parameters()),
        "evaluation": trained.evaluation_folder().name,
        "seeds": trained.settings.seeds,
        "training_s": round(seconds, 1),
        "resumed": begun,
    }


def networks(run: Path) -> int:
    """How many trained networks the run's folder has."""
    return len(list(run.glob(f"*-seed*/{NETWORK}")))


def noted_s(run: RunFolder, seconds: float, trained: bool) -> float:
    """Seconds of the run's training in all calls that came to its end, added up in its `run.json`, when this
    one took so many.

    A call that found all networks trained adds nothing; where no call before it noted any (those of a version
    that did not), its own seconds are told and not kept.
    """
    noted = run.info().get(NOTED)
    if noted is None and not trained:
        return seconds
    whole = (noted or 0.0) + (seconds if trained else 0.0)
    run.note(**{NOTED: round(whole, 1)})
    return whole
