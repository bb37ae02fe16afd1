"""The pages of the counter: the clerk's side of the screen, and the holder's."""
