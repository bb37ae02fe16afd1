import re
import subprocess
from pathlib import Path

import pytest
from icalendar import Calendar

from kaijo.keep import next_year
from kaijo.words import LANGS, Lang, label
from tests.docs.test_schemas import complaints, part
from tests.support.command import CommandLine
from tests.support.world import NIGHT, World


def test_card_that_is_read_tells_its_certificate(kaijo: CommandLine, world: World) -> None:
    card = world.card_file("signature-locked")
    ended = kaijo("next", "--card", str(card), "--clock", NIGHT.isoformat(), "--json")
    ids = [one["id"] for one in ended.json()["reminders"]]
    assert (ended.code, complaints("next", ended.json())) == (0, [])
    assert ("phone-locked" in ids, ids.count("certificate-unknown"), ids.count("certificate-lasts")) == (True, 1, 1)


def test_words_of_the_schema_are_those_of_the_code() -> None:
    ids = part("next", "properties", "reminders", "items", "properties", "id", "enum")
    source = Path(next_year.__file__).read_text("utf-8")
    assert set(ids) == set(re.findall(r'"next\.([a-z-]+)"', source))


@pytest.mark.parametrize("lang", LANGS)
def test_answers_make_calendar_and_sheet(kaijo: CommandLine, tmp_path: Path, lang: str) -> None:
    ics, pdf = tmp_path / "next.ics", tmp_path / "next.pdf"
    told = ("--certificate-end", "2028-02-01", "--phone", "--lang", lang, "--clock", "2027-03-16T09:00")
    ended = kaijo("next", *told, "--ics", str(ics), "--pdf", str(pdf))
    assert (ended.code, ended.err) == (0, "")
    assert len(Calendar.from_ical(ics.read_text("utf-8")).walk("VEVENT")) == ended.out.count("□") - 1
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    title = label("guide.next-year.title", "ja" if lang == "ja" else "en")
    assert "".join(title.split()) in "".join(text.split())
    assert set("“”") & set(text) == set()  # the font has them as wide as a letter of Japanese
    fonts = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, text=True).stdout
    assert {line.split()[0].partition("+")[2] for line in fonts.splitlines()[2:]} == {"IPAexGothic"}


@pytest.mark.parametrize("lang", LANGS)
def test_rehearsal_names_its_command(lang: Lang) -> None:
    assert "kaijo rehearse" in label("next.rehearse", lang)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--certificate-end", "Heisei"), "usage.day"),
        (("--year", "1999"), "keep.year-over"),
        (("--card", "a", "--reader", "b"), "usage.two-places"),
        (("--ics", "nowhere/next.ics"), "usage.unwritable"),
    ],
)
def test_what_cannot_be_done_is_said(
    kaijo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = kaijo("next", *arguments, "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, code)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_certificate_of_another_age_is_refused(kaijo: CommandLine, day: str) -> None:
    ended = kaijo("next", "--certificate-end", day, "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, "usage.far-time")
