"""A segmenter in use and its file."""

import numpy as np
import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.layers.segmenter import Segmenter, by_itself, read_segmenter


def segmenter(size=(24, 32)):
    torch.manual_seed(3)
    return Segmenter(2, (4, 6), size).eval()


def content(**changes):
    made = segmenter()
    return {
        "schema": 1, "model": made.state_dict(), "channels": 2, "widths": [4, 6], "size": [24, 32],
        "data": "plates", "welds": ["a", "b"], "pictures": ["00ff"], **changes,
    }  # fmt: skip


def test_pictures_by_themselves_as_numpy_has_it():
    x = np.random.default_rng(0).normal(7, 3, (3, 2, 9, 11)).astype(np.float32)
    x[2, 1] = 5.0
    found = by_itself(torch.from_numpy(x)).numpy()
    expected = (x - x.mean((2, 3), keepdims=True)) / np.maximum(x.std((2, 3), keepdims=True), 1e-4)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("size", [(24, 32), (60, 50)])
def test_the_unit_of_grey_values_does_not_matter(size):
    x = torch.randint(0, 256, (3, 2, *size), dtype=torch.uint8)
    network = segmenter()
    standardised = (x.float() / 255 - 0.3) / torch.tensor([0.2, 0.4]).view(1, 2, 1, 1)
    torch.testing.assert_close(network(standardised), network(x), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(network(x.float() * 257 + 12), network(x), atol=1e-4, rtol=1e-3)


def test_other_sizes_are_brought_to_its_own_and_back():
    x = torch.rand(2, 2, 48, 64)
    network = segmenter()
    whole = torch.nn.functional.interpolate(x, (24, 32), mode="bilinear", antialias=True)
    expected = torch.nn.functional.interpolate(network(whole), (48, 64), mode="bilinear")
    torch.testing.assert_close(network(x), expected, atol=1e-5, rtol=1e-4)


def test_the_size_comes_with_the_weights():
    other = segmenter(size=(16, 16))
    other.load_state_dict(segmenter().state_dict())
    assert other.own_size == (24, 32)
    x = torch.rand(1, 2, 40, 40)
    torch.testing.assert_close(other(x), segmenter()(x))


def test_the_file_gives_the_same_segmenter(tmp_path):
    torch.save(content(), tmp_path / "s.pt")
    found, seen = read_segmenter(str(tmp_path / "s.pt"))
    x = torch.rand(1, 2, 24, 32)
    torch.testing.assert_close(found(x), segmenter()(x))
    assert seen.data == "plates"
    assert seen.welds == {"a", "b"}
    assert not found.training


class Code:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, "is not a file"),
        (b"no pickle", "cannot be read"),
        ({"schema": 2}, "no segmenter of this version"),
        ({"x": Code()}, "cannot be read"),
        (content(widths=[4, 8]), "damaged"),
        (content(welds="a"), "welds is 'a'"),
        (segmenter().state_dict(), "no segmenter of this version"),
    ],
)
def test_what_is_wrong_with_a_file_in_one_line(tmp_path, made, message, capsys):
    path = tmp_path / "s.pt"
    if isinstance(made, bytes):
        path.write_bytes(made)
    elif made is not None:
        torch.save(made, path)
    with pytest.raises(ConfigError, match=message) as problem:
        read_segmenter(str(path))
    assert "\n" not in str(problem.value)
    assert "executed" not in capsys.readouterr().out
