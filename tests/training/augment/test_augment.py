"""Augmentations against what they say they do, worked out by hand or by numpy."""

import math

import numpy as np
import pytest
import torch

from weldfusion.data.batch import Batch, Where
from weldfusion.errors import ConfigError
from weldfusion.training.augment import augmentation
from weldfusion.training.augment.augmentation import augmented
from weldfusion.training.augment.gain import Gain
from weldfusion.training.augment.light import Light
from weldfusion.training.augment.mirror import Mirror
from weldfusion.training.augment.move import Move
from weldfusion.training.augment.noise import Noise
from weldfusion.training.augment.shift import Shift
from weldfusion.training.augment.turn import Turn
from weldfusion.training.augment.zoom import Zoom


def batch(samples: list[int], inputs: torch.Tensor, valid: torch.Tensor | None = None) -> Batch:
    count = len(samples)
    zeros = np.zeros(count)
    names = np.array(["w"] * count, dtype=object)
    where = Where(np.array(samples), names, names, zeros, zeros, zeros, zeros)
    here = torch.ones(count, dtype=torch.bool)
    return Batch({"sound": inputs}, {"sound": here}, {} if valid is None else {"sound": valid}, {}, where)


def test_noise_has_the_asked_power_and_is_gaussian() -> None:
    x = torch.sin(torch.linspace(0, 400, 20000)).repeat(4, 1, 1)
    added = augmented(batch([1, 2, 3, 4], x), {"sound": [Noise(0.1)]}, 0, 0).inputs["sound"] - x
    share = added.std(dim=-1) / x.std(dim=-1)
    assert share.flatten().tolist() == pytest.approx([0.1] * 4, rel=0.03)
    kurtosis = (added**4).mean() / (added**2).mean() ** 2
    assert float(kurtosis) == pytest.approx(3.0, abs=0.1)
    assert abs(np.corrcoef(added[0, 0], added[1, 0])[0, 1]) < 0.03


def test_gain_is_log_uniform() -> None:
    x = torch.ones(4000, 1, 2)
    factor = augmented(batch(list(range(4000)), x), {"sound": [Gain(2.0)]}, 0, 0).inputs["sound"][:, 0, 0]
    assert float(factor.min()) >= 0.5
    assert float(factor.max()) <= 2.0
    assert float(factor.log().mean()) == pytest.approx(0.0, abs=0.03)
    assert float(factor.log().std()) == pytest.approx(2 * math.log(2) / math.sqrt(12), rel=0.03)


def test_shift_moves_and_repeats_the_ends() -> None:
    x = torch.arange(5.0).view(1, 1, 5)
    by_two = Shift(2)(x, torch.tensor([[0.999]]))
    back_two = Shift(2)(x, torch.tensor([[0.0]]))
    assert by_two.flatten().tolist() == [0, 0, 0, 1, 2]
    assert back_two.flatten().tolist() == [2, 3, 4, 4, 4]


def test_mirror_turns_half_of_the_images_and_keeps_their_bytes() -> None:
    x = torch.arange(6, dtype=torch.uint8).view(1, 1, 2, 3).repeat(400, 1, 1, 1)
    out = augmented(batch(list(range(400)), x), {"sound": [Mirror()]}, 0, 0).inputs["sound"]
    turned = torch.tensor(np.flip(x[0].numpy(), axis=-1).copy())
    flags = [bool((image == turned).all()) for image in out]
    assert out.dtype == torch.uint8
    assert all(flag or bool((image == x[0]).all()) for flag, image in zip(flags, out, strict=True))
    assert 150 < sum(flags) < 250


def test_a_sample_gets_the_same_in_any_batch_and_another_in_the_next_epoch() -> None:
    x = torch.randn(3, 1, 50, generator=torch.Generator().manual_seed(0))
    wanted = {"sound": [Noise(), Gain(), Shift(5)]}
    together = augmented(batch([4, 7, 9], x), wanted, 1, 2).inputs["sound"]
    alone = augmented(batch([7], x[1:2]), wanted, 1, 2).inputs["sound"]
    later = augmented(batch([7], x[1:2]), wanted, 1, 3).inputs["sound"]
    assert torch.equal(together[1], alone[0])
    assert not torch.equal(alone, later)


def test_padding_stays_and_the_batch_is_not_changed() -> None:
    x = torch.zeros(1, 1, 10)
    x[..., :6] = 1.0 + torch.arange(6)
    before = x.clone()
    valid = torch.arange(10).unsqueeze(0) < 6
    out = augmented(batch([3], x, valid), {"sound": [Noise(1.0)]}, 0, 0).inputs["sound"]
    assert torch.equal(x, before)
    assert out[..., 6:].abs().max() == 0
    assert (out[..., :6] != x[..., :6]).all()


