"""Kaijo (解除): the shortest way back from a locked My Number Card PIN."""

__version__ = "0.1.0"
