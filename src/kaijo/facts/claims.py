"""What people say about locked cards, and what the facts say to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact, parsed

Verdict = Literal["true", "partly", "contested", "false"]

_TEXTS = ("text", "instead")
_FIELDS = {*_TEXTS, "verdict", "seen", "rests"}


@dataclass(frozen=True, slots=True)
class Rest:
    """What a verdict rests on: the value that a fact has under a path."""

    fact: str
    path: tuple[str, ...]
    value: Any

    def stands(self) -> bool:
        """Return whether the fact still says so. Raises UsageProblem `facts.unknown`, `facts.damaged`."""
        said = fact(self.fact).part(*self.path)
        return type(said) is type(self.value) and bool(said == self.value)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement seen in public, keyed by language (ja, en) like what is true instead, or besides."""

    id: str
    text: Mapping[str, str]
    verdict: Verdict
    seen: str
    rests: tuple[Rest, ...]
    instead: Mapping[str, str]

    def facts(self) -> tuple[str, ...]:
        """Return the ids of the facts that the verdict rests on."""
        return tuple(dict.fromkeys(rest.fact for rest in self.rests))

    def shaken(self) -> tuple[str, ...]:
        """Return those of its facts that no longer say what the verdict rests on. Raises as `Rest.stands`."""
        return tuple(dict.fromkeys(rest.fact for rest in self.rests if not rest.stands()))

    def as_dict(self) -> dict[str, object]:
        """Return the claim in JSON's types."""
        return {
            "id": self.id,
            "text": dict(self.text),
            "verdict": self.verdict,
            "seen": self.seen,
            "facts": list(self.facts()),
            "shaken": list(self.shaken()),
            "instead": dict(self.instead),
        }


def claims() -> tuple[Claim, ...]:
    """Return every claim in the order of `claims.toml`. Raises UsageProblem `facts.damaged`."""
    return read_claims(Path(__file__).with_name("claims.toml"))


def read_claims(file: Path) -> tuple[Claim, ...]:
    """Return the claims of a file. Raises UsageProblem `facts.damaged` (file, fact: the claim's id, field)."""
    return tuple(_claim(file.name, claim_id, row) for claim_id, row in parsed(file).items())


def _claim(file: str, claim_id: str, row: object) -> Claim:
    def damaged(field: str) -> UsageProblem:
        return UsageProblem("facts.damaged", file=file, fact=claim_id, field=field)

    if not isinstance(row, dict):
        raise damaged("row")
    for field in [*row, *sorted(_FIELDS)]:
        if field not in row or field not in _FIELDS:
            raise damaged(field)
    for field in _TEXTS:
        if not _both(row[field]):
            raise damaged(field)
    if row["verdict"] not in get_args(Verdict):
        raise damaged("verdict")
    if not _said(row["seen"]):
        raise damaged("seen")
    if not isinstance(row["rests"], list) or not row["rests"] or not all(map(_is_rest, row["rests"])):
        raise damaged("rests")
    rests = tuple(Rest(part["fact"], tuple(part["at"].split(".")), part["is"]) for part in row["rests"])
    return Claim(claim_id, row["text"], cast("Verdict", row["verdict"]), row["seen"], rests, row["instead"])


def _both(text: object) -> bool:
    return isinstance(text, dict) and text.keys() == {"ja", "en"} and all(map(_said, text.values()))


def _said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _is_rest(part: object) -> bool:
    return isinstance(part, dict) and part.keys() == {"fact", "at", "is"} and _said(part["fact"]) and _said(part["at"])