def test_unknown_input_is_told() -> None:
    with pytest.raises(ConfigError, match=r"training.augment.sonud: no such input; did you mean sound\?"):
        augmented(batch([0], torch.zeros(1, 1, 4)), {"sonud": [Noise()]}, 0, 0)


def test_the_largest_number_that_is_drawn_stays_below_one(monkeypatch):
    largest = np.nextafter(1.0, 0.0)
    assert np.float32(largest) == 1
    monkeypatch.setattr(
        augmentation, "uniforms", lambda keys, sample, count: np.full((len(sample), count), largest)
    )
    x = torch.linspace(-1, 1, 40).view(1, 1, 40)
    out = augmented(batch([3], x), {"sound": [Noise(1.0)]}, 0, 0).inputs["sound"]
    assert torch.isfinite(out).all()


def test_turns_are_those_of_numpy_a_quarter_each() -> None:
    x = torch.arange(9, dtype=torch.uint8).view(1, 1, 3, 3).repeat(800, 1, 1, 1)
    out = augmented(batch(list(range(800)), x), {"sound": [Turn()]}, 0, 0).inputs["sound"]
    turned = [torch.tensor(np.rot90(x[0, 0].numpy(), k).copy()) for k in range(4)]
    counts = [sum(bool((image[0] == one).all()) for image in out) for one in turned]
    assert sum(counts) == 800
    assert min(counts) > 150


def test_turning_needs_squares() -> None:
    with pytest.raises(ConfigError, match="Turn turns square images, not 2 × 3"):
        augmented(batch([0], torch.zeros(1, 1, 2, 3)), {"sound": [Turn()]}, 0, 0)


@pytest.mark.parametrize("change", [Mirror(), Move(), Zoom(), Light()])
def test_what_is_for_images_refuses_signals(change) -> None:
    with pytest.raises(ConfigError, match="is for images, not for a signal"):
        augmented(batch([0], torch.zeros(1, 2, 30)), {"sound": [change]}, 0, 0)


def test_shift_refuses_images() -> None:
    with pytest.raises(ConfigError, match="Shift is for signals, not for images"):
        augmented(batch([0], torch.zeros(1, 2, 3, 8, 8)), {"sound": [Shift(2)]}, 0, 0)


def test_zoom_of_a_ramp_is_a_ramp_of_the_part() -> None:
    """A linear ramp stays linear: its slope is the part, its middle moves with the part's place."""
    ramp = torch.arange(64.0).expand(1, 1, 64, 64)
    whole, left = torch.tensor([[1.0, 0.5, 0.5]]), torch.tensor([[0.0, 0.0, 0.5]])
    assert torch.allclose(Zoom(0.5)(ramp, whole), ramp, atol=1e-4)
    row = Zoom(0.5)(ramp, left)[0, 0, 30]
    assert row[1:].diff().numpy() == pytest.approx(np.full(62, 0.5), abs=1e-4)
    assert float(row.mean()) == pytest.approx(15.5, abs=0.1)


def test_zoom_shows_the_same_part_of_all_images_of_a_set() -> None:
    x = torch.rand(1, 1, 3, 16, 16, generator=torch.Generator().manual_seed(0)).expand(2, 5, 3, 16, 16)
    out = Zoom(0.4)(x, torch.rand(2, 3, generator=torch.Generator().manual_seed(1)))
    assert torch.equal(out[:, :1].expand_as(out), out)
    assert not torch.equal(out[0], out[1])


@pytest.mark.parametrize(("drawn", "down", "across"), [((0.0, 0.999), -3, 4), ((0.5, 0.2), 0, -3)])
def test_a_moved_image_is_a_part_of_the_image_reflected_at_its_edges(drawn, down, across) -> None:
    x = torch.rand(1, 3, 2, 15, 20, generator=torch.Generator().manual_seed(0))
    around = np.pad(x.numpy(), [(0, 0), (0, 0), (0, 0), (3, 3), (4, 4)], mode="reflect")
    wanted = around[..., 3 + down : 18 + down, 4 + across : 24 + across]
    assert np.array_equal(Move(0.2)(x, torch.tensor([drawn])).numpy(), wanted)


def test_light_moves_mean_and_spread_as_told() -> None:
    x = torch.rand(1, 1, 20, 20, generator=torch.Generator().manual_seed(0))
    out = Light(0.5)(x, torch.tensor([[0.0, 0.75]]))
    assert float(out.mean() / x.mean()) == pytest.approx(1.25, rel=1e-5)
    assert float(out.std() / x.std()) == pytest.approx(0.5 * 1.25, rel=1e-5)
