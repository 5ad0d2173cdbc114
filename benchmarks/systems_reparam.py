"""MCRNet with its branches fused beside the same network as it was trained: agreement, size, time."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from harness import Goal, Row, interleave, row, spread
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.mcrnet import MCRNet
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.layers.reparam import MultiBranchConv2d, deploy
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts

PAPER = "paper, other hardware: 24.3 to 17.4 ms, 1.4 times"
TARGETS = {"width": TargetSpec("width", "real", unit="mm")}


def measure(quick: bool) -> list[Row]:
    side = 64 if quick else 256
    video = Flow("image", 1, size=(side, side), count=3)
    sound = Flow("waveform", 1, length=8_000, rate=48_000.0)
    torch.manual_seed(0)
    tower = _settled(MCRNet(video), lambda count: torch.randn(count, 3, 1, side, side))
    flows = {"camera": video, "sound": sound}
    parts = Parts(encoders={"camera": MCRNet, "sound": partial(SpectrogramBackbone, backbone=MCRNet)})
    whole = _settled(FusionModel(flows, TARGETS, parts), lambda count: _batch(flows, count))
    rows = [*_agreement(tower, torch.randn(4, 3, 1, side, side)), *_sizes(tower)]
    for name, network, given in (
        ("video tower", tower, torch.randn(1, 3, 1, side, side)),
        ("video and sound, whole model", whole, _batch(flows, 1)),
    ):
        repeats = 3 if quick else 40
        rows += [_speed(f"{name}, {side} pixels", network, given, n, repeats) for n in (1, 2)]
    return rows


def _settled(network: nn.Module, make: Callable[[int], object]) -> nn.Module:
    """In eval mode, with the statistics of one batch."""
    for part in network.modules():
        if isinstance(part, _BatchNorm):
            part.momentum = 1.0
    with torch.no_grad():
        network(make(4))
    return network.eval()


def _batch(flows: dict[str, Flow], count: int) -> Batch:
    present = {name: torch.ones(count, dtype=torch.bool) for name in flows}
    return Batch({name: torch.randn(count, *flow.shape) for name, flow in flows.items()}, present, {}, {})


@torch.inference_mode()
def _agreement(tower: nn.Module, x: Tensor) -> list[Row]:
    found = []
    for kind, most in ((torch.float32, 1e-4), (torch.float64, 1e-10)):
        network, given = tower.to(kind), x.to(kind)
        expected = network(given)
        gap = (deploy(network)(given) - expected).abs().max() / (expected.max() - expected.min())
        name = f"fused and trained network, largest difference, {str(kind).removeprefix('torch.')}"
        found.append(row(name, float(gap), "of the output's range", Goal("<=", most)))
    tower.float()
    return found


def _sizes(tower: nn.Module) -> list[Row]:
    trained, fused = (sum(p.numel() for p in network.parameters()) for network in (tower, deploy(tower)))
    blocks = sum(isinstance(part, MultiBranchConv2d) for part in tower.modules())
    note = f"{trained / 1e6:.2f} M in training, {blocks} blocks of branches; no published number is known"
    return [row("parameters of the fused video tower", fused / 1e6, "M", note=note)]


@torch.inference_mode()
def _speed(name: str, network: nn.Module, given: object, threads: int, repeats: int) -> Row:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    fused = deploy(network)
    times = interleave({"trained": lambda: network(given), "fused": lambda: fused(given)}, repeats, warmup=3)
    torch.set_num_threads(before)
    trained_ms, fused_ms = (1e3 * float(np.median(times[who])) for who in ("trained", "fused"))
    note = f"{trained_ms:.1f} to {fused_ms:.1f} ms; {spread(1e3 * times['fused'], 'ms')}; {PAPER}"
    return row(f"fused, {name}, batch 1", trained_ms / fused_ms, "times faster", Goal(">=", 1.3),
               threads=threads, note=note)  # fmt: skip
