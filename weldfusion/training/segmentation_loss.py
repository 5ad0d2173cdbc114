"""The loss of a mask: cross-entropy of pixels plus one minus Dice."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

SMOOTH = 1.0


def soft_dice(share: Tensor, truth: Tensor) -> Tensor:
    """Dice coefficient (B,) of shares in [0, 1] with a mask, both (B, …); of whole masks the common one.

    One pixel is added to both parts of the fraction (V-Net's form without squares; Milletari 2016,
    arXiv 1606.04797), so that an empty mask that is found empty counts 1.

    >>> soft_dice(torch.zeros(1, 4), torch.zeros(1, 4))
    tensor([1.])
    """
    share, truth = share.flatten(1), truth.flatten(1)
    return (2 * (share * truth).sum(1) + SMOOTH) / (share.sum(1) + truth.sum(1) + SMOOTH)


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """(B,) from logits and masks (B, 1, H, W): mean cross-entropy of a picture's pixels + 1 − Dice."""
    logits, truth = logits.float(), truth.float()
    entropy = binary_cross_entropy_with_logits(logits, truth, reduction="none").flatten(1).mean(1)
    return entropy + 1 - soft_dice(torch.sigmoid(logits), truth)
