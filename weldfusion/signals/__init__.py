"""Arithmetic on sampled signals: features, resampling, filters; arrays in, arrays out.

May import numpy, scipy, scikit-learn, numba, OpenCV and librosa; of weldfusion only `errors`, and not torch.
"""
