"""A kiosk as a process that kills itself (SIGKILL) at one of its numbered points: argv is card, URL, clock, point.

PINs come on stdin as at a real kiosk: proof PIN, new PIN.
"""

import os
import signal
import sys
from pathlib import Path

from kaijo.card.guard import Guard
from kaijo.clock import clock_at
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk, KioskStep
from kaijo.virtualcard.cardfile import open_card


def main() -> None:
    card, url, clock, point = sys.argv[1:]
    proof, new = sys.stdin.read().splitlines()
    passed = 0

    def on_step(_step: KioskStep) -> None:
        nonlocal passed
        passed += 1
        if passed == int(point):
            os.kill(os.getpid(), signal.SIGKILL)

    time = clock_at(clock)
    kiosk = Kiosk(Guard(open_card(Path(card)), time), ServiceClient(url), time, name="kiosk-1", on_step=on_step)
    visit = kiosk.open()
    kiosk.reset(visit, proof, new, new)


main()
