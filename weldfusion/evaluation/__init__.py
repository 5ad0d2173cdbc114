"""Figures, intervals and simple baselines; prediction frames in, numbers out.

May import the stations above that do not load torch; draws nothing.
"""
