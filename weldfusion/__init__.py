"""weldfusion: train, evaluate and explain fusion models of weld sensor data."""

__version__ = "0.1.0.dev0"
