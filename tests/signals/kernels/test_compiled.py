"""Compiling: kept on disk, again after a change of any kernel's source, and without a folder to keep it."""

import threading
import warnings

import numpy as np
import pytest
from numba.core import caching

from weldfusion.signals.kernels import compiled as subject
from weldfusion.signals.kernels.compiled import compiled, ready, source_stamp


def add_one(x):
    return x + 1.0


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(caching.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def test_is_kept_on_disk_and_loaded(folder):
    ready(compiled(add_one), np.ones(2))
    assert list(folder.rglob("*.nbc"))
    again = compiled(add_one)
    ready(again, np.ones(2))
    assert sum(again.stats.cache_hits.values()) == 1
    assert again(np.ones(2)).tolist() == [2.0, 2.0]


def test_a_change_of_another_kernel_compiles_anew(folder, monkeypatch):
    ready(compiled(add_one), np.ones(2))
    monkeypatch.setattr(subject, "source_stamp", lambda: "another")
    again = compiled(add_one)
    ready(again, np.ones(2))
    assert not again.stats.cache_hits


def test_without_a_folder_it_works_with_one_warning(monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    subject._warn_uncached.cache_clear()
    kernel, other = compiled(add_one), compiled(add_one)
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        ready(kernel, np.ones(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ready(other, np.ones(2))
        ready(kernel, np.ones(2))
    assert kernel(np.ones(1)).tolist() == [2.0]


def test_a_full_disk_is_a_warning(folder, monkeypatch):
    def full(self, sig, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.Cache, "save_overload", full)
    subject._warn_uncached.cache_clear()
    kernel = compiled(add_one)
    with pytest.warns(RuntimeWarning, match="No space left"):
        ready(kernel, np.ones(2))
    assert kernel(np.ones(1)).tolist() == [2.0]


def test_a_long_compilation_is_told(folder, monkeypatch, capsys):
    class Slow:
        __name__ = "slow"
        overloads = ()

        def compile(self, signature):
            threading.Event().wait(0.3)

    monkeypatch.setattr(subject, "SILENT_S", 0.01)
    ready(Slow(), np.ones(2))
    assert "compiling 'slow'" in capsys.readouterr().err


def test_the_stamp_is_of_the_sources():
    assert len(source_stamp()) == 32
