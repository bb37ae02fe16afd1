"""Our own limits for reading statements."""

from kaijo.facts.book import fact


def largest_statement() -> int:
    """Return the most bytes of a statement [fact: ledger-largest-file]. Raises UsageProblem `facts.damaged`."""
    return fact("ledger-largest-file").count("megabytes") << 20


def header_lines() -> int:
    """Return in how many lines a header is looked for [fact: ledger-header-lines]. Raises UsageProblem."""
    return fact("ledger-header-lines").count("lines")
