"""weldfusion: train, evaluate and explain fusion models of weld sensor data."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weldfusion.run import Run, fit

__version__ = "0.1.0.dev0"
__all__ = ["Run", "__version__", "fit"]


def __getattr__(name: str) -> Any:
    """`fit` and `Run`, loaded when first used, so that `import weldfusion` loads no torch."""
    if name in ("fit", "Run"):
        from weldfusion import run

        return getattr(run, name)
    raise AttributeError(f"module 'weldfusion' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
