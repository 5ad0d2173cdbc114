"""Shared by all tests: one thread per process, and the real recordings where they are to be had."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")


def unzip_once(archive: Path, folder: Path) -> Path:
    """Unzips `archive` into `folder`/<its name>, once for all processes of a test session."""
    target = folder / archive.stem
    with FileLock(folder / f"{archive.stem}.lock"):
        if not target.exists():
            partial = folder / f"{archive.stem}.partial"
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(partial)
            partial.rename(target)
    return target


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`real_data("ultrasonic_weld")` is the unzipped folder of that real data set (read only).

    Skips where WELDFUSION_REAL_DATA is not set; fails where it is set and the recordings are missing.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def unzipped(name: str) -> Path:
        source = os.environ.get("WELDFUSION_REAL_DATA")
        if not source:
            pytest.skip("WELDFUSION_REAL_DATA is not set")
        archive = Path(source) / f"{name}.zip"
        if not archive.is_file():
            pytest.fail(f"WELDFUSION_REAL_DATA is set, but {archive} does not exist")
        return unzip_once(archive, shared)

    return unzipped
