"""Small one-idea torch modules that encoders and fusions are made of; tensors in, tensors out.

May import torch and the stations above.
"""
