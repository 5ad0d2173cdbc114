"""The simple models behind the baselines: prior, linear, extra trees; one interface for every target.

The balanced ones are for targets whose classes the network beside them was trained to meet equally often.
"""

import warnings
from abc import ABC, abstractmethod

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from weldfusion.data.card import TargetSpec
from weldfusion.evaluation.frame import NUMBERS


class Estimator(ABC):
    """Fits one target on plain features.

    Args:
        target: what is predicted.
        seed: random state.
    """

    def __init__(self, target: TargetSpec, seed: int) -> None:
        self.target = target
        self.seed = seed

    @abstractmethod
    def fit_predict(self, train: np.ndarray, truth: np.ndarray, test: np.ndarray) -> np.ndarray:
        """(N, K) probabilities of `target.classes`, or (N, 1) values, for `test` (N, F).

        `train` (M, F) may hold NaN; `truth` (M,) class index or real value, (M, K) flags.
        """


class Prior(Estimator):
    """Shares of the classes, or the mean, of the training windows: the majority class is called."""

    def fit_predict(self, train: np.ndarray, truth: np.ndarray, test: np.ndarray) -> np.ndarray:
        if self.target.kind == "class":
            value = np.bincount(truth.astype(int), minlength=len(self.target.classes)) / len(truth)
        else:
            value = truth.reshape(len(truth), -1).mean(axis=0)
        return np.tile(value, (len(test), 1))


class Learned(Estimator):
    """A scikit-learn model on standardised features; missing ones become the training median, and a
    class without training rows gets probability 0."""

    @abstractmethod
    def classifier(self) -> BaseEstimator:
        """A fresh scikit-learn classifier with `predict_proba`."""

    @abstractmethod
    def regressor(self) -> BaseEstimator:
        """A fresh scikit-learn regressor."""

    def fit_predict(self, train: np.ndarray, truth: np.ndarray, test: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if self.target.kind in NUMBERS:
                return self._values(train, truth, test)
            if self.target.kind == "class":
                return self._probabilities(train, truth, test, len(self.target.classes))
            flags = [self._probabilities(train, flag, test, 2)[:, 1] for flag in truth.astype(int).T]
            return np.stack(flags, axis=1)

    def _values(self, train: np.ndarray, truth: np.ndarray, test: np.ndarray) -> np.ndarray:
        model = _prepared(self.regressor()).fit(train, truth)
        return np.asarray(model.predict(test)).reshape(-1, 1)

    def _probabilities(
        self, train: np.ndarray, truth: np.ndarray, test: np.ndarray, classes: int
    ) -> np.ndarray:
        seen = np.unique(truth)
        probability = np.zeros((len(test), classes))
        if len(seen) == 1:
            probability[:, int(seen[0])] = 1.0
            return probability
        probability[:, seen.astype(int)] = _prepared(self.classifier()).fit(train, truth).predict_proba(test)
        return probability


def _prepared(model: BaseEstimator) -> BaseEstimator:
    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model)


class Linear(Learned):
    """Logistic regression (L2, C = 1), or ridge regression with its penalty by leave-one-out, on
    standardised features."""

    def classifier(self) -> BaseEstimator:
        return LogisticRegression(C=1.0, max_iter=1000, tol=1e-3, random_state=self.seed)

    def regressor(self) -> BaseEstimator:
        return RidgeCV(alphas=np.logspace(-2, 4, 13))


class ExtraTrees(Learned):
    """300 extremely randomised trees."""

    def classifier(self) -> BaseEstimator:
        return ExtraTreesClassifier(300, n_jobs=1, random_state=self.seed)

    def regressor(self) -> BaseEstimator:
        return ExtraTreesRegressor(300, n_jobs=1, random_state=self.seed)


class BalancedLinear(Linear):
    """Logistic regression in which every class has the same weight, n / (K n_k) a row; ridge regression as
    in `Linear`."""

    def classifier(self) -> BaseEstimator:
        return super().classifier().set_params(class_weight="balanced")


class BalancedTrees(ExtraTrees):
    """`ExtraTrees` whose probabilities are multiplied by n / (K n_k), as if all classes were equally frequent
    (Saerens et al. 2002, doi:10.1162/089976602753284446).

    Weights in the fit would not do it: a tree grown until its leaves hold one class gives the same shares
    with any weights.
    """

    def _probabilities(
        self, train: np.ndarray, truth: np.ndarray, test: np.ndarray, classes: int
    ) -> np.ndarray:
        seen = np.unique(truth)
        weight = np.zeros(classes)
        weight[seen.astype(int)] = compute_class_weight("balanced", classes=seen, y=truth)
        chance = super()._probabilities(train, truth, test, classes) * weight
        return chance / chance.sum(axis=1, keepdims=True)
