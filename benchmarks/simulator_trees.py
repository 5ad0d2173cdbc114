"""How hard simulated data are: what trees on plain features tell in six folds, sessions held out or parts
(windows or whole welds) at random."""

from dataclasses import dataclass

import numpy as np
from simulator_groups import Truth
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import (
    BaseCrossValidator,
    GroupKFold,
    KFold,
    StratifiedKFold,
    cross_val_predict,
)

SESSIONS = GroupKFold(6)
AT_RANDOM = KFold(6, shuffle=True, random_state=0)
EVERY_CLASS = StratifiedKFold(6, shuffle=True, random_state=0)


def answers(
    model: BaseEstimator,
    features: np.ndarray,
    wanted: np.ndarray,
    session: np.ndarray | None,
    mixed: BaseCrossValidator = AT_RANDOM,
) -> np.ndarray:
    """Out-of-fold predictions of `wanted` (parts,) or (parts, T): whole sessions held out where they are
    given, else the folds of `mixed`."""
    folds = mixed if session is None else SESSIONS
    found: np.ndarray = cross_val_predict(model, features, wanted, cv=folds, groups=session)
    return found


@dataclass(frozen=True)
class Trees:
    """Trees that tell one class of every part.

    Args:
        model: with its size and seed; a copy of it learns each fold.
        target: the class's name in the truth.
        mixed: the folds of parts at random.
    """

    model: ExtraTreesClassifier
    target: str
    mixed: BaseCrossValidator = EVERY_CLASS

    def answers(self, features: np.ndarray, truth: Truth, by_session: bool) -> np.ndarray:
        session = truth["session"] if by_session else None
        return answers(self.model, features, truth[self.target], session, self.mixed)

    def score(self, features: np.ndarray, truth: Truth, by_session: bool) -> float:
        """Balanced accuracy."""
        return float(balanced_accuracy_score(truth[self.target], self.answers(features, truth, by_session)))

    def auc(self, features: np.ndarray, event: np.ndarray, session: np.ndarray) -> float:
        """Area under the ROC curve of an event (parts,) that is there or not, sessions held out."""
        chance = cross_val_predict(
            self.model, features, event, cv=SESSIONS, groups=session, method="predict_proba"
        )
        return float(roc_auc_score(event, chance[:, 1]))
