"""The Python verbs: fit a config into a run, open a run, predict and evaluate with it.

May import all stations above; `fit` and `Run` are what others use.
"""

from weldfusion.run.fitting import fit
from weldfusion.run.trained import Run

__all__ = ["Run", "fit"]
