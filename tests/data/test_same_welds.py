"""Welds found again by the content of their files."""

from pathlib import Path

import numpy as np

from weldfusion.data.same_welds import EDGE_BYTES, digest, overlap
from weldfusion.data.weld import Weld


def weld(name: str, *files: Path) -> Weld:
    return Weld(name, row=2, files={"sound": files} if files else {})


def noise(path: Path, seed: int, size: int = 1000) -> Path:
    path.write_bytes(np.random.default_rng(seed).bytes(size))
    return path


def test_content_goes_before_the_id(tmp_path: Path) -> None:
    first, second = noise(tmp_path / "a", 1), noise(tmp_path / "b", 2)
    copied, other = noise(tmp_path / "c", 1), noise(tmp_path / "d", 3)
    others = [weld("w1", first), weld("w2", second), weld("w3")]
    found = overlap(
        [weld("new name", copied), weld("w2", other), weld("w3", other), weld("w4", other)], others
    )
    assert found.same == ("new name", "w3")
    assert found.namesakes == ("w2",)


def test_a_file_that_is_gone_leaves_the_id(tmp_path: Path) -> None:
    assert overlap([weld("w1", noise(tmp_path / "a", 1))], [weld("w1", tmp_path / "gone")]).same == ("w1",)


def test_large_files_differ_by_either_end(tmp_path: Path) -> None:
    path = noise(tmp_path / "a", 1, 3 * EDGE_BYTES)
    whole = path.read_bytes()
    seen = {digest(path)}
    for place in (0, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        seen.add(digest(path))
    path.write_bytes(whole[:-1])
    assert len(seen | {digest(path)}) == 4
