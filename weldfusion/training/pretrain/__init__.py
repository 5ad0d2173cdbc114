"""Objectives that need no truth, by which an encoder is trained before the targets are.
May import what `training` may."""
