"""Propose, check and describe a data-set folder.

May import what the command line may; none of these verbs loads torch.
"""
