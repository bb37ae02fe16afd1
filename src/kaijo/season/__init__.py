"""The national season, simulated: lock-outs, reservations, kiosks and counters from the first day to the deadline.

Nobody is simulated one by one. The flows between stages are expected numbers; each kind of place carries the whole
probability distribution of the people in it, so waits come with their distribution. See docs/season.md.
"""
