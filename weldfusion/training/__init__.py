"""Stages, task, keyed sampler, run folder, predictor; settings and a data set in, a run out.

May import `evaluation` and the stations above.
"""
