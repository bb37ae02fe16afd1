import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.world import World

from .visitor import Page, Table, Visitor

HOLDER = "both-locked"
NEW = {"signature": "NEUE77PIN", "authentication": "8642", "resident": "9753", "attributes": "1029"}
ONE, TWO = "practice-clerk-1", "practice-clerk-2"


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    table = Table({HOLDER: world.fresh_card_file(HOLDER)})
    made = pages(
        faces=("home", "counter"),
        service=world.url,
        places=table,
        clock=world.clock,
        clerks=lambda: app.practice_clerks(world.data),
    )
    with Visitor(made) as visitor:
        yield visitor
    assert table.open_links == 0


def sign_in(visitor: Visitor, world: World, clerk: str = ONE) -> Page:
    password = app.practice_clerks(world.data)[clerk]
    return visitor.send(visitor.go("/counter"), clerk=clerk, password=password)


def form_to(page: Page, end: str) -> int:
    """Return the number of the form whose action ends so."""
    return next(number for number, form in enumerate(page.forms) if form.action.endswith(end))


def fill(visitor: Visitor, page: Page, typed: Mapping[str, str], form: int = 0) -> Page:
    """Send a form with fields of any name."""
    sent = page.forms[form]
    return visitor.post(sent.action, {**sent.hidden(), **typed})


def seen(page: Page) -> dict[str, str]:
    """Return every document of the checklist, ticked."""
    return {one["name"]: "yes" for one in page.forms[0].inputs if one["name"].startswith("seen-")}


def papers(visitor: Visitor, who: str = "holder-1", **more: str) -> Page:
    page = visitor.go(f"/counter/papers/{who}")
    return fill(visitor, page, {"place": HOLDER, **seen(page), **more})


def ask(visitor: Visitor, page: Page, *acts: str) -> Page:
    return fill(visitor, page, dict.fromkeys(acts, "yes"), form_to(page, "/acts"))


def approve(visitor: Visitor, world: World, page: Page, clerk: str = TWO, password: str | None = None) -> Page:
    password = app.practice_clerks(world.data)[clerk] if password is None else password
    return visitor.send(page, form=form_to(page, "/approval"), clerk=clerk, password=password)


def side(page: Page) -> str:
    (found,) = re.findall(r"/counter/holder/[0-9a-f]{32}", page.response.text)
    return str(found)


