"""See and clear the cache of prepared recordings.

May import what the command line may; none of these verbs loads torch.
"""
