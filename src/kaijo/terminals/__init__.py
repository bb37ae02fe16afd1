"""Phone and kiosk: a card behind its guard, and a client of the reservation service's API. Nothing else."""
