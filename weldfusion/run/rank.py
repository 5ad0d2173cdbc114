"""One of several processes that train a run: `python -m weldfusion.run.rank FOLDER [TRUST ...] NOTES`."""

import json
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch

from weldfusion.data.alignment import aligned
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.files import write_text
from weldfusion.data.leave_out import open_dataset
from weldfusion.errors import WeldfusionError, WeldfusionWarning
from weldfusion.run.trained import Run
from weldfusion.training.allocator import keep_memory
from weldfusion.training.devices import processes_here
from weldfusion.training.fit import train_here
from weldfusion.training.folds import plan
from weldfusion.training.launch import end_with_launcher
from weldfusion.training.speed import asked_speed
from weldfusion.training.trainer import check_trainer


def main(words: Sequence[str]) -> int:
    """Trains as one of several; an error is left in the folder `NOTES`. Gives the exit code."""
    folder, *trust, notes = words
    end_with_launcher()
    try:
        train(Path(folder), trust)
    except SystemExit as done:
        return int(done.code or 0)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("WELDFUSION_DEBUG"):
            traceback.print_exc()
        known = isinstance(error, WeldfusionError)
        line = str(error) if known else f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        note = json.dumps({"line": line, "known": known})
        write_text(Path(notes) / f"{os.environ['LOCAL_RANK']}.json", note)
        return 2
    return 0


def train(folder: Path, trust: Sequence[str]) -> None:
    """Trains all folds and seeds of a run folder that the launching process has begun."""
    warnings.simplefilter("ignore", WeldfusionWarning)  # the launching process has told them
    run = Run(folder, trust)
    settings = run.settings
    if asked_speed(settings.trainer).keep_memory:
        keep_memory()
    dataset = aligned(open_dataset(settings.data), run.card, settings.data)
    windows = WeldWindows(dataset, settings.data)
    threads = run.folder.info()["threads"] // processes_here(check_trainer(settings.trainer))
    torch.set_num_threads(max(1, threads))
    train_here(settings, windows, plan(settings, dataset, folder), run.folder, print)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
