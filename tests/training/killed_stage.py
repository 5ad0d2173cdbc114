"""Two gradient stages, killed right after a state is written: `killed_stage.py ROOT FOLDER STATE`."""

import os
import signal
import sys
from pathlib import Path

import torch

from tests.training.staged_run import fit_staged
from weldfusion.training import stages

if __name__ == "__main__":
    root, folder, state = sys.argv[1:]
    real = stages.save_state

    def save_and_die(path: Path, content: dict[str, object]) -> None:
        real(path, content)
        if path.name == state:
            os.kill(os.getpid(), signal.SIGKILL)

    stages.save_state = save_and_die  # type: ignore[assignment]
    torch.set_num_threads(1)
    fit_staged(Path(root), Path(folder))
