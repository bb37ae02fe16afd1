"""The questions of `kaijo plan`: only what the plan needs, and an empty answer means "I do not know"."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.cli.speech import speech
from kaijo.clock import Clock
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain

_CARD_KINDS = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
_EQUIPMENT = ("nfc_phone", "phone_certificate", "id_password", "printer")
_MEMORIES = ("known", "unsure", "forgotten", "locked")


def read_card(link: Link, clock: Clock) -> dict[str, Any]:
    """Return what the card itself tells of the situation: tries left and certificates. Raises as the link does."""
    from kaijo.doctor import examine

    guard = Guard(link, clock)
    try:
        seen = examine(guard, clock)
    finally:
        guard.close()
    readings = [seen.pins[kind].tries for kind in _CARD_KINDS if kind in seen.pins]
    pins = {tries.kind.value: {"tries_left": tries.tries_left} for tries in readings if tries is not None}
    certificates = {
        kind.value: {"not_after": reading.certificate.not_after.date().isoformat()}
        for kind, reading in seen.certificates.items()
        if reading.certificate is not None
    }
    return {"pins": pins, "certificates": certificates}


def ask_situation(read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the situation, `read` from a card completed by what the person answers."""
    pins = {kind.value: _pin(kind, read.get("pins", {}).get(kind.value, {})) for kind in _CARD_KINDS}
    kinds = ("blue", "white", "refund")
    filing = {"kind": _choice("plan.ask.kind", kinds), "ready_in_minutes": _number("plan.ask.ready")}
    person = {"moved_since_issue": _yes("plan.ask.moved")}
    equipment = _equipment()
    return _known(
        {
            "pins": pins,
            "certificates": read.get("certificates"),
            "filing": _known(filing),
            "person": _known(person),
            "equipment": _known(equipment),
            "places": _places(),
        }
    )


def _equipment() -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in _EQUIPMENT:
        told[name] = _yes(f"plan.ask.{name}")
        if name == "phone_certificate" and told[name]:
            told["phone_signature_pin"] = _yes("plan.ask.phone_signature_pin")
    return told


def _pin(kind: PinKind, read: Mapping[str, Any]) -> dict[str, Any]:
    if read.get("tries_left") == 0:
        return {**read, "memory": "forgotten"}
    memory = _choice("plan.ask.memory", _MEMORIES, kind=kind)
    if memory == "locked":
        return {"memory": "forgotten", "tries_left": 0}
    return _known({**read, "memory": memory})


def _places() -> dict[str, Any]:
    chain = _choice("plan.ask.chain", tuple(chain.value for chain in Chain))
    minutes = _number("plan.ask.store") if chain else None
    counter, box = _number("plan.ask.counter"), _number("plan.ask.drop_box")
    return _known(
        {
            "stores": [{"chain": chain, "minutes": minutes}] if chain and minutes is not None else None,
            "counter": None if counter is None else {"minutes": counter},
            "drop_box": None if box is None else {"minutes": box},
        }
    )


def _ask(code: str, read: Callable[[str], Any], hint: str, **data: object) -> Any:
    while True:
        text = click.prompt(f"{speech().label(code, **data)} {hint}", default="", show_default=False, err=True).strip()
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            click.echo(speech().label("plan.ask.again", hint=hint), err=True)


def _choice(code: str, choices: tuple[str, ...], **data: object) -> Any:
    def read(text: str) -> str:
        if text in choices:
            return text
        return choices[int(text) - 1] if text.isdigit() and 0 < int(text) <= len(choices) else _no()

    return _ask(code, read, "[" + " ".join(f"{number}:{name}" for number, name in enumerate(choices, 1)) + "]", **data)


def _yes(code: str) -> Any:
    answers = {"y": True, "yes": True, "はい": True, "n": False, "no": False, "いいえ": False}
    return _ask(code, lambda text: answers[text.lower()] if text.lower() in answers else _no(), "[y/n]")


def _number(code: str) -> Any:
    return _ask(code, int, "")


def _no() -> Any:
    raise ValueError


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known: absent means unknown."""
    return {key: value for key, value in values.items() if value is not None and value != {}}
