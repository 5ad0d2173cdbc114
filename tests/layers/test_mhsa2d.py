"""Two-dimensional attention against a literal double loop over the pixels."""

import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.layers.mhsa2d import MHSA2d, relative_logits, resized_table


def count(module):
    return sum(weight.numel() for weight in module.parameters())


def test_relative_logits_are_those_of_a_loop_over_all_pairs_of_pixels():
    torch.manual_seed(0)
    height, width, size = 3, 4, 5
    query = torch.randn(2, 2, height, width, size, dtype=torch.float64)
    rows = torch.randn(2 * height - 1, size, dtype=torch.float64)
    columns = torch.randn(2 * width - 1, size, dtype=torch.float64)
    found = relative_logits(query, rows, columns)
    pixels = [(y, x) for y in range(height) for x in range(width)]
    for i, (yi, xi) in enumerate(pixels):
        for j, (yj, xj) in enumerate(pixels):
            place = columns[xj - xi + width - 1] + rows[yj - yi + height - 1]
            torch.testing.assert_close(found[:, :, i, j], query[:, :, yi, xi] @ place)


def test_the_layer_is_the_formula_of_the_paper_pixel_by_pixel():
    torch.manual_seed(1)
    layer = MHSA2d(8, size=(2, 3), heads=2).double()
    x = torch.randn(1, 8, 2, 3, dtype=torch.float64)
    query, key, value = (
        torch.einsum("oc,cyx->oyx", part.weight[:, :, 0, 0], x[0])
        for part in (layer.query, layer.key, layer.value)
    )
    pixels, scale = [(y, x) for y in range(2) for x in range(3)], 4**-0.5
    expected = torch.zeros(8, 2, 3, dtype=torch.float64)
    for head in range(2):
        part = slice(4 * head, 4 * head + 4)
        for yi, xi in pixels:
            q = query[part, yi, xi] * scale
            logits = [
                q @ (key[part, yj, xj] + layer.columns[xj - xi + 2] + layer.rows[yj - yi + 1])
                for yj, xj in pixels
            ]
            weights = torch.stack(logits).softmax(dim=0)
            found = sum(w * value[part, y, x] for w, (y, x) in zip(weights, pixels, strict=True))
            expected[part, yi, xi] = found
    torch.testing.assert_close(layer(x)[0], expected)


@pytest.mark.parametrize(("side", "weights"), [(7, 789_760), (14, 793_344)])
def test_weights_of_the_last_stage_of_a_resnet_50(side, weights):
    with torch.device("meta"):
        assert count(MHSA2d(512, size=(side, side))) == weights


def test_at_another_size_the_vectors_of_the_positions_are_interpolated():
    table = torch.arange(7.0).unsqueeze(1)
    torch.testing.assert_close(resized_table(table, 7), torch.linspace(0.0, 6.0, 13).unsqueeze(1))
    assert resized_table(table, 4) is table
    layer = MHSA2d(8, size=(4, 4), heads=2)
    assert layer(torch.randn(2, 8, 5, 3)).shape == (2, 8, 5, 3)


def test_weights_of_attention_sum_to_one():
    weights = MHSA2d(8, size=(3, 2)).attention(torch.randn(2, 8, 3, 2))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 4, 6))


def test_heads_must_divide_the_channels():
    with pytest.raises(ConfigError, match="heads is 3"):
        MHSA2d(8, size=(2, 2), heads=3)
