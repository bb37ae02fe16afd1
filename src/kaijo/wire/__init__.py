"""What our HTTP services have in common: how they read a body, and how they put an error into an answer."""
