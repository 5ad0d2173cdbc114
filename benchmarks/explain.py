"""Explanations against their peers (shap, captum) and against the truth of simulated welds.

Shares: the same network and cached features, all windows of a batch, three and four sensors. Grad-CAM: one
class of MobileNetV2 at its last feature map; the cost is its time over that of a forward pass without
gradients. Simulated welds: how much a sensor of pure noise gets, and how often the largest attribution in a
window lies at a true event (within 5 ms), beside the chance of a random cell. The goal for pure noise is that
of a network that has learned its target (AUC of the test windows at least 0.9): where there is little to
tell, whatever was learned by heart weighs much. Overlap of the windows and epochs were chosen on other welds
(data seed 2) than those that are measured (seed 1). The goal was not reached there either: penetration 0.07;
0.05 with noise of the signal's own size added in training, 0.08 with three times as many welds, 0.17 without
overlap, with and without weight decay.
"""

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shap
import torch
from captum.attr import LayerGradCam
from captum.testing.helpers.basic_models import BasicModel_ConvNet_One_Conv
from harness import Goal, Row, interleave, row, run, spread
from sklearn.metrics import roc_auc_score
from torchvision.models import mobilenet_v2

from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.explain.coalitions import Encoded, encoded, joined_values
from weldfusion.explain.explain import explain_fold, join
from weldfusion.explain.grad_cam import grad_cam
from weldfusion.explain.maps import batch_maps
from weldfusion.explain.shapley import shapley
from weldfusion.explain.sources import sources
from weldfusion.explain.truth import PURE_NOISE, read_truths
from weldfusion.fusion.concat_mlp import ConcatMLP
from weldfusion.run.fitting import fit
from weldfusion.run.laid_out import LaidOut
from weldfusion.run.predicting import networks
from weldfusion.simulate.laser.process import simulate_laser
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.predictor import Predictor

WINDOWS = 32
TARGET = "state"
OUTPUTS = {"penetration": "LP", "porosity": "pore"}
SENSORS = ("oct", "photodiode", PURE_NOISE)
LEARNED = 0.9
ENCODER = {"class_path": "ConvBlocks1d", "init_args": {"widths": [16, 32, 32], "pool": "mean_max"}}


def small_network(sensors: int) -> tuple[Predictor, Batch]:
    """A network of some waveforms with a fusion in which they interact, and a batch for it."""
    torch.manual_seed(0)
    flows = {f"s{number}": Flow("waveform", 1, length=1024, rate=20e3) for number in range(sensors)}
    parts = Parts(
        encoders={name: partial(ConvBlocks1d, widths=(16, 32)) for name in flows},
        fusion=partial(ConcatMLP, hidden=(64,)),
    )
    model = FusionModel(flows, {TARGET: TargetSpec(TARGET, "class", classes=("a", "b", "c"))}, parts)
    inputs = {name: torch.randn(WINDOWS, *flow.shape) * 3 for name, flow in flows.items()}
    present = {name: torch.ones(WINDOWS, dtype=torch.bool) for name in flows}
    network = Predictor(model, {}, "fold", 0)
    return network, Batch(inputs, present, {}, {}).to(network.device)


def ours(network: Predictor, given: Encoded) -> np.ndarray:
    """Shares (M, B) of the first class."""
    return shapley(joined_values(network, given)[TARGET][:, :, 0])


def with_shap(network: Predictor, given: Encoded) -> np.ndarray:
    """The same by shap's exact explainer: a row names for each sensor the window that its features come
    from, −1 for none."""
    model, names = network.model, list(given.own)

    @torch.inference_mode()
    def predict(rows: np.ndarray) -> np.ndarray:
        index = torch.from_numpy(rows.astype(np.int64)).to(network.device)
        there = {name: index[:, place] >= 0 for place, name in enumerate(names)}
        x = {name: given.own[name][index[:, place].clamp(min=0)] for place, name in enumerate(names)}
        raw = model.outputs({n: torch.where(there[n][:, None], x[n], 0.0) for n in names}, there)
        return model.head(TARGET).decode(raw[TARGET])["a"].cpu().double().numpy()

    explainer = shap.explainers.Exact(predict, shap.maskers.Independent(np.full((1, len(names)), -1.0)))
    rows = np.repeat(np.arange(WINDOWS, dtype=float)[:, None], len(names), axis=1)
    return explainer(rows, silent=True).values.T


