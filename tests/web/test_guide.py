"""The guide's pages, walked as a person without scripts walks them, against the planner asked directly."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from kaijo.clock import ManualClock
from kaijo.plan.advice import Plan, plan
from kaijo.plan.parsing import parse
from kaijo.web import NoPlaces, pages
from kaijo.web.guide.answers import pack, unpack
from kaijo.words import LANGS, Lang, label
from tests.support.world import NIGHT

from .nights import NIGHTS, Night, answer, walk
from .visitor import Page, Visitor

MOST_BYTES = 60_000
SIDE_PAGES = ("/guide/pins", "/guide/reading", "/guide/next-year")


@pytest.fixture
def guest() -> Iterator[Visitor]:
    site = pages(faces=("guide",), service="http://127.0.0.1:1", places=NoPlaces(), clock=ManualClock(NIGHT))
    with Visitor(site) as visitor:
        yield visitor


def directly(night: Night) -> Plan:
    return plan(parse({"now": NIGHT.isoformat(), **night.told}))


def times(page: Page) -> list[str]:
    return [one["datetime"] for one in page.all("time")]


def expected_times(made: Plan) -> list[str]:
    return [at.isoformat() for route in made.routes for step in route.steps for at in (step.start, step.end)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NIGHTS)
def test_walk_ends_at_the_plan_that_the_planner_makes(guest: Visitor, name: str, lang: Lang) -> None:
    guest.go(f"/guide?lang={lang}")
    page, made = walk(guest, NIGHTS[name])[-1], directly(NIGHTS[name])
    assert (page.status, times(page)) == (200, expected_times(made))
    if made.routes:
        assert page.within("h2")[0] == label(f"word.{made.routes[0].id}", lang)


@pytest.mark.parametrize("name", NIGHTS)
def test_plan_is_the_sixth_screen_at_the_latest(guest: Visitor, name: str) -> None:
    headings = [page.within("h1")[0] for page in walk(guest, NIGHTS[name])]
    plans = {label(f"guide.plan.{end}", "ja") for end in ("in-time", "late", "nothing")}
    assert [heading in plans for heading in headings] == [False] * 5 + [True]


@pytest.mark.parametrize("name", NIGHTS)
def test_other_routes_and_reasons_stand_on_the_plan(guest: Visitor, name: str) -> None:
    page, made = walk(guest, NIGHTS[name])[-1], directly(NIGHTS[name])
    folded = [text.split("：")[0].split(":")[0] for text in page.within("summary")[:-1]]
    assert folded == [label(f"word.{route.id}", "ja") for route in made.routes[1:]]
    ruled_out = [text for path, text in page.texts if path[-2:] == ("li", "strong")]
    assert ruled_out == [label(f"word.{rejection.id}", "ja") for rejection in made.rejected]
    linked = {one["href"] for one in page.all("a") if one["href"].startswith("#fact-")}
    assert linked - {f"#{one['id']}" for one in page.all("li") if "id" in one} == set()


@pytest.mark.parametrize("voice", ["ja", "plain", "en"])
def test_every_screen_is_well_formed_for_everybody(guest: Visitor, voice: str) -> None:
    lang: Lang = "en" if voice == "en" else "ja"
    guest.go(f"/guide?lang={voice}")
    seen = [page for night in NIGHTS.values() for page in walk(guest, night)]
    for page in [*seen, *(guest.go(path) for path in SIDE_PAGES)]:
        assert next(page.all("html"))["lang"] == lang
        (heading,) = page.within("h1")
        assert "".join(page.within("title")).startswith(f"{heading} | ")
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert sorted(set(ids)) == sorted(ids)
        labelled = {one["for"] for one in page.all("label")}
        shown = [one for tag in ("input", "select") for one in page.all(tag) if one.get("type") != "hidden"]
        assert [one["name"] for one in shown if one["id"] not in labelled] == []
        described = {target for _, one in page.elements for target in one.get("aria-describedby", "").split()}
        assert described - set(ids) == set()
        assert [one for _, one in page.elements if "style" in one] == []
        assert [one["src"] for one in page.all("script")] == ["/static/guide.js"]


def test_plain_japanese_says_the_same_in_its_own_words(guest: Visitor) -> None:
    guest.go("/guide?lang=plain")
    page = walk(guest, NIGHTS["signature-locked-lawson"])[-1]
    assert page.within("h1") == [label("plain.guide.plan.in-time", "ja")]
    assert times(page) == expected_times(directly(NIGHTS["signature-locked-lawson"]))


def test_language_can_be_changed_on_the_way_without_losing_an_answer(guest: Visitor) -> None:
    page = guest.send(guest.go("/guide"), to="next", trouble="signature", memory="locked")
    turned = guest.post("/guide?lang=en", {**page.forms[0].hidden(), "to": "stay", "authentication": "unsure"})
    assert turned.within("h1") == [label("guide.screen.card", "en")]
    assert chosen(turned)["authentication"] == "unsure"
    assert chosen(guest.send(turned, to="back"))["memory"] == "locked"


def chosen(page: Page) -> dict[str, str]:
    return {one["name"]: one["value"] for one in page.all("input") if "checked" in one}


def test_way_back_keeps_every_answer(guest: Visitor) -> None:
    night = NIGHTS["authentication-locked-only-lawson"]
    page = walk(guest, night)[-1]
    page = guest.send(page, to="pin")
    assert chosen(page) | night.screens[0] == chosen(page)
    again = answer(guest, page, "plan", night.screens[0])
    assert times(again) == expected_times(directly(night))


def test_plan_can_be_had_from_every_screen(guest: Visitor) -> None:
    page = guest.send(guest.go("/guide"), to="plan")
    assert times(page) == expected_times(plan(parse({"now": NIGHT.isoformat(), "pins": {}})))


@pytest.mark.parametrize(
    ("screen", "given", "name", "reason"),
    [
        (0, {"trouble": "signature", "memory": "locked", "tries": "3"}, "tries", "contradicts"),
        (0, {"trouble": "authentication", "memory": "unsure", "tries": "4"}, "tries", "out-of-range"),
        (0, {"trouble": "signature", "memory": "perhaps"}, "memory", "not-one-of-the-words"),
        (1, {"authentication": "locked", "authentication-tries": "1"}, "authentication-tries", "contradicts"),
        (1, {"certificate-end": "2027-02-30"}, "certificate-end", "not-a-date"),
        (1, {"certificate-end": "2090-01-01"}, "certificate-end", "too-far-ahead"),
        (1, {"moved": "often"}, "moved", "not-yes-or-no"),
        (1, {"under-age": "old"}, "under-age", "not-a-whole-number"),
        (2, {"nfc-phone": "nfc"}, "nfc-phone", "not-yes-or-no"),
        (3, {"aeon": "5", "lawson": "99999"}, "lawson", "out-of-range"),
        (3, {"counter": "near"}, "counter", "not-a-whole-number"),
        (3, {"post-closes": "19:00"}, "post-office", "missing"),
        (3, {"post-office": "5", "post-closes": "25:00"}, "post-closes", "not-a-time"),
        (4, {"kind": "green"}, "kind", "not-one-of-the-words"),
        (4, {"ready": "20000"}, "ready", "out-of-range"),
        (4, {"at": "tonight"}, "at", "not-a-time"),
        (4, {"at": "1999-03-15T21:40"}, "at", "out-of-range"),
    ],
)
def test_bad_answer_is_told_beside_its_question_and_nothing_is_lost(
    guest: Visitor, screen: int, given: dict[str, str], name: str, reason: str
) -> None:
    page = guest.go("/guide")
    for _ in range(screen):
        page = guest.send(page, to="next", trouble="signature")
    wrong = answer(guest, page, "next", {"trouble": "signature", **given})
    assert wrong.status == 422
    assert [text for text in wrong.within("p") if text == label(f"word.{reason}", "ja")] != []
    assert [one["id"] for one in wrong.all("p") if one.get("class") == "error"] == [f"{name}-wrong"]
    kept = unpack(wrong.forms[0].hidden()["kept"])
    assert kept | {key: value for key, value in given.items() if value != "unknown"} == kept


def test_contradiction_that_shows_later_leads_back_to_its_question(guest: Visitor) -> None:
    answers = {"trouble": "signature", "memory": "locked", "tries": "2"}
    first = guest.go("/guide").forms[0].hidden()
    page = guest.post("/guide", {**first, "kept": pack(answers), "screen": "near", "to": "next", "lawson": "5"})
    assert (page.status, page.within("h1")) == (
        422,
        [label("web.wrong", "ja", title=label("guide.screen.pin", "ja"))],
    )
    assert unpack(page.forms[0].hidden()["kept"]) == {**answers, "lawson": "5"}


@pytest.mark.parametrize(
    "fields",
    [
        {"screen": "elsewhere"},
        {"screen": "pin", "to": "elsewhere"},
        {"screen": "pin", "kept": "name=Taro"},
        {"screen": "pin", "kept": "&&&="},
        {"screen": "pin", "kept": "lawson=" + "5" * 41},
        {"screen": "pin", "memory": "x" * 41},
        {},
    ],
)
def test_form_that_is_not_ours_is_refused(guest: Visitor, fields: dict[str, str]) -> None:
    token = guest.go("/guide").forms[0].hidden()["token"]
    page = guest.post("/guide", {"token": token, **fields})
    assert (page.status, page.code) == (400, "web.bad-form")


def test_no_answer_ever_stands_in_an_address_or_a_header(guest: Visitor) -> None:
    for night in NIGHTS.values():
        walk(guest, night)
    addresses = {str(seen.url).removeprefix("http://127.0.0.1") for seen in guest.seen}
    assert addresses == {"/guide"}
    assert {name for seen in guest.seen for name in seen.headers} & {"location", "set-cookie"} == set()
    assert {seen.headers["cache-control"] for seen in guest.seen} == {"no-store"}


def test_only_the_guide_may_run_a_script_of_ours(guest: Visitor) -> None:
    policies = [guest.client.get(path).headers["Content-Security-Policy"] for path in ("/guide", "/nowhere")]
    assert [policy.endswith("; script-src 'self'") for policy in policies] == [True, False]
    assert policies[0].startswith(policies[1])


def test_calendar_holds_the_steps_of_the_plan_that_is_shown(guest: Visitor) -> None:
    page, made = walk(guest, NIGHTS["signature-locked-lawson"])[-1], directly(NIGHTS["signature-locked-lawson"])
    form = next(form for form in page.forms if form.action == "/guide/calendar")
    answer = guest.post(form.action, form.hidden()).response
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    begin = made.routes[0].steps[0].start
    assert f"DTSTART:{begin:%Y%m%d}T{begin.hour - 9:02}{begin:%M}00Z" in answer.text.split("\r\n")


def test_address_of_the_calendar_alone_leads_to_the_beginning(guest: Visitor) -> None:
    assert guest.go("/guide/calendar").path == "/guide"


@pytest.mark.parametrize("name", NIGHTS)
def test_pages_stay_light(guest: Visitor, name: str) -> None:
    static = sum(
        len(path.read_bytes())
        for path in map(static_file, ("tokens.css", "frame.css", "parts.css", "forms.css", "guide.css", "guide.js"))
    )
    heaviest = max(len(page.response.content) for page in walk(guest, NIGHTS[name]))
    assert static + heaviest <= MOST_BYTES


def static_file(name: str) -> Traversable:
    return files("kaijo.web").joinpath("static", name)


def test_script_fetches_and_writes_no_code() -> None:
    script = static_file("guide.js").read_text("utf-8")
    assert [word for word in ("fetch", "innerHTML", "eval", "import", "localStorage", "cookie") if word in script] == []
