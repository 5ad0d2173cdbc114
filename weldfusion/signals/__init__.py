"""Arithmetic on sampled signals: features, resampling, filters; arrays in, arrays out.

May import numpy, scipy and librosa; nothing else of weldfusion, and not torch.
"""
