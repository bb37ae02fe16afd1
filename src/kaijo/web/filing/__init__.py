"""The practice filing desk's pages: signing in, the return, the receipt, and the rehearsal of all of it."""
