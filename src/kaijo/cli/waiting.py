"""Work that may take longer than a moment, and of which no library tells how far it is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kaijo.cli.speech import speech


@contextmanager
def waiting(step: str) -> Iterator[None]:
    """Show the label `step` with a clock on stderr while the work goes on, where somebody looks; else nothing."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    unseen = speech().json or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=unseen) as progress:
        progress.add_task(speech().label(step), total=None)
        yield
