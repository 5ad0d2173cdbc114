"""A paper's table as a file: rows × fractions of the data, how each figure is compared, tables as text.

Takes evaluations of runs and gives tables; may import the stations up to evaluation, no torch.
"""
