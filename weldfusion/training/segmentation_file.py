"""Segmenters on disk, and the check that none has seen a weld that a model is tested on."""

from pathlib import Path

from torch import nn

from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset, fingerprint
from weldfusion.data.weld import Weld
from weldfusion.encoders.segmented import SegmentedBackbone
from weldfusion.errors import RunError
from weldfusion.layers.segmenter import VERSION, Segmenter, TrainedOn
from weldfusion.training.atomic import save_state
from weldfusion.training.segmentation import SegmentationSettings
from weldfusion.training.segmentation_data import digests


def save_segmenter(
    path: Path,
    segmenter: Segmenter,
    settings: SegmentationSettings,
    dataset: Dataset,
    seen: list[Weld],
    of: str,
) -> None:
    """Writes weights, sizes, and what they were learnt from (`seen`: welds of the fit and select part)."""
    save_state(
        path,
        {
            "schema": VERSION,
            "model": segmenter.state_dict(),
            "channels": segmenter.network.channels,
            "widths": list(settings.widths),
            "size": list(settings.size),
            "data": dataset.card.name,
            "fingerprint": fingerprint(dataset.root),
            "modality": of,
            "welds": [weld.id for weld in seen],
            "pictures": digests(seen, of),
        },
    )


def check_segmenters(model: nn.Module, fold: Fold, dataset: Dataset) -> None:
    """Raises RunError where a segmenter of the model was trained on a weld of the fold's test part (one with
    its id in a data set of the same name, or with the same file as picture), or was not trained at all."""
    tested = set(fold.welds("test"))
    welds = [weld for weld in dataset.welds if weld.id in tested]
    for part in model.modules():
        if isinstance(part, SegmentedBackbone):
            if part.trained_on is None:
                raise RunError("segmenter: SegmentedBackbone has none; train one by `weldfusion segment`")
            shared = _shared(part.trained_on, welds, dataset)
            if shared:
                raise RunError(
                    f"{fold.name}: the segmenter was trained on {len(shared)} of {len(welds)} welds of the "
                    f"test part ({shared[0]} …); fit with the segmenter's own split: "
                    "--split FromFile --split.path SEGMENTER_FOLDER/split.csv"
                )


def _shared(seen: TrainedOn, welds: list[Weld], dataset: Dataset) -> list[str]:
    named = seen.welds if dataset.card.name == seen.data else frozenset[str]()
    photos = [name for name, modality in dataset.card.modalities.items() if modality.kind == "image"]
    return [
        weld.id
        for weld in welds
        if weld.id in named or any(seen.pictures.intersection(digests([weld], name)) for name in photos)
    ]
