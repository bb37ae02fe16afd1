"""Plain Japanese on the guide: each sentence has easy words, or a reading beside the hard ones."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kaijo.web
from kaijo.clock import ManualClock
from kaijo.facts.book import book
from kaijo.web import NoPlaces, pages
from kaijo.web.languages import wording
from kaijo.words import catalogue, label
from tests.support.world import NIGHT

from .nights import NIGHTS, walk
from .visitor import Visitor

TEMPLATES = Path(kaijo.web.__file__).parent / "templates"
KANJI = re.compile("[一-龠々]")
# A word with its reading beside it.
READ = re.compile("([一-龠々]+)（[ぁ-んー]+）")
# What is learnt first.
EASY = set(
    "一二三四五六七八九十百千万円年月日時分半間今何人名前上下中外大小出入手口目見聞読書言話行来帰食店家国会社車電"
    "新古長少多早本番号回数次紙字文私青白黒色朝夜昼道気休先生学校英語作使持待考知思答教金土火水木曜"
)
# The same on purpose. Sources and titles of facts stand as they are named elsewhere, so that somebody can look them up
# and help; languages are called as their speakers call them; the guide has no practice mark.
SAME = re.compile(r"confidence\..*|mark\..*|guide\.voice\..*|web\.(name|practice|practice-label)")
# Codes that the templates and the guide's words put together.
FAMILIES = re.compile(
    r"guide\..*|plan\.(act|place|because|stop|money|warning)\..*|form\..*|web\.(skip|faces|langs|not-official|wrong)"
    r"|web\.(official|pin\.form)[.-].*|web\.face\.guide"
)
ROUTES = re.compile(r"etax-now|.*-etax|id-password|accountant|paper-.*|late-filing")
PINS = re.compile("signature|authentication|resident|attributes|form\\..*")
REASONS = re.compile(
    "missing|not-yes-or-no|not-a-(whole-number|date|time)|not-one-of-the-words|out-of-range|contradicts|in-the-.*|too-far-ahead"
)


@pytest.fixture
def guest() -> Iterator[Visitor]:
    site = pages(faces=("guide",), service="http://127.0.0.1:1", places=NoPlaces(), clock=ManualClock(NIGHT))
    with Visitor(site) as visitor:
        yield visitor


def written() -> set[str]:
    """Return the codes that the guide's templates and the frame around them write down whole."""
    texts = [path.read_text("utf-8") for path in [*(TEMPLATES / "guide").glob("*.html"), TEMPLATES / "layout.html"]]
    return {code for text in texts for code in re.findall(r'\bt\([\'"]([a-z.-]+)[\'"][,)]', text)}


def codes() -> list[str]:
    words = re.compile(rf"word\.({ROUTES.pattern}|{PINS.pattern}|{REASONS.pattern})")
    rows = {code for code in catalogue() if FAMILIES.fullmatch(code) or words.fullmatch(code)}
    return sorted(code for code in rows | written() if not SAME.fullmatch(code))


def hard(text: str, *, read: str | None = None) -> set[str]:
    """Return the kanji of a text that are neither easy nor in a word that `read`, else the text itself, reads out."""
    words = sorted(READ.findall(text if read is None else read), key=len, reverse=True)
    return set(KANJI.findall(re.sub("|".join(words), "", text) if words else text)) - EASY


@pytest.mark.parametrize("code", codes())
def test_sentence_of_the_guide_is_plain(code: str) -> None:
    assert hard(str(catalogue()[wording(code, "plain")]["ja"])) == set()


@pytest.mark.parametrize("name", NIGHTS)
def test_page_in_plain_japanese_shows_no_hard_word_without_its_reading(guest: Visitor, name: str) -> None:
    guest.go("/guide?lang=plain")
    titles = re.compile("|".join(re.escape(row.title["ja"]) for row in book().values()))
    for page in [*walk(guest, NIGHTS[name]), guest.go("/guide/pins"), guest.go("/guide/next-year")]:
        sources = {text for path, text in page.texts if path[-2:] == ("li", "span") or "style" in path}
        seen = [titles.sub("", text) for _, text in page.texts if text not in sources]
        named = label("web.name", "ja")
        assert [text for text in seen if hard(text.replace(named, ""), read=page.text)] == []


def test_every_plain_row_says_a_row_that_is_there() -> None:
    plain = [code for code in catalogue() if code.startswith("plain.")]
    assert [code for code in plain if code.removeprefix("plain.") not in catalogue()] == []
