"""How long a copy, putting it back and checking it take, beside a plain copy of the same file."""

import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kaijo import app
from kaijo.clock import SystemClock
from kaijo.facts.pins import PinKind
from kaijo.reset.records import Reservation
from kaijo.reset.states import ReservationState

ROWS = 2_000


def timed(name: str, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    spent = time.perf_counter() - began
    print(f"{name:32} {spent:8.2f} s")
    return spent


def fill(data: Path) -> None:
    clock = SystemClock()
    desk = app.desk(data, clock, face_required=False)
    now = clock.now()
    with desk.store.begin() as records:
        for _ in range(ROWS):
            records.add_reservation(
                Reservation(
                    secrets.token_hex(32), secrets.token_bytes(16), PinKind.SIGNATURE, secrets.token_hex(16),
                    ReservationState.LIVE, now, now + timedelta(hours=24), replaced_older=False,
                )
            )  # fmt: skip


def main() -> None:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, copy, back = folder / "data", folder / "copy", folder / "back"
        timed(f"fill with {ROWS} reservations", lambda: fill(data))
        size = (data / "service.sqlite3").stat().st_size / 1e6
        print(f"{size:.1f} MB, with as many rows of the audit trail")
        phrase = secrets.token_hex(16).encode()
        plain = timed("limit: plain copy of the file", lambda: shutil.copyfile(data / "service.sqlite3", folder / "x"))
        taken = timed("backup", lambda: app.back_up(copy, data, clock, database=None, passphrase=phrase))
        put = timed("restore", lambda: app.put_back(copy, back, database=None, passphrase=lambda: phrase))
        checked = timed("check of rows and trail", lambda: app.judge(back, clock, database=None))
        print(json.dumps({"rows": ROWS, "mb": size, "copy": plain, "backup": taken, "restore": put, "check": checked}))


if __name__ == "__main__":
    main()
