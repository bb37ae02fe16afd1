"""Programs that nobody here wrote read the OpenAPI document and call what it describes, in every order it allows.

`KAIJO_CALLS` is about how many calls are made: few in every run, 100,000 and more for the record.
"""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.engine.errors import is_inconsistent_replay
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .hand import Hand

CALLS = int(os.environ.get("KAIJO_CALLS", "600"))
WAYS, STEPS = 15, 40
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def sequences(hand: Hand) -> Any:
    """Return the state machine that the document's links make, with our hand in it."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", hand)
    machine: Any = schema.as_state_machine()

    class Sequences(machine):  # type: ignore[misc]
        def setup(self) -> None:
            hand.begin()

        def before_call(self, case: Any) -> None:
            hand.help(case.operation.path, case.formatted_path, case.headers, case.body)

        def after_call(self, response: Any, case: Any) -> None:
            hand.hear(case.operation.path, case.formatted_path, response.status_code, response.content)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    return Sequences


def walk(hand: Hand) -> None:
    """Go some ways through the document's links, each with a new service.

    The service draws its ids anew, and values of its answers are drawn from again. Where Hypothesis takes that for an
    inconsistent source of data the ways end there, as in schemathesis's own runs; the calls were made and judged.
    """
    try:
        run_state_machine_as_test(
            sequences(hand),
            settings=settings(
                max_examples=WAYS,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=False,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except FlakyStrategyDefinition:
        pass
    except AssertionError as error:
        if not is_inconsistent_replay(error):
            raise


def test_every_answer_is_as_the_document_says() -> None:
    hand = Hand()
    while (made := hand.calls) < CALLS:
        walk(hand)
        assert hand.calls > made
    statuses: Counter[int] = Counter()
    for (_, status), count in hand.answered.items():
        statuses[status] += count
    print(hand.calls, "calls", dict(statuses))  # noqa: T201 -- the figures, for the record
    for key, count in sorted(hand.answered.items()):
        print(*key, count)  # noqa: T201


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_by_itself_answers_as_the_document_says(mode: GenerationMode) -> None:
    hand = Hand()
    bare: set[str] = set()
    schema = schemathesis.openapi.from_asgi("/openapi.json", hand)
    for path, method in ((path, method) for path, methods in schema.items() for method in methods):
        operation = schema[path][method]

        @settings(max_examples=max(4, CALLS // 100), deadline=None, database=None, suppress_health_check=[*HealthCheck])
        @given(operation.as_strategy(generation_mode=mode))
        def call(case: Any) -> None:
            hand.help(case.operation.path, case.formatted_path, case.headers, case.body)
            response = case.call()
            hand.hear(case.operation.path, case.formatted_path, response.status_code, response.content)
            case.validate_response(response, checks=CHECKS)

        try:
            call()
        except Unsatisfiable:
            bare.add(path)
    print(mode.value, hand.calls, "calls", hand.answered)  # noqa: T201 -- the figures, for the record
    # Where nothing is asked for, nothing can be asked wrongly.
    assert {path for path, _ in hand.answered} == set(schema) - bare
    assert bare <= ({"/health", "/ready"} if mode is GenerationMode.NEGATIVE else set())
