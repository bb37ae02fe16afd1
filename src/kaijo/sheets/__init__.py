"""Sheets of paper to take along, as PDF."""
