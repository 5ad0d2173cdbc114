"""MCRNet as a system: counts, shared towers, the similarity draws features together, a deployed copy."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from weldfusion.config.load import load_settings
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.mcrnet import MCRNet
from weldfusion.errors import ConfigError
from weldfusion.fusion.similarity import Similarity
from weldfusion.layers.reparam import deploy
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.mcrnet import VideoSoundMCRNet
from weldfusion.testing import check_model
from weldfusion.testing.samples import everything, random_batch

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "mcrnet"
TARGETS = {"depth": TargetSpec("depth", "curve", "sample", step_s=0.1, steps=1)}
TOWER = partial(MCRNet, widths=(4, 8), blocks=2, stem=4, size=6)
TINY = VideoSoundMCRNet(tower=TOWER, hidden=32, size=(32, 32))


def flows(frames=3, side=32):
    video = Flow("image", 1, size=(side, side), count=frames)
    sound = Flow("waveform", 1, length=4410, rate=44_100.0)
    return {"camera": video, "microphone": sound}


def model_of(system, **sizes):
    return FusionModel(flows(**sizes), TARGETS, system)


def count(module):
    return sum(p.numel() for p in module.parameters())


def data(seed=0):
    return random_batch(flows(), TARGETS, everything(flows()), seed)


def trained(system, steps=8, lr=1e-2):
    """The model and its losses, by part, before each step on the same samples."""
    torch.manual_seed(0)
    model, batch, found = model_of(system).train(), data(), []
    for name, truth in batch.targets.items():
        model.fit_truth(name, truth.value.numpy(), truth.known.numpy())
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        losses = {name: part.mean() for name, part in model.training_loss(batch).items()}
        weight = model.penalties["Similarity"].weight if "Similarity" in model.penalties else 0.0
        loss = losses["depth"] + weight * losses.get("penalty.Similarity", torch.zeros(()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append({name: part.item() for name, part in losses.items()})
    return model, found


def test_parameters_at_the_papers_size():
    """Two towers of 2.15 M, stems of depth 3 and 1; 256 features → 64 → one value; two stand-ins of 128."""
    model = model_of(VideoSoundMCRNet(), side=256)
    video, sound = count(model.encoders["camera"]), count(model.encoders["microphone"])
    assert (video, video - sound) == (2_154_256, 2 * 3 * 3 * 16)
    assert count(model) == video + sound + (256 * 64 + 64) + (64 + 1) + 2 * 128


def test_towers_shared_after_the_stem_keep_stems_of_their_own():
    apart, one = model_of(TINY), model_of(replace(TINY, shared_stages=None))
    video, sound = one.encoders["camera"], one.encoders["microphone"].backbone
    assert video.stem.weight.shape != sound.stem.weight.shape
    assert video.body[1][0][0].convolutions[0].weight is sound.body[1][0][0].convolutions[0].weight
    assert video.project[0].weight is sound.project[0].weight
    assert video.body[0][0][0].norms[0] is not sound.body[0][0][0].norms[0]
    tail = (*video.body, video.project)
    norms = sum(
        count(m) for p in tail for m in p.modules() if isinstance(m, torch.nn.modules.batchnorm._NormBase)
    )
    assert count(apart) - count(one) == sum(count(part) for part in tail) - norms


@pytest.mark.parametrize("system", [TINY, replace(TINY, shared_stages=None)])
def test_the_contract_with_each_sensor_missing(system):
    check_model(lambda f, targets: FusionModel(f, targets, system), flows(), TARGETS)


def test_steps_lower_the_loss():
    losses = trained(TINY)[1]
    assert losses[-1]["depth"] < losses[0]["depth"]


def test_the_similarity_draws_the_features_together():
    """The printed formula would drive them apart: its gradient has the other sign."""
    angles = {}
    for weight in (0.0, 1.0):
        losses = trained(replace(TINY, similarity=partial(Similarity, weight=weight)), steps=12)[1]
        angles[weight] = losses[-1]["penalty.Similarity"]
    assert angles[1.0] < losses[0]["penalty.Similarity"]
    assert angles[1.0] < angles[0.0]


@pytest.mark.parametrize("system", [TINY, replace(TINY, shared_stages=None)])
@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-10)])
def test_a_deployed_system_gives_what_the_trained_one_gives(system, kind, tolerance):
    model = trained(system)[0].eval().to(kind)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d) and module.affine:
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias)
    batch = data(1)
    batch = replace(batch, inputs={name: x.to(kind) for name, x in batch.inputs.items()})
    with torch.no_grad():
        expected, found = model(batch)["depth"], deploy(model)(batch)["depth"]
    assert (found - expected).abs().max() <= tolerance * (expected.max() - expected.min())
    assert count(deploy(model)) < count(model_of(replace(system, shared_stages=0)))


def test_stored_and_read_again_it_gives_the_same(tmp_path):
    model = trained(TINY)[0].eval()
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other = model_of(TINY).eval()
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    with torch.no_grad():
        torch.testing.assert_close(other(data()), model(data()), rtol=0, atol=0)


def test_settings_of_the_config_reach_the_penalty():
    words = ["--model.similarity.weight", "0.5", "--model.similarity.warmup", "0.5"]
    settings, _ = load_settings([CONFIGS / "mcrnet.yaml"], [*words, "--model.similarity.distance", "cosine"])
    penalty = FusionModel(flows(side=64), TARGETS, settings.model).penalties["Similarity"]
    assert (penalty.weight_at(0.25), penalty.weight_at(1.0)) == (0.25, 0.5)


@pytest.mark.parametrize(("alone", "left"), [("video", "microphone"), ("sound", "camera")])
def test_a_baseline_has_no_penalty_and_one_tower(alone, left):
    settings, _ = load_settings([CONFIGS / f"{alone}.yaml"])
    chosen = {name: flow for name, flow in flows(side=64).items() if name != left}
    assert set(settings.data.inputs) == set(chosen)
    assert len(FusionModel(chosen, TARGETS, settings.model).penalties) == 0


@pytest.mark.parametrize(
    ("system", "frames", "told"),
    [
        (TINY, 2, r"sequences of 2 frames are shorter than the stem's depth 3"),
        (
            replace(TINY, shared_stages=4),
            3,
            r"model\.share\.microphone\.stages: is 4, but .* 3 stages after the 1",
        ),
        (VideoSoundMCRNet(video=None, sound=None), 3, "video and sound are both null"),
    ],
)
def test_what_cannot_work_is_told(system, frames, told):
    with pytest.raises(ConfigError, match=told):
        model_of(system, frames=frames)
