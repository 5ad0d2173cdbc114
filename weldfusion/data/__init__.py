"""Weld data sets: card, manifest, readers, clock, windows, splits, cache, check; folders in, batches out.

May import `signals`; only `batch` and `dataset` may import torch.
"""
