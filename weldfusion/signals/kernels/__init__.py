"""Compiled inner loops of `weldfusion.signals`: float64 and int64 arrays in, arrays filled, no checks.

May import numpy and numba; nothing else of weldfusion. Any change here makes all of it compile again.
"""
