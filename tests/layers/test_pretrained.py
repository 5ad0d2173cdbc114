"""Weights from files: only state dictionaries, with errors that name the tensor."""

import pytest
import torch
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.pretrained import load_state, read_state


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="is not a file"):
        read_state(str(tmp_path / "none.pt"))


@pytest.mark.parametrize("content", [{"a": 1}, [torch.zeros(1)], nn.Linear(1, 1)])
def test_files_that_hold_something_else_are_refused(tmp_path, content):
    path = tmp_path / "weights.pt"
    torch.save(content, path)
    with pytest.raises(ConfigError, match=r"state dictionary"):
        read_state(str(path))


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"a": torch.zeros(100)}, path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ConfigError, match="no state dictionary"):
        read_state(str(path))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weight": None}, "lacks weight"),
        ({"other": torch.zeros(1)}, "has other, which the network has not"),
        ({"bias": torch.zeros(3)}, r"bias of shape \(3,\), expected \(2,\)"),
    ],
)
def test_weights_that_do_not_fit(change, told):
    state = {k: v for k, v in (nn.Linear(2, 2).state_dict() | change).items() if v is not None}
    with pytest.raises(ConfigError, match=told):
        load_state(nn.Linear(2, 2), state, (), "file.pt")


def test_ignored_names_keep_their_own_weights():
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 3))
    kept = network[1].weight.clone()
    other = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 5))
    load_state(network, other.state_dict(), ("1.",), "file.pt")
    torch.testing.assert_close(network[0].weight, other[0].weight)
    torch.testing.assert_close(network[1].weight, kept)


def test_safetensors(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    path = tmp_path / "weights.safetensors"
    safetensors.save_file({"a": torch.arange(3.0)}, path)
    assert read_state(str(path))["a"].tolist() == [0.0, 1.0, 2.0]
    path.write_bytes(b"something else")
    with pytest.raises(ConfigError, match="cannot be read as safetensors") as error:
        read_state(str(path))
    assert "\n" not in str(error.value)
