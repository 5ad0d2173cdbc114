"""One cell of a study: `python -m weldfusion.run.cell CONFIG RUN OUTCOME [TRUST ...]`."""

import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from weldfusion.data.files import write_text
from weldfusion.errors import WeldfusionError
from weldfusion.run.fitting import fit
from weldfusion.training.folder import RunFolder
from weldfusion.training.launch import end_with_launcher


def main(words: Sequence[str]) -> int:
    """Trains and evaluates; leaves what the table needs, or why it failed, in the file OUTCOME."""
    config, run, outcome, *trust = words
    end_with_launcher()
    try:
        told = fit_and_evaluate(Path(config), Path(run), trust)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        traceback.print_exc()
        known = isinstance(error, WeldfusionError)
        line = str(error) if known else f"{type(error).__name__}: {error}"
        write_text(Path(outcome), json.dumps({"failure": " ".join(line.split())[:500]}) + "\n")
        return 1
    write_text(Path(outcome), json.dumps(told, indent=1) + "\n")
    return 0


def fit_and_evaluate(config: Path, run: Path, trust: Sequence[str]) -> dict[str, Any]:
    """Parameters of a network, folder of the evaluation, seconds of the training, and whether it began
    before."""
    begun = RunFolder(run).has_states()
    start = time.monotonic()
    trained = fit([config], folder=run, trust=trust)
    seconds = time.monotonic() - start
    trained.evaluate()
    model = trained.predictor(*trained.folds[0]).model
    return {
        "failure": "",
        "parameters": sum(p.numel() for p in model.parameters()),
        "evaluation": trained.evaluation_folder().name,
        "training_s": round(seconds, 1),
        "resumed": begun,
    }


if __name__ == "__main__":
    warnings.simplefilter("default")
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
