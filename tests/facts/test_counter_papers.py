from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact, use
from kaijo.facts.counter import Visitor, visits
from kaijo.facts.counter_papers import (
    case_life,
    clerk_tries,
    documents,
    letter_life,
    letter_same_day,
    sign_in_life,
)


@pytest.mark.parametrize("visitor", Visitor)
def test_every_visit_has_its_documents_and_none_after_the_last(visitor: Visitor) -> None:
    last = visits(visitor)
    assert [bool(documents(visitor, visit)) for visit in range(last + 2)] == [False, *[True] * last, False]
    assert {documents(visitor, visit)[0] for visit in range(1, last + 1)} == {"card"}


def test_holder_of_a_city_that_asks_for_the_card_alone() -> None:
    row = fact("counter-documents")
    with use({row.id: replace(row, value={"card": True, "further_identification": "never"})}):
        assert documents(Visitor.HOLDER, 1) == ("card",)
    assert documents(Visitor.HOLDER, 1) == ("card", "holder-identification")


@pytest.mark.parametrize("value", [{"visits": [[]]}, {"visits": [[1]]}, {"visits": ["card"]}, {"visits": 2}, {}])
def test_documents_of_another_shape_are_damaged(value: object) -> None:
    row = fact("counter-proxy-documents")
    with use({row.id: replace(row, value=value)}), pytest.raises(UsageProblem) as problem:
        documents(Visitor.PROXY, 1)
    assert problem.value.code == "facts.damaged"


def test_lives_and_counts_are_those_of_the_book() -> None:
    assert (case_life(), sign_in_life(), letter_life()) == (
        timedelta(minutes=30),
        timedelta(hours=4),
        timedelta(days=60),
    )
    assert (clerk_tries(), letter_same_day()) == (5, False)
