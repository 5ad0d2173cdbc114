"""Time of one window through the default config of every published system: batch 1, one thread, CPU."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from harness import Row, interleave, row, spread

from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch
from weldfusion.data.flow import Flow
from weldfusion.data.nominal import nominal_flows
from weldfusion.run.describing import card_of_root
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.structure import shape_words

CONFIGS = Path(__file__).parents[1] / "configs" / "systems"
DEFAULTS = {
    "CAFNet": "cafnet/cafnet.yaml",
    "CAFNet, small": "cafnet/cafnet_small.yaml",
    "CNN-SK": "cnn_sk/cnn_sk.yaml",
    "EMMDL": "emmdl/emmdl.yaml",
    "vision–spectrum": "vision_spectrum/cross.yaml",
    "AM-TSFNet": "am_tsfnet/am_tsfnet.yaml",
    "MCRNet": "mcrnet/mcrnet.yaml",
    "RTM": "rtm/rtm.yaml",
}


def measure(quick: bool) -> list[Row]:
    names = list(DEFAULTS)[1:3] if quick else list(DEFAULTS)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [_row(name, 3 if quick else 30) for name in names]
    finally:
        torch.set_num_threads(threads)


@torch.inference_mode()
def _row(name: str, repeats: int) -> Row:
    settings, _ = load_settings([CONFIGS / DEFAULTS[name]])
    flows, targets = nominal_flows(card_of_root(settings.data.root, CONFIGS.parents[1]), settings.data)
    torch.manual_seed(0)
    model = FusionModel(flows, targets, settings.model).eval()
    batch = one_window(flows)
    times = 1e3 * interleave({"one": lambda: model(batch)}, repeats, warmup=3)["one"]
    inputs = ", ".join(f"{sensor} {shape_words(flow)}" for sensor, flow in flows.items())
    note = f"{inputs}; {spread(times, 'ms')}"
    return row(f"{name}: one window, batch 1", float(np.median(times)), "ms", threads=1, note=note)


def one_window(flows: Mapping[str, Flow]) -> Batch:
    """A window of noise in which every sensor is present."""
    here = {name: torch.ones(1, dtype=torch.bool) for name in flows}
    return Batch({name: torch.randn(1, *flow.shape) for name, flow in flows.items()}, here, {}, {})
