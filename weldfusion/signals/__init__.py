"""Arithmetic on sampled signals: features, resampling, filters; arrays in, arrays out.

May import numpy, scipy, numba, OpenCV and librosa; of weldfusion only `errors`, and not torch.
"""
