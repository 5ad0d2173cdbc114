"""Selection of descriptors: the cells of a feature map that show the object (SCDA, Wei et al. 2017,
doi 10.1109/TIP.2017.2688133)."""

import cv2
import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal
from weldfusion.signals.frames import check_frame, check_frames
from weldfusion.signals.regions import region_mask


def activation(features: np.ndarray) -> np.ndarray:
    """Sum over the channels of feature maps (..., channels, height, width) that are 0 or more (after ReLU).

    Raises SignalError for another shape, NaN, infinity or negative values.
    """
    maps = check_signal(features, 1, "features")
    if maps.ndim < 3:
        raise SignalError(f"features have shape {maps.shape}; needed is (..., channels, height, width)")
    if maps.size and maps.min() < 0:
        raise SignalError(f"features go down to {maps.min():g}; their sum means something only after a ReLU")
    return maps.sum(axis=-3)


def descriptor_mask(activations: np.ndarray) -> np.ndarray:
    """Masks (maps, height, width) bool of activation maps (maps, height, width).

    Cells above the map's own mean, of which the largest connected part (8 neighbours, the first of equals)
    is kept; all cells of a map where none is above, as in a constant one. Raises SignalError as
    `check_frames`.

    >>> descriptor_mask(np.array([[[0.0, 9, 0, 0], [0, 9, 0, 8]]]))[0].astype(int).tolist()
    [[0, 1, 0, 0], [0, 1, 0, 0]]
    """
    above = _above_mean(check_frames(activations))
    for number, one in enumerate(above):
        above[number] = _largest(one)
    return above.astype(bool)


def select_descriptors(features: np.ndarray) -> np.ndarray:
    """Feature maps (..., channels, height, width) with zeros outside of the mask of each."""
    total = activation(features)
    masks = descriptor_mask(total.reshape(-1, *total.shape[-2:])).reshape(total.shape)
    return np.where(masks[..., None, :, :], features, np.zeros((), np.asarray(features).dtype))


def selection_pictures(activations: np.ndarray, frame: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Each step of one activation map (height, width); with the frame that the map was made of, also the
    mask enlarged over it."""
    maps = check_frames(activations)
    above = _above_mean(maps)
    mask = descriptor_mask(maps)[0]
    found = {"activation": maps[0], "above the mean": above[0], "mask": mask}
    if frame is not None:
        whole = check_frame(frame)
        large = cv2.resize(mask.astype(np.uint8), whole.shape[::-1], interpolation=cv2.INTER_NEAREST)
        found["frame"], found["selected"] = whole, np.where(large > 0, whole, np.zeros((), whole.dtype))
    return found


def _above_mean(maps: np.ndarray) -> np.ndarray:
    mean = maps.mean(axis=(1, 2), dtype=np.float64, keepdims=True)
    return (maps > mean).astype(np.uint8)


def _largest(above: np.ndarray) -> np.ndarray:
    return region_mask(above) if above.any() else np.ones_like(above)
