"""Import files for accounting programs: the columns are data in `exports.toml`, what goes into them is here."""

import csv
import io
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kaijo.ledger.books import Booking
from kaijo.ledger.entries import Entry

TARGETS = ("freee", "moneyforward", "yayoi")
TAX_OUTSIDE = "対象外"

# Signs for which the Windows code page has another one of the same look.
_TWINS = str.maketrans({"〜": "～", "−": "－", "—": "―", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢", "–": "－"})


class Exported(NamedTuple):
    """An import file, how many signs its encoding does not have (each is "?" in it), and how large it may be, or 0."""

    content: bytes
    replaced: int
    most_bytes: int


def export(target: str, bookings: Iterable[Booking], *, tax: str = TAX_OUTSIDE) -> Exported:
    """Return the import file of a program. `tax` is the tax class that every line gets."""
    form = _forms()[target]
    columns: list[str] = form["columns"]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if form["header"]:
        writer.writerow(columns)
    place = {name: number for number, name in enumerate(columns)}
    width = len(columns)
    for number, booking in enumerate(bookings, 1):
        row = [""] * width
        for name, value in _ROWS[target](number, booking, tax):
            row[place[name]] = value
        writer.writerow(row)
    content, replaced = _encoded(text.getvalue(), form["encoding"])
    return Exported(content, replaced, form.get("megabytes", 0) << 20)


def _freee(number: int, booking: Booking, tax: str) -> Iterator[tuple[str, str]]:
    del number
    entry, amount = booking.entry, str(abs(booking.entry.amount))
    yield "収支区分", "収入" if entry.amount > 0 else "支出"
    yield "管理番号", booking.trace
    yield "発生日", _day(entry)
    yield "勘定科目", booking.title
    yield "税区分", tax
    yield "金額", amount
    yield "備考", entry.text
    yield "決済日", _day(entry)
    yield "決済口座", booking.own_name
    yield "決済金額", amount


def _moneyforward(number: int, booking: Booking, tax: str) -> Iterator[tuple[str, str]]:
    yield "取引No", str(number)
    yield "取引日", _day(booking.entry)
    yield from _journal(booking, tax, "借方金額(円)", "貸方金額(円)")
    yield "摘要", booking.entry.text
    yield "仕訳メモ", booking.trace


def _yayoi(number: int, booking: Booking, tax: str) -> Iterator[tuple[str, str]]:
    del number
    yield "識別フラグ", "2000"
    yield "取引日付", _day(booking.entry)
    yield from _journal(booking, tax, "借方金額", "貸方金額")
    yield "摘要", booking.entry.text
    yield "タイプ", "0"
    yield "仕訳メモ", booking.trace
    yield "調整", "no"


def _journal(booking: Booking, tax: str, debit: str, credit: str) -> Iterator[tuple[str, str]]:
    """Yield the two sides: money that comes is a debit of the own account, money that goes a credit."""
    own, other = ("借方", "貸方") if booking.entry.amount > 0 else ("貸方", "借方")
    amount = str(abs(booking.entry.amount))
    yield f"{own}勘定科目", booking.own_title
    yield f"{own}補助科目", booking.own_name
    yield f"{other}勘定科目", booking.title
    for side in ("借方", "貸方"):
        yield f"{side}税区分", tax if side == other else TAX_OUTSIDE
    yield debit, amount
    yield credit, amount


_ROWS = {"freee": _freee, "moneyforward": _moneyforward, "yayoi": _yayoi}


def _day(entry: Entry) -> str:
    return f"{entry.day:%Y/%m/%d}"


def _encoded(text: str, encoding: str) -> tuple[bytes, int]:
    if encoding != "cp932":
        return text.encode(encoding), 0
    text = text.translate(_TWINS)
    try:
        return text.encode(encoding), 0
    except UnicodeEncodeError:
        replaced = sum(1 for sign in text if not _has(sign, encoding))
        return text.encode(encoding, "replace"), replaced


@cache
def _has(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _forms() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("exports.toml").read_text("utf-8"))
