"""Explanations of trained networks: network and windows in; shares, maps and attention on real axes out.

May import `training` and the stations above; no plotting.
"""
