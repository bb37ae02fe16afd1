from datetime import datetime

import pytest

from kaijo.clock import JST
from kaijo.facts.pins import PinKind
from kaijo.sheets.kiosk_slip import kiosk_slip, slip_content
from kaijo.words import LANGS, Lang, label, show

AT = datetime(2027, 3, 15, 21, 50, tzinfo=JST)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
def test_slip_says_what_when_and_what_now(kind: PinKind, lang: Lang) -> None:
    content = slip_content(kind, AT, "kiosk.trial.good", lang)
    assert content["rows"] == [
        [label("kiosk.slip.what", lang), show(kind, lang)],
        [label("kiosk.slip.when", lang), show(AT, lang)],
        [label("kiosk.slip.trial", lang), label("kiosk.trial.good", lang)],
    ]
    assert content["steps"] == [
        label("kiosk.done.take", lang),
        label("kiosk.done.note", lang),
        label(f"kiosk.done.use.{kind.value}", lang),
        label("kiosk.slip.lost", lang),
    ]


def test_slip_is_a_pdf() -> None:
    assert kiosk_slip(PinKind.SIGNATURE, AT, "kiosk.trial.not-wanted", "ja")[:5] == b"%PDF-"
