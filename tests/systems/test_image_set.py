"""Sets of images whose encoder gives tokens."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import Chain
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.map_tokens import MapTokens
from weldfusion.errors import ConfigError
from weldfusion.systems.image_set import ImageSet
from weldfusion.testing import check_encoder

THREE = Flow("image", 1, size=(16, 24), count=3)
PATCHES = partial(
    Chain, encoders=[partial(SmallCNN2d, widths=(4, 8), out="maps"), partial(MapTokens, size=12)]
)


def test_contract():
    check_encoder(partial(ImageSet, make=PATCHES), THREE)


def test_tokens_of_the_images_follow_each_other():
    torch.manual_seed(0)
    whole = ImageSet(THREE, PATCHES).eval()
    x, valid = torch.randn(2, 3, 1, 16, 24), torch.tensor([[True, False, True], [True, True, True]])
    found, each = whole(x, valid), whole.tokens_each
    assert (each, whole.out.shape) == (whole.encoder.out.length, (3 * each, 12))
    for image in range(3):
        alone = whole.encoder(x[:, image]) * valid[:, image, None, None]
        torch.testing.assert_close(found[:, image * each : (image + 1) * each], alone)
    mask = whole.out_valid(valid)
    assert mask.shape == found.shape[:2]
    assert torch.equal(mask[0].view(3, each).float().mean(dim=1), torch.tensor([1.0, 0.0, 1.0]))


def test_for_another_number_of_images():
    whole = ImageSet(THREE, PATCHES)
    assert whole.out_of(Flow("image", 1, size=(16, 24), count=5)).length == 5 * whole.tokens_each


def test_takes_sets_only():
    with pytest.raises(ConfigError, match="takes several images"):
        ImageSet(THREE.single, PATCHES)
