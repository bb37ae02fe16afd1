"""The phone: what the card still allows, the proof PIN, the reservation."""
