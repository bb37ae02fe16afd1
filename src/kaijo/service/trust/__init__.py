"""Whether a certificate from a card may be believed: path, dates, purpose and revocation, all offline."""
