"""A signed practice return: what it says, once it fits the schema and adds up."""

import hashlib
import re
from functools import cache
from pathlib import Path

from lxml import etree

from kaijo.errors import Refused, UsageProblem
from kaijo.facts.desk import largest_return
from kaijo.facts.filing import ReturnKind
from kaijo.filing.records import Figures
from kaijo.signing.xml import parse, signatures

NAMESPACE = "urn:kaijo:practice:return:1"
SCHEMA = Path(__file__).with_name("practice-return.xsd")
_FIELDS = ("year", "kind", "revenue", "expenses", "income", "tax")
_NAMED = re.compile(r"Element '\{[^}]*\}([a-z-]+)'")


def read_return(document: bytes) -> tuple[Figures, str]:
    """Return the figures of a return and the hash (SHA-256) of its content without the signature.

    Raises UsageProblem `filing.bad-field` (field, line), `filing.does-not-add-up`, Refused `filing.too-large`
    (kilobytes) and as `parse`.
    """
    largest = largest_return()
    if len(document) > largest:
        raise Refused("filing.too-large", kilobytes=largest // 1000)
    root = parse(document)
    for signature in signatures(root):
        parent = signature.getparent()
        if parent is None:
            raise UsageProblem("filing.bad-field", field="field.whole", line=1)
        parent.remove(signature)
    schema = _schema()
    if not schema.validate(root):
        raise _complaint(schema)
    values = {name: (root.findtext(f"{{{NAMESPACE}}}{name}") or "").strip() for name in _FIELDS}
    figures = _figures(values)
    if figures.income != figures.revenue - figures.expenses:
        raise UsageProblem(
            "filing.does-not-add-up",
            revenue=figures.revenue,
            expenses=figures.expenses,
            income=figures.income,
        )
    return figures, hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


def _figures(values: dict[str, str]) -> Figures:
    revenue, expenses, income, tax = (int(values[name]) for name in _FIELDS[2:])
    return Figures(int(values["year"]), ReturnKind(values["kind"]), revenue, expenses, income, tax)


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def _complaint(schema: etree.XMLSchema) -> UsageProblem:
    first = next(iter(schema.error_log))
    named = _NAMED.search(first.message)
    name = named[1] if named and named[1] in _FIELDS else "whole"
    return UsageProblem("filing.bad-field", field=f"field.{name}", line=first.line)
