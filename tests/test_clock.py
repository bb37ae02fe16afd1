from datetime import datetime

import pytest

from kaijo.clock import JST, parse_time
from kaijo.errors import UsageProblem


@pytest.mark.parametrize("text", ["2027-03-15T21:40", "2027-03-15T12:40Z", "2027-03-15T21:40+09:00"])
def test_time_is_read_as_japanese_unless_it_says_otherwise(text: str) -> None:
    assert parse_time(text) == datetime(2027, 3, 15, 21, 40, tzinfo=JST)
    assert parse_time(text).tzinfo is JST


@pytest.mark.parametrize("text", ["", "soon", "2027-02-30", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_time_that_does_not_exist_in_japan_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_time(text)
    assert (caught.value.code, caught.value.data) == ("usage.time", {"text": text})
