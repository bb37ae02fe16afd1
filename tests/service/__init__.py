"""Tests of `kaijo.service`."""
