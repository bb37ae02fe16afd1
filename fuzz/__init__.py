"""Hostile bytes for every reader of Kaijo. Each target lets errors of the project pass and nothing else."""
