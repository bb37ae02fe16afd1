"""`python -m kaijo`: the same as the command `kaijo`."""

from kaijo.cli import main

main()
