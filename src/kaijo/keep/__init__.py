"""Choosing a PIN well, and remembering it."""
