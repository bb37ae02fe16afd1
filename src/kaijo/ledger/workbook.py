"""An Excel workbook of the books: movements with a list of account titles to choose from, totals that follow.

The list grows with the sheet of titles and shows no blank candidates: it is as long as that sheet is filled.
"""

import io
from collections import Counter
from typing import Any

from kaijo.errors import UsageProblem
from kaijo.ledger.accounts import account_titles
from kaijo.ledger.books import Books
from kaijo.words import Lang, label

SHEETS = ("明細", "集計", "科目", "重複", "読み飛ばし")
HEADINGS = ("日付", "入金", "出金", "摘要", "勘定科目", "残高", "口座", "元ファイル", "行", "はじめの科目")
MOST_ROWS = 1_048_575
"""Rows below the heading of an Excel sheet."""

_MOST_TITLES = 500
_FIRST_TITLE = 6  # of 集計, counted from 0
_ROOM = 1000
_WIDTHS = {
    "明細": (12, 12, 12, 40, 16, 13, 32, 24, 8, 16),
    "集計": (24, 16, 16, 16),
    "科目": (24,),
    "重複": (12, 12, 40, 24, 8, 32),
    "読み飛ばし": (24, 8, 45, 80),
}
"""Of the columns, in characters; one of Japanese is two wide."""
_LIST = "勘定科目一覧"
_YEN, _DAY = "#,##0", "yyyy/mm/dd"


def workbook(books: Books, lang: Lang) -> bytes:
    """Return the workbook. Raises UsageProblem `ledger.no-workbook` without the extra, `ledger.too-many-rows`."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise UsageProblem("ledger.no-workbook") from None
    if len(books.bookings) > MOST_ROWS:
        raise UsageProblem("ledger.too-many-rows", rows=len(books.bookings), most=MOST_ROWS)
    file = io.BytesIO()
    # Text is data here: a description that begins with "=" is no formula, one that looks like an address no link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheets = {name: book.add_worksheet(name) for name in SHEETS}
    for name, widths in _WIDTHS.items():
        for column, width in enumerate(widths):
            sheets[name].set_column(column, column, width)
    bold = book.add_format({"bold": True, "bottom": 1})
    yen, day = book.add_format({"num_format": _YEN}), book.add_format({"num_format": _DAY})
    sheets["明細"].write_row(0, 0, HEADINGS, bold)
    _movements(sheets["明細"], books, lang, yen, day)
    names = _titles(books)
    _totals(sheets["集計"], books, names, bold, yen)
    for number, name in enumerate(("勘定科目", *names)):
        sheets["科目"].write_string(number, 0, name, bold if number == 0 else None)
    book.define_name(_LIST, f"=OFFSET(科目!$A$2,0,0,COUNTA(科目!$A$2:$A${_MOST_TITLES + 1}),1)")
    _duplicates(sheets["重複"], books, bold, yen, day)
    _skipped(sheets["読み飛ばし"], books, lang, bold)
    book.close()
    return file.getvalue()


def _titles(books: Books) -> list[str]:
    """Return the titles to choose from: the form's, then any other that a rule gave."""
    return list(dict.fromkeys([*account_titles().all, *(one.title for one in books.bookings)]))


