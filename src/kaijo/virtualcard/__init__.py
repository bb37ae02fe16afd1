"""The card in software: exact to the byte where the real card is public, and marked as ours where it is not."""
