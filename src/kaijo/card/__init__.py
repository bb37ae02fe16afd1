"""The card's protocol, pure: commands, status words, files, the guard, and one session class per application."""
