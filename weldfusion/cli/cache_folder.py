"""Which cache folder a user means."""

from pathlib import Path

from weldfusion.errors import ReadError


def cache_folder(folder: Path) -> Path:
    """The cache in a data folder, or the folder itself. Raises ReadError where it does not exist."""
    from weldfusion.data.cache import FOLDER

    if not folder.is_dir():
        raise ReadError(f"{folder}: no such folder; give a data folder or a cache folder")
    inside = folder / FOLDER
    return inside if inside.is_dir() or (folder / "dataset.yaml").is_file() else folder


def megabytes(size: int) -> str:
    """
    >>> megabytes(2_500_000)
    '2.5 MB'
    """
    return f"{size / 1e6:.1f} MB"
