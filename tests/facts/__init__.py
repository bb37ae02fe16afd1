"""Tests of `kaijo.facts`."""
