"""A proposed data set for a folder of recordings: files in; card, manifest and starter config out.

May import the rest of `data`; not torch.
"""
