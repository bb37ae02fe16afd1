from datetime import UTC, datetime
from enum import Enum
from typing import get_args

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.book import Confidence
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.words import Lang, Message, catalogue, explain, label, message, show, show_time

MONDAY_NIGHT = datetime(2027, 3, 15, 21, 40, tzinfo=JST)


class Weather(Enum):
    FOG = "fog"


def test_message_has_its_parts_filled_in() -> None:
    made = message("facts.unknown", "en", fact="moon-phase")
    assert made == Message(
        code="facts.unknown",
        title="There is no such fact",
        cause="No fact has the name “moon-phase”.",
        remedy="Run kaijo facts and look the name up in the list.",
        retriable=False,
    )
    assert made.as_dict() == {
        "code": "facts.unknown",
        "title": "There is no such fact",
        "cause": "No fact has the name “moon-phase”.",
        "remedy": "Run kaijo facts and look the name up in the list.",
        "retriable": False,
    }


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_error_is_explained_with_its_own_data(lang: Lang) -> None:
    error = UsageProblem("facts.damaged", file="pins.toml", fact="pin-signature", field="value")
    assert explain(error, lang) == message("facts.damaged", lang, **error.data)


def test_text_typed_by_a_person_is_shown_as_it_is() -> None:
    assert "“{text} 100%”" in message("usage.time", "en", text="{text} 100%").cause


def test_label_is_filled_in() -> None:
    assert label("cli.ask-new", "ja", kind=PinKind.RESIDENT) == "新しい住民基本台帳用の暗証番号"
    assert label("cli.ask-new", "en", kind=PinKind.RESIDENT) == "New resident PIN"


def test_code_nobody_wrote_down_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        message("no.such-code", "ja")


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (MONDAY_NIGHT, "2027年3月15日(月) 21:40", "Mon 15 Mar 2027 21:40"),
        (MONDAY_NIGHT.astimezone(UTC), "2027年3月15日(月) 21:40", "Mon 15 Mar 2027 21:40"),
        (Chain.LAWSON, "ローソン", "Lawson"),
        ([Chain.SEVEN_ELEVEN, Chain.AEON], "セブン-イレブン、イオン", "7-Eleven, Aeon"),
        ((), "", ""),
        (Weather.FOG, "fog", "fog"),
        (3, "3", "3"),
    ],
)
def test_show_writes_values_as_people_do(value: object, ja: str, en: str) -> None:
    assert (show(value, "ja").replace("（", "(").replace("）", ") "), show(value, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("kind", "official"),
    [
        (PinKind.SIGNATURE, "署名用電子証明書の暗証番号"),
        (PinKind.AUTHENTICATION, "利用者証明用電子証明書の暗証番号"),
        (PinKind.RESIDENT, "住民基本台帳用の暗証番号"),
        (PinKind.ATTRIBUTES, "券面事項入力補助用の暗証番号"),
    ],
)
def test_pins_have_their_official_names(kind: PinKind, official: str) -> None:
    assert show(kind, "ja") == official
    assert show(kind, "en") == f"{kind.value} PIN"


def test_every_chain_has_a_name() -> None:
    assert [chain for chain in Chain if f"word.{chain.value}" not in catalogue()] == []


def test_every_confidence_has_a_label() -> None:
    labels = {code.removeprefix("confidence.") for code in catalogue() if code.startswith("confidence.")}
    assert labels == set(get_args(Confidence))


@pytest.mark.parametrize(
    ("moment", "ja", "en"),
    [
        (datetime(2027, 3, 15, 21, 40, tzinfo=JST), "2027年3月15日（月）21:40", "Mon 15 Mar 2027 21:40"),
        (datetime(2028, 2, 29, 15, 5, tzinfo=UTC), "2028年3月1日（水）00:05", "Wed 1 Mar 2028 00:05"),
        (datetime(2026, 12, 6, 0, 0, tzinfo=JST), "2026年12月6日（日）00:00", "Sun 6 Dec 2026 00:00"),
    ],
)
def test_time_is_written_in_jst_with_its_weekday(moment: datetime, ja: str, en: str) -> None:
    assert (show_time(moment, "ja"), show_time(moment, "en")) == (ja, en)