def test_all_four_pins_are_reset_by_the_holder_at_the_holders_side(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    case = ask(visitor, papers(visitor), *(f"reset-{kind.value}" for kind in PinKind))
    page = visitor.go(side(case))
    for _ in PinKind:
        asked = page.forms[0].hidden()["kind"]
        page = visitor.send(page, new=NEW[asked], again=NEW[asked])
        assert page.status == 200
    assert page.within("h1") == [label("counter.holder.finished", "ja")]
    guard = Guard(open_card(world.folder / f"{HOLDER}.json"), world.clock)
    for kind in PinKind:
        guard.verify(kind, NEW[kind.value], shown=guard.tries(kind))
    guard.close()
    assert visitor.go(case.path).text.count(label("counter.word.done", "ja")) >= 4
    assert [pin for pin in NEW.values() if re.search(rf"\b{pin}\b", visitor.words())] == []


def test_clerks_side_never_shows_a_field_for_a_pin(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    case = ask(visitor, papers(visitor), "reset-signature", "reset-resident")
    names = {one["name"] for form in case.forms for one in form.inputs}
    assert names & {"new", "again", "proof"} == set()
    assert label("counter.case.wait-holder", "ja") in case.text


def test_certificate_is_reissued_after_a_second_clerk_and_says_from_when(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    page = papers(visitor)
    tomorrow = (world.clock.now() + timedelta(days=1)).replace(hour=0, minute=0)
    assert label("counter.case.next-day", "ja", usable=tomorrow) in page.text
    waits = ask(visitor, page, "renew-authentication")
    assert [form.action for form in waits.forms if form.action.endswith("/renew")] == []
    wrong = approve(visitor, world, waits, password="not this")
    assert wrong.status == 422
    assert approve(visitor, world, waits, clerk=ONE).status == 422
    ready = approve(visitor, world, waits)
    done = visitor.send(ready, form=form_to(ready, "/renew"))
    assert label("counter.case.usable", "ja", usable=tomorrow) in done.text
    assert TWO in done.text


def test_there_is_no_way_on_while_a_document_is_missing(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    page = visitor.go("/counter/papers/legal-representative-1")
    every = seen(page)
    assert len(every) == 4
    for missing in every:
        answer = fill(visitor, page, {"place": HOLDER, **{name: "yes" for name in every if name != missing}})
        assert (answer.status, answer.path) == (422, page.path)
        named = label(f"word.document.{missing.removeprefix('seen-')}", "ja")
        assert named in "".join(answer.within("div"))


def test_proxy_comes_twice(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    first = papers(visitor, "proxy-1")
    letter = visitor.send(first, form=form_to(first, "/letter"))
    number = "".join(letter.within("code"))
    assert papers(visitor, "proxy-2", letter=number).status == 422
    world.clock.advance(timedelta(days=1))
    sign_in(visitor, world)
    assert papers(visitor, "proxy-2", letter="0" * 12).status == 422
    case = ask(visitor, papers(visitor, "proxy-2", letter=number), "reset-attributes")
    assert "/counter/holder/" not in case.response.text
    page = visitor.go(side(approve(visitor, world, case)))
    assert visitor.send(page, new="1029", again="1029").within("h1") == [label("counter.holder.finished", "ja")]


def test_wrong_or_differing_pins_leave_the_holders_side_usable(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    page = visitor.go(side(ask(visitor, papers(visitor), "reset-resident")))
    for typed in (("12", "12"), ("9753", "9754"), ("", "")):
        assert visitor.send(page, new=typed[0], again=typed[1]).status == 422
    assert visitor.send(page, new="9753", again="9753").status == 200
    assert visitor.send(page, new="1111", again="1111").status == 200
    guard = Guard(open_card(world.folder / f"{HOLDER}.json"), world.clock)
    guard.verify(PinKind.RESIDENT, "9753", shown=guard.tries(PinKind.RESIDENT))
    guard.close()


def test_numbers_are_taken_called_and_done(visitor: Visitor, world: World) -> None:
    day = sign_in(visitor, world)
    for _ in range(2):
        take = next(n for n, form in enumerate(day.forms) if form.hidden().get("act") == "take")
        day = visitor.send(day, form=take)
    day = visitor.send(day, form=next(n for n, form in enumerate(day.forms) if form.hidden().get("act") == "next"))
    assert label("counter.queue.serving", "ja", number=1) in day.text
    case = papers(visitor)
    closed = visitor.send(case, form=form_to(case, "/close"))
    assert closed.within("h1") == [label("counter.case.over", "ja")]
    day = visitor.go("/counter")
    assert [form.hidden()["act"] for form in day.forms if "act" in form.hidden()] == ["next", "take"]


def test_clerk_who_is_locked_out_is_let_in_by_a_colleague(visitor: Visitor, world: World) -> None:
    for _ in range(5):
        assert visitor.send(visitor.go("/counter"), clerk=TWO, password="not this").status == 422
    assert sign_in(visitor, world, TWO).status == 422
    day = sign_in(visitor, world)
    day = visitor.send(day, form=form_to(day, "/unlock"))
    visitor.send(day, form=form_to(day, "/out"))
    assert label("counter.at-work", "ja", clerk=TWO) in sign_in(visitor, world, TWO).text


def test_own_card_is_not_served(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    visitor.send(visitor.go("/counter/own-card"), place=HOLDER)
    answer = papers(visitor)
    assert (answer.status, answer.code) == (409, "counter.own-card")
    journal = visitor.go("/counter/journal")
    assert "counter.own-card" in journal.text


def test_without_sign_in_there_are_no_pages_but_the_first(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    case = papers(visitor)
    visitor.client.cookies.clear()
    for path in ("/counter/papers/holder-1", "/counter/journal", "/counter/own-card", case.path):
        assert (visitor.go(path).code, visitor.go(path).status) == ("counter.not-signed-in", 409)
    assert visitor.go("/counter").within("h1") == [label("counter.sign-in.title", "ja")]


def test_sign_in_that_ran_out_asks_again(visitor: Visitor, world: World) -> None:
    sign_in(visitor, world)
    world.clock.advance(timedelta(hours=5))
    assert visitor.go("/counter").within("h1") == [label("counter.sign-in.title", "ja")]


def test_holders_side_of_no_case_is_over(visitor: Visitor) -> None:
    answer = visitor.go(f"/counter/holder/{'0' * 32}")
    assert (answer.status, answer.code) == (410, "web.over")


def test_practice_clerks_are_shown_where_they_sign_in(visitor: Visitor, world: World) -> None:
    page = visitor.go("/counter")
    assert page.within("code") == list(app.practice_clerks(world.data).values())


@pytest.mark.parametrize("lang", LANGS)
def test_pages_are_well_formed_for_everybody(visitor: Visitor, world: World, lang: Lang) -> None:
    start = visitor.go(f"/counter?lang={lang}")
    wrong = visitor.send(start, clerk=ONE, password="not this")
    day = sign_in(visitor, world)
    blank = visitor.go("/counter/papers/proxy-2")
    missing = visitor.send(blank, place=HOLDER)
    case = papers(visitor)
    asked = ask(visitor, case, "reset-resident", "renew-signature")
    holder = visitor.go(side(asked))
    own, journal = visitor.go("/counter/own-card"), visitor.go("/counter/journal")
    for page in (start, wrong, day, blank, missing, case, asked, holder, own, journal):
        (heading,) = page.within("h1")
        assert "".join(page.within("title")) == f"{heading} | {label('web.name', lang)}"
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert sorted(set(ids)) == sorted(ids)
        labelled = {one["for"] for one in page.all("label")}
        shown = [one for form in page.forms for one in form.inputs if one["type"] != "hidden"]
        assert [one["name"] for one in shown if one["id"] not in labelled] == []
        described = {target for _, one in page.elements for target in one.get("aria-describedby", "").split()}
        assert described - set(ids) == set()
        assert {(form.method, len(form.hidden().get("token", ""))) for form in page.forms} <= {("post", 32)}
        assert [tag for tag, _ in page.elements if tag == "script"] == []
