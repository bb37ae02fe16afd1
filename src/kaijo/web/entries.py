"""PINs as they were typed into a form: checked for form before anything is asked of card or service."""

from collections.abc import Mapping

from kaijo.card.pins import normalise
from kaijo.errors import GuardRefused, KaijoError
from kaijo.facts.pins import PinKind
from kaijo.web.site import Fields

Wrong = Mapping[str, KaijoError]
"""What is wrong, by the name of the field."""


def check_proof(fields: Fields, proof: PinKind) -> Wrong:
    """Return what is wrong with the proof PIN in the field `proof`."""
    return _check_form(fields, "proof", proof)


def check_pin(fields: Fields, name: str, kind: PinKind) -> Wrong:
    """Return what is wrong with the PIN of `kind` in the field `name`."""
    return _check_form(fields, name, kind)


def check_new(fields: Fields, kind: PinKind, *, new: str = "new", again: str = "again") -> Wrong:
    """Return what is wrong with the new PIN in the fields of these names."""
    if wrong := _check_form(fields, new, kind):
        return wrong
    if _check_form(fields, again, kind) or normalise(kind, fields[new]) != normalise(kind, fields[again]):
        return {again: GuardRefused("guard.pins-differ", kind=kind)}
    return {}


def _check_form(fields: Fields, name: str, kind: PinKind) -> Wrong:
    try:
        normalise(kind, fields.get(name, ""))
    except GuardRefused as refused:
        return {name: refused}
    return {}
