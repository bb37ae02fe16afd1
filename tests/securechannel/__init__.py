"""Tests of `kaijo.securechannel`."""
