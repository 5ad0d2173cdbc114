"""CNN-SK and what it is compared with: published numbers of parameters and sizes, the front end, training."""

import io
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchaudio.transforms import MelSpectrogram

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.signals.filter_banks import Mel
from weldfusion.systems.cnn_sk import SoundCNNSK
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.sizes import check_sizes
from weldfusion.testing import check_model

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "cnn_sk"
CLIP = {"microphone": Flow("waveform", 1, length=6615, rate=44_100.0)}
SHORT = {"sound": Flow("waveform", 1, length=1600, rate=8000.0)}
PENETRATION = {
    "penetration": TargetSpec("penetration", "class", classes=("non", "full", "excessive")),
}
FILES = sorted(file.stem for file in CONFIGS.glob("*.yaml"))


def of_config(name: str, *overrides: str) -> FusionModel:
    settings, _ = load_settings([CONFIGS / f"{name}.yaml"], list(overrides))
    return FusionModel(CLIP, PENETRATION, settings.model)


def small() -> SoundCNNSK:
    bank = Mel(24, scale="htk", area="peak")
    return SoundCNNSK("sound", sk_after=2, widths=(4, 6, 8), bank=bank, n_fft=256, hop=64)


def batch(x: Tensor, truth: Tensor) -> Batch:
    (name,) = SHORT if x.shape[2] == 1600 else CLIP
    every = torch.ones(len(x), dtype=torch.bool)
    return Batch({name: x}, {name: every}, {}, {"penetration": Truth(truth, every)})


@pytest.mark.parametrize(
    ("sk_after", "published"),
    [
        ("null", 395_515),
        ("1", 402_331),
        ("2", 419_867),
        ("3", 487_195),
        ("4", 750_875),
        ("5", 1_794_331),
    ],
)
def test_the_preset_has_the_published_numbers_of_parameters(sk_after, published):
    model = of_config("paper", "--model.sk_after", sk_after)
    assert sum(p.numel() for p in model.parameters()) == published


def test_one_channel_less_is_200_weights_less():
    for name, published in (("cnn_sk", 402_331), ("no_sk", 395_515)):
        assert sum(p.numel() for p in of_config(name).parameters()) == published - 5 * 5 * 8


def test_the_preset_has_the_published_sizes_and_spectrogram():
    encoder = of_config("paper").encoders["microphone"].eval()
    x = torch.randn(1, 1, 6615)
    with torch.no_grad():
        picture = encoder.encoder.picture(encoder.silence(x))
        long = torch.nn.functional.pad(x, ((176_000 - 6615) // 2, -(-(176_000 - 6615) // 2)))
        power = MelSpectrogram(44_100, n_fft=1024, hop_length=512, n_mels=64, power=2.0)(long)
        expected = 10 * power.clamp(min=1e-6).log10() / (1 + encoder.encoder.norm.eps) ** 0.5
        torch.testing.assert_close(picture, expected.expand(1, 2, 64, 344), atol=2e-3, rtol=1e-4)
        sizes, maps = [], picture
        for block in encoder.encoder.backbone.blocks:
            maps, _ = block(maps, None)
            sizes.append(tuple(maps.shape[1:]))
    assert sizes == [(8, 32, 172), (16, 16, 86), (32, 8, 43), (64, 4, 22), (128, 2, 11), (256, 1, 6)]


def test_a_clip_alone_gives_44_frames():
    encoder = of_config("cnn_sk").encoders["microphone"].eval()
    assert encoder.picture(torch.randn(2, 1, 6615)).shape == (2, 1, 64, 44)


@pytest.mark.parametrize("name", FILES)
def test_one_step_lowers_the_loss(name):
    overrides = ("--model.silence", "16000") if name == "paper" else ()
    torch.manual_seed(0)
    model = of_config(name, *overrides).train()
    check_sizes(model)
    given = batch(torch.randn(6, 1, 6615), torch.tensor([0, 1, 2, 0, 1, 2]))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def loss() -> Tensor:
        torch.manual_seed(1)
        return model.loss(model(given), given.targets)["penetration"].mean()

    before = loss()
    before.backward()
    optimizer.step()
    assert float(loss()) < float(before)


def test_contract_of_the_model():
    check_model(lambda flows, targets: FusionModel(flows, targets, small()), SHORT, PENETRATION)


def test_a_checkpoint_of_the_resolved_config_gives_the_same():
    settings, resolved = load_settings([CONFIGS / "cnn_sk.yaml"])
    model = FusionModel(CLIP, PENETRATION, settings.model)
    given = batch(torch.randn(3, 1, 6615), torch.tensor([0, 1, 2]))
    model.train()(given)
    kept = io.BytesIO()
    torch.save(model.state_dict(), kept)
    kept.seek(0)
    twin = FusionModel(CLIP, PENETRATION, load_resolved(resolved).model)
    twin.load_state_dict(torch.load(kept, weights_only=True))
    with torch.no_grad():
        expected = model.eval()(given)["penetration"]
        assert torch.equal(twin.eval()(given)["penetration"], expected)


@pytest.mark.parametrize(
    ("system", "told"),
    [
        (SoundCNNSK(sk_after=7), "sk_after is 7; it must lie between 1 and the 6 convolutions"),
        (SoundCNNSK(n_fft=8192), "6615 samples are shorter than one frame of 8192"),
        (SoundCNNSK(n_fft=256), "take fewer bands or a larger n_fft"),
        (SoundCNNSK(silence=6000), "samples is 6000, but a window has 6615"),
        (SoundCNNSK(sound="mic"), "microphone"),
    ],
)
def test_what_does_not_fit_is_told_before_training(system, told):
    with pytest.raises(ConfigError, match=told) as problem:
        FusionModel(CLIP, PENETRATION, system)
    assert "\n" not in str(problem.value)
