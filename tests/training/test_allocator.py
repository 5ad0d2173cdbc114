import ctypes
import sys

import pytest

from weldfusion.training.allocator import keep_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_takes_effect_with_glibc(monkeypatch):
    if not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"):
        pytest.skip("not glibc")
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    assert keep_memory()


def test_leaves_the_users_own_setting_and_other_systems_alone(monkeypatch):
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1000000")
    assert not keep_memory()
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_")
    monkeypatch.setattr(sys, "platform", "win32")
    assert not keep_memory()
