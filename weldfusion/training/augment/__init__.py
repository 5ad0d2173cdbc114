"""Augmentations of the training part: one a file; a batch of one modality in, the same shape out.

May import what training may import.
"""
