"""Pictures of welds with their masks, read for a segmenter."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from weldfusion.data.address import file_of
from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.folder import Dataset
from weldfusion.data.images import fit_image
from weldfusion.data.masks import read_mask
from weldfusion.data.readers.find import probe
from weldfusion.data.recording import read_photo
from weldfusion.data.same_welds import digest
from weldfusion.data.weld import Weld
from weldfusion.errors import ConfigError, ReadError, RunError, WeldfusionWarning, did_you_mean
from weldfusion.training.segmentation import Outlined

HALF = 128


@dataclass(frozen=True)
class Example:
    """One weld's picture (height, width, channels) and its mask bool (height, width)."""

    weld: Weld
    picture: np.ndarray
    mask: np.ndarray


def mask_target(card: Card, name: str | None = None, modality: str | None = None) -> TargetSpec:
    """The mask that is meant; the card's only one where none is named.

    Raises ConfigError where there is none such, or the choice is open.
    """
    masks = {n: t for n, t in card.targets.items() if t.kind == "mask" and modality in (None, t.of)}
    of = f" of {modality}" if modality else ""
    if name is not None and name not in masks:
        raise ConfigError(f"--target {name}: no mask{of}; {did_you_mean(name, masks)}")
    if not masks:
        raise ConfigError(f"dataset.yaml: no target of kind mask{of}; see docs/segmentation.md")
    if name is None and len(masks) > 1:
        raise ConfigError(f"--target: which mask? valid: {', '.join(sorted(masks))}")
    return masks[name or next(iter(masks))]


def with_masks(dataset: Dataset, target: TargetSpec) -> list[Weld]:
    """The welds that have a mask and one picture to it, in the manifest's order; others with a mask are told
    by a `WeldfusionWarning`."""
    masked = [weld for weld in dataset.welds if weld.targets.get(target.name) is not None]
    found = [weld for weld in masked if len(weld.files.get(target.of, ())) == 1]
    if len(found) < len(masked):
        warnings.warn(
            f"{len(masked) - len(found)} welds have a mask but not one picture of {target.of}; they are left "
            "out (`weldfusion data check` names them)",
            WeldfusionWarning,
            stacklevel=2,
        )
    return found


def read_example(dataset: Dataset, target: TargetSpec, weld: Weld) -> Example:
    """Raises ReadError where picture or mask cannot be read, or they differ in size."""
    modality = dataset.card.modalities[target.of]
    picture = read_photo(modality, weld.files[target.of][0])
    path = weld.targets[target.name]
    mask = read_mask(path)  # type: ignore[arg-type]
    if mask.shape != picture.shape[:2]:
        sizes = ("x".join(map(str, shape)) for shape in (mask.shape, picture.shape[:2]))
        raise ReadError("{}: is {} pixels, its picture {}; see `weldfusion data check`".format(path, *sizes))
    return Example(weld, picture, mask)


def channels_of(dataset: Dataset, modality: Modality) -> int:
    """Channels that every picture is brought to, as a fit does: the card's, or those of the first picture."""
    first = next(weld.files[modality.name] for weld in dataset.welds if weld.files.get(modality.name))
    return len(modality.channels) or probe(first[0], modality.reader).shape[-1]


def outlined(
    dataset: Dataset, target: TargetSpec, welds: Sequence[Weld], size: tuple[int, int], channels: int
) -> Outlined:
    """All pictures and masks of some welds in one size, in memory. A pixel of a mask that shrinks is inside
    where at least half of it is.

    Raises ReadError as `read_example`, and where a picture has other channels.
    """
    pictures, masks = [], []
    for weld in tqdm(welds, "reading pictures", delay=2, leave=False, disable=None):
        example = read_example(dataset, target, weld)
        pictures.append(fitted(example, size, channels))
        masks.append(fit_image(example.mask[..., None].astype(np.uint8) * 255, size, 1)[0] >= HALF)
    ids = np.array([weld.id for weld in welds], dtype=object)
    groups = np.array([weld.groups.get(dataset.card.group or "", weld.id) for weld in welds], dtype=object)
    kinds = {picture.dtype for picture in pictures}
    if len(kinds) > 1:
        raise RunError(f"pictures of {target.of} have 8 bits and more than 8 bits; bring them to one depth")
    return Outlined(np.stack(pictures), np.stack(masks), ids, groups)


def fitted(example: Example, size: tuple[int, int], channels: int) -> np.ndarray:
    """The picture as the segmenter takes it, (channels, *size). Raises ReadError at other channels."""
    try:
        return fit_image(example.picture, size, channels)
    except ValueError as problem:
        raise ReadError(f"weld {example.weld.id!r} (row {example.weld.row}): its picture {problem}") from None


def digests(welds: Sequence[Weld], modality: str) -> list[str]:
    """What tells the files of these welds' pictures from others, whatever their names."""
    files = sorted({file_of(path) for weld in welds for path in weld.files.get(modality, ())})
    return [digest(file) for file in files]
