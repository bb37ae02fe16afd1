"""Which account title a movement belongs to: rules in a file that a person can read and change."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kaijo.errors import UsageProblem
from kaijo.ledger.entries import Entry

_HEAD = """\
# Which account title a movement gets. Written by `kaijo ledger learn`, and yours to change.
#   is = "…"    the whole text, without its numbers    has = "…"    a part of the text
#   money = "in" or "out"; the first rule that fits counts, `is` before `has`
# 摘要から勘定科目を決める規則です。is は全体（数字を除く）、has は一部。書き換えてかまいません。
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `money` is "in" or "out"; `pattern` is in the form of `essence`, `whole` says what it must match."""

    pattern: str
    whole: bool
    money: str
    title: str


@lru_cache(maxsize=1 << 16)
def essence(text: str) -> str:
    """Return what of a text repeats from month to month: width folded, capitals, no digits, single blanks."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return " ".join("".join(" " if sign.isdigit() else sign for sign in folded).split())


def money_of(amount: int) -> str:
    """Return "in" for money that comes, "out" for money that goes."""
    return "in" if amount > 0 else "out"


class Rules:
    """Rules in the order in which they count."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._whole: dict[tuple[str, str], str] = {}
        for rule in self.rules:
            if rule.whole:
                self._whole.setdefault((rule.pattern, rule.money), rule.title)
        self._parts = [rule for rule in self.rules if not rule.whole]
        self._answers: dict[tuple[str, bool], str | None] = {}

    def title(self, entry: Entry) -> str | None:
        """Return the account title of a movement, None when no rule fits."""
        asked = (entry.text, entry.amount > 0)
        if asked not in self._answers:
            self._answers[asked] = self._look_up(essence(entry.text), money_of(entry.amount))
        return self._answers[asked]

    def _look_up(self, text: str, money: str) -> str | None:
        whole = self._whole.get((text, money))
        if whole is not None:
            return whole
        return next((rule.title for rule in self._parts if rule.money == money and rule.pattern in text), None)

    def learned(self, corrections: Iterable[tuple[str, int, str]]) -> "tuple[Rules, int]":
        """Return the rules with those that follow from (text, amount, title), and how many are new or changed.

        A later correction of the same text counts. Learning the same again changes nothing.
        """
        wanted = {
            (essence(text), money_of(amount)): title for text, amount, title in corrections if essence(text) and title
        }
        changed = sum(1 for key, title in wanted.items() if self._whole.get(key) != title)
        held = {(rule.pattern, rule.money) for rule in self.rules if rule.whole}
        if not changed:
            return self, 0
        # A rule that changes keeps its place, new ones follow in the order of the corrections.
        made = [
            Rule(rule.pattern, True, rule.money, wanted.get((rule.pattern, rule.money), rule.title))
            if rule.whole
            else rule
            for rule in self.rules
        ]
        made += [Rule(text, True, money, title) for (text, money), title in wanted.items() if (text, money) not in held]
        return Rules(made), changed


def read_rules(path: Path) -> Rules:
    """Return the rules of a file, none when there is no file yet. Raises UsageProblem `ledger.bad-rules`."""
    import tomllib

    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("rule", [])
    except FileNotFoundError:
        return Rules(())
    except (OSError, ValueError):
        raise UsageProblem("ledger.bad-rules", path=str(path), number=0) from None
    if not isinstance(rows, list):
        raise UsageProblem("ledger.bad-rules", path=str(path), number=0)
    return Rules(_rule(row, number, path) for number, row in enumerate(rows, 1))


def write_rules(path: Path, rules: Rules) -> None:
    """Write the rules so that a person can read them. Raises UsageProblem `usage.unwritable`."""
    parts = [_HEAD]
    for rule in rules.rules:
        how = "is" if rule.whole else "has"
        parts.append(
            f'\n[[rule]]\n{how} = {_quoted(rule.pattern)}\nmoney = "{rule.money}"\ntitle = {_quoted(rule.title)}\n'
        )
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text("".join(parts), "utf-8")
        beside.replace(path)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def _rule(row: Any, number: int, path: Path) -> Rule:
    ways = [way for way in ("is", "has") if isinstance(row, dict) and isinstance(row.get(way), str) and row[way]]
    if len(ways) != 1 or row.get("money") not in {"in", "out"} or not isinstance(row.get("title"), str):
        raise UsageProblem("ledger.bad-rules", path=str(path), number=number)
    return Rule(essence(row[ways[0]]), ways[0] == "is", row["money"], row["title"])


def _quoted(text: str) -> str:
    """Return a TOML string [TOML 1.0: basic strings]."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}" for sign in escaped) + '"'
