"""The practice filing desk, over HTTP as whoever files meets it."""
