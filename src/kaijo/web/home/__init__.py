"""The first page: the table with the practice cards, the clock, and the way to every face."""
