import numpy as np
import pytest
import torch

from weldfusion.errors import RunError
from weldfusion.training.atomic import load_state, save_state


def test_state_comes_back_and_needs_no_unpickling(tmp_path):
    state = {"a": torch.arange(3), "b": {"c": [1, 2.5, None, "x"], 4: (True, False)}}
    save_state(tmp_path / "sub" / "s.pt", state)
    again = torch.load(tmp_path / "sub" / "s.pt", weights_only=True)
    assert torch.equal(again["a"], state["a"])
    assert again["b"] == state["b"]
    assert [file.name for file in (tmp_path / "sub").iterdir()] == ["s.pt"]


def test_numpy_numbers_become_plain(tmp_path):
    save_state(tmp_path / "s.pt", {"x": np.float64(1.5), "n": np.int64(2)})
    assert load_state(tmp_path / "s.pt") == {"x": 1.5, "n": 2}


@pytest.mark.parametrize("value", [np.zeros(2), object(), torch.nn.Linear(1, 1)])
def test_refuses_what_would_not_load_again(tmp_path, value):
    with pytest.raises(TypeError, match=r"state\['a'\]\['b'\]"):
        save_state(tmp_path / "s.pt", {"a": {"b": value}})
    assert not list(tmp_path.iterdir())


def test_a_view_is_saved_without_the_rest_of_its_storage(tmp_path):
    save_state(tmp_path / "s.pt", {"x": torch.zeros(1_000_000)[:2]})
    assert (tmp_path / "s.pt").stat().st_size < 10_000


@pytest.mark.parametrize("damage", ["absent", "empty", "cut", "text", "list", "code"])
def test_damaged_states_are_one_line(tmp_path, damage):
    path = tmp_path / "s.pt"
    if damage == "cut":
        save_state(path, {"a": torch.zeros(100)})
        path.write_bytes(path.read_bytes()[:-50])
    elif damage == "list":
        torch.save([1], path)
    elif damage == "code":
        torch.save({"a": torch.nn.Linear(1, 1)}, path)
    elif damage != "absent":
        path.write_bytes(b"" if damage == "empty" else b"hello")
    with pytest.raises(RunError) as caught:
        load_state(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