def shapley_rows(sensors: int, repeats: int) -> list[Row]:
    """Arithmetic on the same values to 1e-12; on the network to the rounding of float32; speed."""
    values = np.random.default_rng(sensors).normal(size=1 << sensors)

    def predict(mask: np.ndarray) -> np.ndarray:
        return values[(mask.astype(int) << np.arange(sensors)).sum(axis=1)]

    explainer = shap.explainers.Exact(predict, shap.maskers.Independent(np.zeros((1, sensors))))
    gap = np.abs(explainer(np.ones((1, sensors))).values[0] - shapley(values)).max()
    network, batch = small_network(sensors)
    given = encoded(network, batch, "absent")
    apart = np.abs(ours(network, given) - with_shap(network, given)).max()
    times = interleave(
        {"ours": lambda: ours(network, given), "shap": lambda: with_shap(network, given)}, repeats
    )
    mine, theirs = (float(np.median(times[name])) / WINDOWS * 1e3 for name in ("ours", "shap"))
    name, threads = f"Shapley, {sensors} sensors", torch.get_num_threads()
    note = f"{mine:.3g} and {theirs:.3g} ms a window; ours {spread(times['ours'])}"
    return [
        row(
            f"{name}: largest difference",
            float(gap),
            goal=Goal("<=", 1e-12),
            peer="shap",
            note="the same game",
        ),
        row(
            f"{name}: through a network", float(apart), peer="shap", note="features in float32, other batches"
        ),
        row(
            f"{name}: times faster",
            theirs / mine,
            goal=Goal(">=", 10),
            peer="shap",
            threads=threads,
            note=note,
        ),
    ]


def published_rows() -> list[Row]:
    """captum's own case (tests/attr/layer/test_layer_grad_cam.py), and a deeper network."""
    network, x = BasicModel_ConvNet_One_Conv(), torch.arange(16.0).view(1, 1, 4, 4)
    published = torch.tensor([[[11.25, 13.5], [20.25, 22.5]]])
    gap = (grad_cam(network, network.conv1, x, 0) - published).abs().max()
    deep, images = mobilenet(2, 96)
    expected = LayerGradCam(deep, deep.features[-1]).attribute(images, 2)[:, 0]
    apart = (
        (grad_cam(deep, deep.features[-1], images, 2) - expected).abs().max() / expected.abs().max()
    ).item()
    goal = Goal("<=", 1e-6)
    return [
        row("Grad-CAM: difference on captum's published case", float(gap), goal=goal, peer="captum"),
        row("Grad-CAM: relative difference, MobileNetV2", apart, goal=goal, peer="captum"),
    ]


def mobilenet(count: int, pixels: int) -> tuple[Any, torch.Tensor]:
    torch.manual_seed(0)
    return mobilenet_v2(num_classes=6).eval(), torch.randn(count, 3, pixels, pixels)


def cost_rows(count: int, pixels: int, repeats: int) -> list[Row]:
    """Time of Grad-CAM over a forward pass without gradients, beside captum's."""
    network, x = mobilenet(count, pixels)

    @torch.no_grad()
    def forward() -> None:
        network(x)

    peer = LayerGradCam(network, network.features[-1])
    times = interleave(
        {
            "forward": forward,
            "ours": lambda: grad_cam(network, network.features[-1], x, 2),
            "captum": lambda: peer.attribute(x, 2),
        },
        repeats,
    )
    plain, mine, theirs = (float(np.median(times[name])) for name in ("forward", "ours", "captum"))
    name, threads = f"Grad-CAM, MobileNetV2, {count} of {pixels} px", torch.get_num_threads()
    note = f"{1e3 * mine:.4g} and {1e3 * plain:.4g} ms; forward {spread(times['forward'])}"
    return [
        row(
            f"{name}: cost", mine / plain, "forward passes", goal=Goal("<=", 1.3), threads=threads, note=note
        ),
        row(f"{name}: captum's cost", theirs / plain, "forward passes", peer="captum", threads=threads),
    ]


