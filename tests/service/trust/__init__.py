"""Tests of whether a certificate is believed."""
