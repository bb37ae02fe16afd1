"""Reading a long bank statement, beside a plain polars read of the same file.

    python bench/ledger.py [--lines N] [--json] [--write docs/benchmarks.md]

One million invented lines in Shift_JIS, as a bank writes them; each step in a process of its own, so that its memory is
its own. polars only cuts the lines into columns of text and numbers: it recognises no layout, no day in words and no
minus, gives no line numbers and drops nothing with a reason. It cannot decode Shift_JIS; it is given UTF-8.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from _page import table, write

HEAD = "日付,摘要,摘要内容,支払い金額,預かり金額,差引残高,メモ,未資金化区分,入払区分"
SHOPS = ("架空カフェ", "ﾔﾏﾀﾞｼﾖｳｶｲ", "ラクテンカ－ドサ－ビス", "架空電力", "手数料", "ＡＴＭ")


def statement(path: Path, lines: int) -> None:
    random, balance = Random(2027), 10_000_000  # noqa: S311 -- repeatable, guards nothing
    with path.open("w", encoding="cp932", newline="") as file:
        file.write(HEAD + "\r\n")
        for number in range(lines):
            amount, shop = random.randint(1, 99_999), random.choice(SHOPS)
            balance += amount if number % 2 == 0 else -amount
            out, into = ("", f'"{amount:,}"') if number % 2 == 0 else (f'"{amount:,}"', "")
            day = f"2027/{number * 12 // lines + 1}/{number % 28 + 1}"
            file.write(f'{day},振込,{shop} {number % 997},{out},{into},"{balance:,}",,,出\r\n')


def read_plainly(path: Path) -> int:
    import polars as pl

    frame = pl.read_csv(path, infer_schema_length=1000)
    return len(frame)


def read(path: Path) -> int:
    from kaijo.ledger.layout import known_layouts
    from kaijo.ledger.reading import read_statement

    return len(read_statement(path, known_layouts()).entries)


def books(path: Path) -> Any:
    from kaijo.ledger.books import keep_books
    from kaijo.ledger.layout import known_layouts
    from kaijo.ledger.rules import Rule, Rules

    rules = Rules([Rule("架空電力", whole=False, money="out", title="水道光熱費")])
    return keep_books([path], known_layouts(), rules, keep_duplicates=False)


def into_freee(path: Path) -> int:
    from kaijo.ledger.exports import export

    return export("freee", books(path).bookings).content.count(b"\n") - 1


def into_workbook(path: Path) -> int:
    from kaijo.ledger.workbook import workbook

    made = books(path)
    workbook(made, "ja")
    return len(made.bookings)


STEPS: dict[str, Callable[[Path], int]] = {
    "polars, plain read": read_plainly,
    "statement read, every line accounted for": read,
    "… duplicates, titles, freee file": into_freee,
    "… duplicates, titles, workbook": into_workbook,
}


def one(step: str, path: Path) -> None:
    before = time.process_time(), time.perf_counter()
    count = STEPS[step](path)
    spent = time.process_time() - before[0], time.perf_counter() - before[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"lines": count, "processor": spent[0], "seconds": spent[1], "megabytes": peak}))


def measure(lines: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.csv"
        statement(path, lines)
        plain = Path(folder) / "utf-8.csv"
        plain.write_bytes(path.read_bytes().decode("cp932").encode())
        found = {}
        for step in STEPS:
            file = plain if step.startswith("polars") else path
            command = [sys.executable, __file__, "--step", step, "--file", str(file)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[step] = json.loads(done.stdout)
            assert found[step]["lines"] == lines
        return {"lines": lines, "file_megabytes": path.stat().st_size >> 20, "steps": found}


def page(found: dict[str, Any]) -> str:
    limit = found["steps"]["polars, plain read"]["processor"]
    rows = [
        [
            step,
            f"{one['seconds']:.1f}",
            f"{one['processor']:.1f}",
            f"{one['processor'] / limit:.1f}",
            str(one["megabytes"]),
        ]
        for step, one in found["steps"].items()
    ]
    head = ["step", "s", "processor s", "ratio to polars", "peak MB"]
    return f"{found['lines']:,} lines, {found['file_megabytes']} MB:\n\n{table(head, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    if asked.step:
        one(asked.step, asked.file)
        return
    found = measure(asked.lines)
    print(json.dumps(found) if asked.json else page(found))
    if asked.write:
        write(asked.write, "ledger", page(found))


if __name__ == "__main__":
    main()
