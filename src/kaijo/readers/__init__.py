"""Real card readers, through the machine's PC/SC service."""
