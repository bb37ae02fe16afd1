"""docs/screens.md: what `kaijo check` shows for every test person, made by the program itself.

python -m tools.make_screens            writes the page
python -m tools.make_screens --check    fails when the page is out of step
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kaijo.clock import ManualClock, parse_time
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import TestPerson, persons
from kaijo.words import LANGS, Lang

PAGE = Path(__file__).parents[1] / "docs" / "screens.md"
NIGHT = "2027-03-15T21:40"
HEAD = f"""# Screens

What `kaijo check` shows for each test person on the last night of the filing season, in Japanese and English.
`python -m tools.make_screens` runs the program and writes this page; `make check` keeps it in step.
Every card is made anew, the time set with `--clock {NIGHT}`. Exit code 1 is bad news, 0 is none.
"""


def page() -> str:
    """Return the whole page."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), ManualClock(parse_time(NIGHT))
        issuer = Issuer.open(folder / "issuer", clock)
        for one in persons():
            create(folder / f"{one.id}.card", issuer.issue(one, clock.now()))
        return HEAD + "".join(section(one, folder) for one in persons())


def section(one: TestPerson, folder: Path) -> str:
    """Return the screens of one person in every language."""
    screens = "".join(screen(one, folder, lang) for lang in LANGS)
    return f"\n## {one.id}\n\n{one.story['ja']}\n\n{one.story['en']}\n{screens}"


def screen(one: TestPerson, folder: Path, lang: Lang) -> str:
    """Return what the command prints, as a person at a terminal without colours sees it."""
    asked = ["check", "--card", f"{one.id}.card", "--lang", lang]
    done = subprocess.run(
        [sys.executable, "-m", "kaijo", *asked, "--clock", NIGHT],
        cwd=folder,  # so that the card's place is its bare name
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return f"\n```text\n$ kaijo {' '.join(asked)}\n{done.stdout.rstrip()}\n(exit code {done.returncode})\n```\n"


def main() -> int:
    """Write the page, or check it; return the exit code."""
    made = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, "utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == made:
        return 0
    print(f"{PAGE.name} is out of step with the program. To mend: python -m tools.make_screens")
    return 1


if __name__ == "__main__":
    sys.exit(main())
