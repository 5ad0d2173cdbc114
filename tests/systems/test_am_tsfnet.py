"""AM-TSFNet: counts and sizes of the paper's table, sharing, a sensor that is missing, learning, storing."""

from functools import partial
from pathlib import Path

import pytest
import torch

from weldfusion.config.load import load_settings
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.tsfpc import STAGES, TSFPC
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.systems.am_tsfnet import AMTSFNet
from weldfusion.systems.graph import FusionModel
from weldfusion.testing import check_model
from weldfusion.testing.samples import everything, random_batch

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "am_tsfnet"
TARGETS = {name: TargetSpec(name, "curve", "sample", step_s=0.2, steps=1) for name in ("depth", "width")}
SIDE = 64
WHOLE = partial(AMTSFNet, image="pool_camera")
TINY = WHOLE(extractor=partial(TSFPC, depths=(1, 1, 1), width=16), size=(SIDE, SIDE))


def flows(side=SIDE):
    picture = Flow("image", 1, size=(side, side), count=1)
    sound = Flow("waveform", 1, length=5512, rate=11_025.0)
    return {"pool_camera": picture, "infrared": picture, "microphone": sound}


def model_of(system, side=SIDE):
    return FusionModel(flows(side), TARGETS, system)


def count(module):
    return sum(p.numel() for p in module.parameters())


def norms(module):
    return sum(
        count(part) for part in module.modules() if isinstance(part, torch.nn.modules.batchnorm._NormBase)
    )


def test_one_extractor_one_fusion_and_two_values():
    """943 136 of the extractor once and 362 370 of attention, hidden layer and two values."""
    model = model_of(WHOLE(norms="shared"), 256)
    assert count(model.encoders["pool_camera"]) == 943_136
    assert count(model) - 943_136 == 362_370
    assert count(model_of(WHOLE(shared_stages=0), 256)) == 3 * 943_136 + 362_370


def test_batch_statistics_of_its_own_cost_a_sensor_only_those():
    one = TSFPC(Flow("image", 1, size=(SIDE, SIDE)))
    assert count(model_of(WHOLE())) == 943_136 + 2 * norms(one) + 362_370


def test_a_partly_shared_extractor_costs_what_is_not_shared():
    one = TSFPC(Flow("image", 1, size=(SIDE, SIDE)))
    shared = sum(count(one.get_submodule(name)) - norms(one.get_submodule(name)) for name in STAGES[:3])
    assert count(model_of(WHOLE(shared_stages=3))) == 3 * 943_136 - 2 * shared + 362_370


def test_every_sensor_trains_what_the_image_uses():
    """With the others hidden, its gradient reaches the weights, but not their normalisations."""
    model = model_of(TINY).train()
    batch, image = random_batch(flows(), TARGETS, everything(flows()), 0), model.encoders["pool_camera"]
    for name in ("infrared", "microphone"):
        model.zero_grad()
        hide = {other: torch.ones_like(batch.present[other]) for other in flows() if other != name}
        sum(part.mean() for part in model.training_loss(batch, hide).values()).backward()
        conv, norm = image.encoder.conv1[0].weight, image.encoder.conv1[1].weight
        assert conv.grad is not None
        assert bool((conv.grad != 0).any())
        assert norm.grad is None or not bool((norm.grad != 0).any())


@pytest.mark.parametrize("name", ["pool_camera", "infrared", "microphone"])
def test_sizes_of_the_table_of_layers_for_every_sensor(name):
    encoder, found = model_of(WHOLE(), 256).encoders[name].eval(), []
    inner = encoder.backbone if name == "microphone" else encoder.encoder
    for stage in STAGES:
        inner.get_submodule(stage).register_forward_hook(
            lambda _, __, out: found.append(tuple(out.shape[1:]))
        )
    with torch.no_grad():
        features = encoder(torch.zeros(1, *flows(256)[name].shape))
    channels, sides = (16, 24, 48, 64, 80, 320), (128, 64, 32, 16, 8, 8)
    assert found == [(c, s, s) for c, s in zip(channels, sides, strict=True)]
    assert features.shape[-1] == 256


@pytest.mark.parametrize("stages", [None, 3])
def test_the_contract_with_each_sensor_missing(stages):
    system = WHOLE(extractor=TINY.extractor, size=TINY.size, shared_stages=stages)
    check_model(lambda f, targets: FusionModel(f, targets, system), flows(), TARGETS)


@pytest.mark.parametrize("system", [TINY, WHOLE(extractor=TINY.extractor, size=TINY.size, fusion=Concat)])
def test_steps_lower_the_loss(system):
    torch.manual_seed(0)
    model = model_of(system).train()
    batch = random_batch(flows(), TARGETS, everything(flows()), 0)
    for name, truth in batch.targets.items():
        model.fit_truth(name, truth.value.numpy(), truth.known.numpy())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(6):
        torch.manual_seed(1)
        loss = sum(part.mean() for part in model.training_loss(batch).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_stored_and_read_again_it_gives_the_same_and_still_shares(tmp_path):
    model, batch = model_of(TINY).eval(), random_batch(flows(), TARGETS, everything(flows()), 0)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other = model_of(TINY).eval()
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    with torch.no_grad():
        torch.testing.assert_close(other(batch), model(batch), rtol=0, atol=0)
    weights = [
        other.encoders["infrared"].encoder.conv1[0].weight,
        other.encoders["microphone"].backbone.conv1[0].weight,
    ]
    assert weights[0] is weights[1]


@pytest.mark.parametrize("alone", ["image", "sound", "infrared"])
def test_a_baseline_is_the_system_without_the_others(alone):
    settings, _ = load_settings([CONFIGS / f"{alone}.yaml"])
    chosen = {name: flow for name, flow in flows().items() if name in settings.data.inputs}
    model = FusionModel(chosen, TARGETS, settings.model)
    assert count(model) == 943_136 + 2 * (256 + 1)


def test_no_sensor_at_all_is_told():
    with pytest.raises(ConfigError, match="image, sound and infrared are all null"):
        AMTSFNet(image=None, sound=None, infrared=None).parts()


def test_a_picture_that_does_not_fit_is_told_with_what_would():
    with pytest.raises(ConfigError, match=r"model\.encoders\.infrared: .*not 48×96; resize them to 64×128"):
        FusionModel({**flows(), "infrared": Flow("image", 1, size=(48, 96), count=1)}, TARGETS, TINY)
