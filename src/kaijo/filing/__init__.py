"""The practice filing desk (練習用): of the shape of e-Tax as its user meets it, and never to be mistaken for it."""
