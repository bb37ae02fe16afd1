"""Tests of `kaijo.words`."""