def fusion_cost_row(repeats: int) -> Row:
    """All sensors and all classes of a fusion model over its forward pass."""
    network, batch = small_network(3)
    found = sources(network.model)

    @torch.no_grad()
    def forward() -> None:
        network.model(batch)

    times = interleave({"forward": forward, "ours": lambda: batch_maps(network.model, found, batch)}, repeats)
    plain, mine = (float(np.median(times[name])) for name in ("forward", "ours"))
    return row(
        "Grad-CAM, 3 sensors and 3 classes at once: cost", mine / plain, "forward passes",
        threads=torch.get_num_threads(), note=f"{1e3 * mine:.3g} and {1e3 * plain:.3g} ms, {WINDOWS} windows",
    )  # fmt: skip


def simulated_rows(folder: Path, welds: int, epochs: int) -> list[Row]:
    """A network trained on simulated welds of which two fifths are kept for testing."""
    data = simulate_laser(folder / "laser", welds, 1, SENSORS, weld_s=1.0, progress=False)
    overrides: Mapping[str, Any] = {
        "data.root": str(data),
        "data.inputs": {name: {} for name in SENSORS},
        "data.targets": ["penetration", "porosity"],
        "data.windows": {"length_s": 0.05, "hop_s": 0.0125},
        "split.test": 0.4,
        "model.encoders": dict.fromkeys(SENSORS, ENCODER),
        "training.batch_size": 64,
        "trainer.max_epochs": epochs,
    }
    trained = fit((), overrides, folder / "run", say=lambda line: None)
    dataset = trained.dataset()
    parts = []
    for network, windows in networks(trained, LaidOut(dataset, trained.settings.data), "test"):
        truths = read_truths(dataset.root, windows.welds)
        parts.append(explain_fold(network, windows, "absent", (), truths))
    joined = join(parts)
    figures: Mapping[str, Any] = joined.figures
    told = f"{len(parts[0].welds)} test welds of {welds}, {epochs} epochs"
    rows = [row("Simulated: completeness error", figures["completeness"], goal=Goal("<=", 1e-12), note=told)]
    skill = {target: auc(joined.shares, target, label) for target, label in OUTPUTS.items()}
    for target, label in OUTPUTS.items():
        rows.append(row(f"Simulated, {target} {label}: AUC of the windows", skill[target]))
    rows += [noise_row(one, skill[one["target"]]) for one in figures["false_attribution"]]
    for one in figures["pointing"]:
        if one["class"] in OUTPUTS.values():
            name = f"Simulated, {one['target']} {one['class']}: events hit by {one['modality']}"
            counts = f"{one['hits']} of {one['windows']} windows, chance {one['chance']:.3f}"
            rows.append(row(name, one["rate"]["value"], note=f"{counts}; {_edges(one['rate'])}"))
    return rows


def noise_row(one: Mapping[str, Any], skill: float) -> Row:
    """Share of the pure-noise sensor, with its goal if the network tells the target's classes apart."""
    goal = Goal("<=", 0.02) if skill >= LEARNED else None
    told = f"AUC {skill:.3f}" + ("" if goal else ": target not learned, so no goal")
    name = f"Simulated, {one['target']}: share of the pure-noise sensor"
    return row(name, one["portion"]["value"], goal=goal, note=f"{told}; {_edges(one['portion'])}")


def auc(shares: pd.DataFrame, target: str, label: str) -> float:
    """How well the explained network tells windows of a class from others: what its shares are shares of."""
    part = shares[(shares["target"] == target) & (shares["class"] == label) & shares["truth"].notna()]
    one = part[part["modality"] == PURE_NOISE]
    return float(roc_auc_score(one["truth"].to_numpy(dtype=float), one["full"].to_numpy(dtype=float)))


def _edges(figure: Mapping[str, Any]) -> str:
    if figure["lower"] is None:
        return str(figure["reason"])
    return f"95 % interval {figure['lower']:.3g} to {figure['upper']:.3g}"


def measure(quick: bool) -> list[Row]:
    repeats = 3 if quick else 15
    torch.set_num_threads(1)
    rows = [r for sensors in (3, 4) for r in shapley_rows(sensors, repeats)]
    rows += published_rows()
    rows += cost_rows(*((2, 96) if quick else (16, 224)), repeats=repeats if quick else 7)
    rows.append(fusion_cost_row(repeats))
    with tempfile.TemporaryDirectory() as folder:
        rows += simulated_rows(Path(folder), *((12, 2) if quick else (120, 5)))
    return rows


if __name__ == "__main__":
    raise SystemExit(run("explain", __doc__, measure))
