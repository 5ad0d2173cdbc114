"""Plots, elements and templates; numbers in, one self-contained HTML file out.

May import `training` and the stations above; loads no torch.
"""
