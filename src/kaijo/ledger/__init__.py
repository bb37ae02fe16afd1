"""Statements of banks and cards into import files of accounting programs and a workbook: less typing before filing."""
