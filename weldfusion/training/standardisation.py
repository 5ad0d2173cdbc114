"""Statistics of the fit part: what every modality is standardised by, and what the heads know beforehand."""

from collections.abc import Iterable, Mapping

import numpy as np

from weldfusion.data.batch import Batch
from weldfusion.data.flow import Flow
from weldfusion.training.statistics import Moments


def by_channel(x: np.ndarray, valid: np.ndarray | None, flow: Flow) -> tuple[np.ndarray, np.ndarray | None]:
    """Values (B, C, N) and mask (B, C or 1, N) of one modality; 8-bit images as value / 255.

    >>> by_channel(np.zeros((4, 3)), None, Flow("table", 3))[0].shape
    (4, 3, 1)
    """
    values = x / 255.0 if x.dtype == np.uint8 else x
    if flow.kind == "table":
        return values[:, :, None], None if valid is None else valid[:, :, None]
    if flow.kind == "image" and flow.count is not None:
        values = np.moveaxis(values, 1, 2)
        values = values.reshape(*values.shape[:3], -1)
        shape = values.shape
        mask = None if valid is None else np.broadcast_to(valid[:, None, :, None], (shape[0], 1, *shape[2:]))
        flat = None if mask is None else mask.reshape(shape[0], 1, -1)
        return values.reshape(shape[0], shape[1], -1), flat
    mask = None if valid is None else valid[:, None, :]
    return values.reshape(*values.shape[:2], -1), mask


def standardisation(
    batches: Iterable[Batch], flows: Mapping[str, Flow], once_per_weld: set[str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean and standard deviation per channel of each modality over the present, valid values.

    Modalities in `once_per_weld` are given with every window of a weld and counted once for it.
    A modality that is never present gets mean 0 and deviation 1.
    """
    moments = {name: Moments() for name in flows}
    seen: dict[str, set[object]] = {name: set() for name in flows}
    for batch in batches:
        for name in flows:
            rows = batch.present[name].numpy()
            if name in once_per_weld:
                rows = rows & _first(batch, seen[name], rows)
            if not rows.any():
                continue
            valid = batch.valid[name].numpy()[rows] if name in batch.valid else None
            moments[name].add(*by_channel(batch.inputs[name].numpy()[rows], valid, flows[name]))
    return {
        name: part.result() if part.counts else (np.zeros(flow.channels), np.ones(flow.channels))
        for (name, flow), part in zip(flows.items(), moments.values(), strict=True)
    }


def _first(batch: Batch, seen: set[object], rows: np.ndarray) -> np.ndarray:
    """bool (B,): the first window of each weld that was not seen before, among `rows`."""
    assert batch.where is not None
    first = np.zeros(len(rows), dtype=bool)
    for place in np.flatnonzero(rows):
        weld = batch.where.weld[place]
        first[place] = weld not in seen
        seen.add(weld)
    return first
