"""Images lighter or darker, with more or less contrast."""

from collections.abc import Sequence

from torch import Tensor

from weldfusion.data.ranges import check_share
from weldfusion.training.augment.augmentation import Augmentation, only_images


class Light(Augmentation):
    """Contrast about the image's own mean, and its brightness, each times an even random factor within
    1 ± `share`; the same factor for all images of a set or sequence.

    Args:
        share: largest change, 0 to 1.

    Raises ConfigError where it is no share.
    """

    def __init__(self, share: float = 0.2) -> None:
        check_share("share", share)
        self.share = share

    def numbers(self, shape: Sequence[int]) -> int:
        only_images("Light", shape)
        return 2

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        shape = (-1, *[1] * (x.ndim - 1))
        contrast, brightness = (1 + self.share * (2 * random[:, k] - 1).view(shape) for k in (0, 1))
        mean = x.mean(dim=(-2, -1), keepdim=True)
        return (mean + contrast * (x - mean)) * brightness