def _movements(sheet: Any, books: Books, lang: Lang, yen: Any, day: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for row, (entry, title, _own, own_name, _placed) in enumerate(books.bookings, 1):
        sheet.write_datetime(row, 0, entry.day, day)
        sheet.write_number(row, 1 if entry.amount > 0 else 2, abs(entry.amount), yen)
        sheet.write_string(row, 3, entry.text)
        sheet.write_string(row, 4, title)
        if entry.balance is not None:
            sheet.write_number(row, 5, entry.balance, yen)
        sheet.write_string(row, 6, own_name)
        sheet.write_string(row, 7, entry.source)
        sheet.write_number(row, 8, entry.line)
        sheet.write_string(row, 9, title)  # beside what a person makes of it, so that corrections can be told
    sheet.autofilter(0, 0, max(len(books.bookings), 1), len(HEADINGS) - 1)
    rule = {
        "validate": "list",
        "source": f"={_LIST}",
        "error_title": label("ledger.sheet.not-a-title", lang),
        "error_message": label("ledger.sheet.add-it", lang),
        "error_type": "warning",
    }
    sheet.data_validation(1, 4, _last(books) - 1, 4, rule)


def _totals(sheet: Any, books: Books, names: list[str], bold: Any, yen: Any) -> None:
    """Write sums that must agree with 明細, then a total for each title by formula, with room for titles to come."""
    into, out = Counter[str](), Counter[str]()
    for one in books.bookings:
        (into if one.entry.amount > 0 else out)[one.title] += abs(one.entry.amount)
    first, last = _FIRST_TITLE + 1, _FIRST_TITLE + _MOST_TITLES
    end = _last(books)
    sheet.write_row(0, 0, ("確かめ", "入金", "出金"), bold)
    rows = (("科目の合計", f"{{}}{first}:{{}}{last}", ""), ("明細の合計", f"{{}}2:{{}}{end}", "明細!"))
    for row, (name, cells, where) in enumerate(rows, 1):
        sheet.write_string(row, 0, name)
        for column, letter, sums in ((1, "B", into), (2, "C", out)):
            sheet.write_formula(row, column, f"=SUM({where}{cells.format(letter, letter)})", yen, sums.total())
    sheet.write_string(3, 0, "差（0になるはず）")
    sheet.write_formula(3, 1, "=B2-B3", yen, 0)
    sheet.write_formula(3, 2, "=C2-C3", yen, 0)
    sheet.write_row(_FIRST_TITLE - 1, 0, ("勘定科目", "入金", "出金", "差引"), bold)
    for number in range(_MOST_TITLES):
        row, cell = _FIRST_TITLE + number, _FIRST_TITLE + number + 1
        name = names[number] if number < len(names) else ""
        sheet.write_formula(row, 0, f'=IF(科目!A{number + 2}="","",科目!A{number + 2})', None, name)
        for column, letter, sums in ((1, "B", into), (2, "C", out)):
            sumifs = f"SUMIFS(明細!${letter}$2:${letter}${end},明細!$E$2:$E${end},$A{cell})"
            sheet.write_formula(row, column, f'=IF($A{cell}="","",{sumifs})', yen, sums[name] if name else "")
        left = into[name] - out[name] if name else ""
        sheet.write_formula(row, 3, f'=IF($A{cell}="","",B{cell}-C{cell})', yen, left)


def _last(books: Books) -> int:
    """Return the last row, counted from 1, that formulas and lists cover: lines that somebody adds count as well."""
    return min(len(books.bookings) + _ROOM, MOST_ROWS) + 1


def _duplicates(sheet: Any, books: Books, bold: Any, yen: Any, day: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, ("日付", "金額", "摘要", "元ファイル", "行", "同じ明細のある行"), bold)
    for row, (entry, source, line) in enumerate(books.duplicates[:MOST_ROWS], 1):
        sheet.write_datetime(row, 0, entry.day, day)
        sheet.write_number(row, 1, entry.amount, yen)
        sheet.write_string(row, 2, entry.text)
        sheet.write_string(row, 3, entry.source)
        sheet.write_number(row, 4, entry.line)
        sheet.write_string(row, 5, f"{source}:{line}")


def _skipped(sheet: Any, books: Books, lang: Lang, bold: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, ("元ファイル", "行", "理由", "内容"), bold)
    for row, one in enumerate(books.skipped, 1):
        if row > MOST_ROWS:
            break
        sheet.write_string(row, 0, one.source)
        sheet.write_number(row, 1, one.line)
        sheet.write_string(row, 2, label(one.reason, lang))
        sheet.write_string(row, 3, one.content)
