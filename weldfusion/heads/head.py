"""The contract of a head: one kind of target; it owns loss, prior and decoding."""

from abc import ABC, abstractmethod

import numpy as np
from torch import Tensor, nn

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow


class Head(nn.Module, ABC):
    """Predicts one target from features.

    First constructor arguments: the incoming flow (features) and the target; others are settings.
    `balanced` tells that its loss makes up for how frequent the classes are in the training part.
    Nothing outside a head asks whether a target is a class or a number.
    """

    kind: str
    target: TargetSpec
    balanced: bool = False

    def __init__(self, flow: Flow, target: TargetSpec) -> None:
        super().__init__()
        self.flow = flow
        self.target = target

    @abstractmethod
    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Take class weights, prior, mean and scale from the training truths (buffers of the head)."""

    @abstractmethod
    def forward(self, features: Tensor) -> Tensor:
        """(B, D) → raw output (B, …): logits, standardised values …"""

    @abstractmethod
    def prior(self, count: int) -> Tensor:
        """Raw output (count, …) for samples of which no modality is present."""

    @abstractmethod
    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        """Loss of each sample (B,), 0 where the truth is not known; of a dense target the mean over its
        known steps."""

    @abstractmethod
    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        """Joins raw outputs (M, B, …) of several views with weights (M, B) that sum to 1 over M:
        the mean of probabilities for classes, of values for numbers; gives raw output (B, …)."""

    @abstractmethod
    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        """Raw output → what is predicted: class name (or "" for a number) → value (B,), or (B, steps) of a
        dense target, in order."""
