"""Rules of the outside world, each with source, date checked and confidence."""
