"""Make data sets of simulated welds.

May import what the command line may; none of these verbs loads torch.
"""
