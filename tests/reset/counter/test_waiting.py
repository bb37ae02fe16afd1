from datetime import timedelta

from kaijo.reset.counter.journal import day_of
from kaijo.reset.counter.records import TicketState
from kaijo.reset.counter.waiting import call_next, finish_ticket, list_tickets, take_ticket
from tests.reset.bench import code_of

from .bench import ONE, TWO, CounterBench


def test_numbers_are_called_in_their_order_each_to_one_clerk(bench: CounterBench) -> None:
    assert [take_ticket(bench.desk)[0].number for _ in range(3)] == [1, 2, 3]
    second = bench.sign_in(TWO)
    assert [call_next(bench.desk, token=token).number for token in (bench.token, second)] == [1, 2]
    assert code_of(lambda: call_next(bench.desk, token=second)) == "counter.still-serving"
    assert finish_ticket(bench.desk, token=second, number=2).state is TicketState.DONE
    assert call_next(bench.desk, token=second).number == 3
    finish_ticket(bench.desk, token=bench.token, number=1)
    assert code_of(lambda: call_next(bench.desk, token=bench.token)) == "counter.nobody-waiting"
    rows = list_tickets(bench.desk, day_of(bench.clock.now()))
    assert [(row.state.value, row.clerk) for row in rows] == [("done", ONE), ("done", TWO), ("serving", TWO)]


def test_number_says_how_many_wait_before_it(bench: CounterBench) -> None:
    assert [take_ticket(bench.desk)[1] for _ in range(3)] == [0, 1, 2]
    call_next(bench.desk, token=bench.token)
    assert take_ticket(bench.desk)[1] == 2


def test_number_that_was_not_called_is_not_done_and_one_that_is_done_stays_so(bench: CounterBench) -> None:
    take_ticket(bench.desk)
    for number in (1, 2):
        assert code_of(lambda n=number: finish_ticket(bench.desk, token=bench.token, number=n)) == (  # type: ignore[misc]
            "counter.unknown-ticket"
        )
    call_next(bench.desk, token=bench.token)
    done = finish_ticket(bench.desk, token=bench.token, number=1)
    bench.clock.advance(timedelta(minutes=1))
    assert finish_ticket(bench.desk, token=bench.token, number=1) == done


def test_numbers_begin_anew_each_day(bench: CounterBench) -> None:
    take_ticket(bench.desk)
    bench.clock.advance(timedelta(days=1))
    assert take_ticket(bench.desk)[0].number == 1


def test_number_taken_again_with_the_same_key_is_the_same_number(bench: CounterBench) -> None:
    take_ticket(bench.desk)
    first = take_ticket(bench.desk, key="one-wish-of-its-own")
    take_ticket(bench.desk, key="another-wish-of-its-own")
    assert take_ticket(bench.desk, key="one-wish-of-its-own") == first
    assert first[0].number == 2
    assert first[1] == 1
    assert len(list_tickets(bench.desk, day_of(bench.clock.now()))) == 3


def test_key_of_yesterday_is_no_number_of_today(bench: CounterBench) -> None:
    take_ticket(bench.desk, key="one-wish-of-its-own")
    bench.clock.advance(timedelta(days=1))
    take_ticket(bench.desk)
    assert take_ticket(bench.desk, key="one-wish-of-its-own")[0].number == 2
