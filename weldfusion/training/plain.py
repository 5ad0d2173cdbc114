"""Plain features of windows, for the simple baselines beside a network."""

import numpy as np

from weldfusion.data.dataset import WeldWindows
from weldfusion.evaluation.baselines import WindowFeatures, WindowTruth
from weldfusion.signals.features import plain_features
from weldfusion.training.bar import bar
from weldfusion.training.loader import in_order, loader

BATCH = 64


def plain_windows(windows: WeldWindows) -> tuple[WindowFeatures, list[WindowTruth]]:
    """Features (N, F) by modality of all windows with their places, and the truths of all targets.

    What is per second is per weld where whole welds are resampled to one number of samples.
    """
    batches = loader(windows, in_order(len(windows), BATCH), windows.settings.workers)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in windows.flows}
    places = []
    for batch in bar(batches, "plain features", -(-len(windows) // BATCH)):
        assert batch.where is not None
        places.append(batch.where)
        for name, flow in windows.flows.items():
            valid = batch.valid[name].numpy() if name in batch.valid else None
            values, rate = batch.inputs[name].numpy(), flow.rate or flow.length
            features, _ = plain_features(flow.kind, values, rate, valid)
            features[~batch.present[name].numpy()] = np.nan
            columns[name].append(features)
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(place, name) for place in places])

    truths = [WindowTruth(target, *windows.truth(name)) for name, target in windows.targets.items()]
    names = ("weld", "group", "index", "t0_s", "t1_s", "x_mm")
    weld, group, window, t0_s, t1_s, x_mm = (column(name) for name in names)
    return WindowFeatures(joined, weld, group, window, t0_s, t1_s, x_mm), truths
