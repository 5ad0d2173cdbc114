"""The address of an array inside a file: `file.h5::/path`, `file.mat::variable`, `file.npz::key`."""

from pathlib import Path

MARK = "::"


def split_address(path: Path) -> tuple[Path, str]:
    """The file, and the place in it; the place is empty where the whole file is meant.

    >>> split_address(Path("runs/a.h5::/weld/force"))[1]
    '/weld/force'
    >>> split_address(Path("a.wav"))[1]
    ''
    """
    file, _, inner = path.as_posix().partition(MARK)
    return (Path(file), inner) if inner else (path, "")


def file_of(path: Path) -> Path:
    """The file of an address.

    >>> file_of(Path("a.mat::force")).suffix
    '.mat'
    """
    return split_address(path)[0]


def with_inner(file: Path, inner: str) -> Path:
    """The address of a place in a file; the file itself where the place is empty.

    >>> with_inner(Path("a.h5"), "/force").as_posix()
    'a.h5::/force'
    """
    return Path(f"{file}{MARK}{inner}") if inner else file
