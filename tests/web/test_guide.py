"""The guide's pages, walked as a person without scripts walks them, against the planner asked directly."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from urllib.parse import urlencode

import pytest

from kaijo.clock import ManualClock
from kaijo.plan.advice import Plan, plan
from kaijo.plan.parsing import parse
from kaijo.web import NoPlaces, pages
from kaijo.web.guide.questions import PLAN, SCREENS, every_question
from kaijo.web.guide.sharing import first_open, shared
from kaijo.web.style import style_of
from kaijo.words import LANGS, Lang, label
from tests.support.world import NIGHT

from .nights import NIGHTS, Given, Night, answer, filled, walk
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
    questions, planned = walk(guest, NIGHTS[name])
    screens = [one["id"] for one in questions.all("section")]
    assert (screens, len(screens) + 1) == (list(SCREENS), 6)
    assert planned.within("h1")[0] in {label(f"guide.plan.{end}", "ja") for end in ("in-time", "late", "nothing")}


def test_screens_lead_on_and_back_within_the_page(guest: Visitor) -> None:
    page = guest.go("/guide")
    ways = [one["href"] for one in page.all("a") if "button" in one.get("class", "")]
    assert ways == ["#card", "#hand", "#pin", "#near", "#card", "#return", "#hand", "#near"]
    assert [one["class"] for one in page.all("section")] == ["screen here", *["screen"] * 4]


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


@pytest.mark.parametrize("to", [*SCREENS, PLAN])
def test_language_can_be_changed_on_every_screen_without_losing_an_answer(guest: Visitor, to: str) -> None:
    night = NIGHTS["signature-locked-lawson"]
    turned = guest.post("/guide?lang=en", {**filled(guest.go("/guide")), **night.given, "to": to})
    assert next(turned.all("html"))["lang"] == "en"
    if to in SCREENS:
        assert [one["id"] for one in turned.all("section") if "here" in one["class"]] == [to]
        turned = answer(guest, turned, PLAN, {})
    assert times(turned) == expected_times(directly(night))


def test_change_of_answers_keeps_every_answer(guest: Visitor) -> None:
    night = NIGHTS["authentication-locked-only-lawson"]
    page = guest.send(walk(guest, night)[-1], to="pin")
    assert filled(page) | night.given == filled(page)
    assert times(answer(guest, page, PLAN, {})) == expected_times(directly(night))


def test_what_was_asked_of_the_trouble_is_not_taken_from_its_second_place(guest: Visitor) -> None:
    given = {"trouble": "signature", "memory": "locked", "signature": "known", "signature-tries": "5"}
    page = answer(guest, guest.go("/guide"), PLAN, given)
    assert times(page) == expected_times(
        plan(parse({"now": NIGHT.isoformat(), "pins": {"signature": {"tries_left": 0}}}))
    )


def test_plan_can_be_had_at_once(guest: Visitor) -> None:
    page = guest.send(guest.go("/guide"), to=PLAN)
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
    wrong = answer(guest, guest.go("/guide"), PLAN, {"trouble": "signature", **given})
    assert wrong.status == 422
    assert [one["id"] for one in wrong.all("section") if "here" in one["class"]] == [SCREENS[screen]]
    assert [text for text in wrong.within("p") if text == label(f"word.{reason}", "ja")] != []
    assert [one["id"] for one in wrong.all("p") if one.get("class") == "error"] == [f"{name}-wrong"]
    shown = {key: value for key, value in given.items() if value in every_question()[key].options or "-" in value}
    assert filled(wrong) | shown == filled(wrong)


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "elsewhere"},
        {"to": PLAN, "kept": "name=Taro"},
        {"to": PLAN, "kept": "&&&="},
        {"to": PLAN, "kept": "lawson=" + "5" * 41},
        {"to": PLAN, "memory": "x" * 41},
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


def test_pages_of_the_guide_alone_may_come_back_from_history(guest: Visitor) -> None:
    opened, planned = walk(guest, NIGHTS["signature-locked-lawson"])
    said = [page.response.headers["cache-control"] for page in (opened, planned, guest.go("/nowhere"))]
    assert said == ["private, no-cache", "private, max-age=86400", "no-store"]


SHARED: list[tuple[Given, Given, str]] = [
    ({"trouble": "signature", "memory": "locked", "lawson": "5", "kind": "blue"}, {}, "card"),
    ({"trouble": "signature", "memory": "locked", "authentication": "locked"}, {}, "hand"),
    ({"trouble": "signature"}, {"memory": "unsure", "tries": "2", "moved": "yes", "counter": "30"}, "card"),
    ({"at": "2027-03-14T20:00"}, {"under-age": "yes", "certificate-end": "2029-05-05", "nfc-phone": "no"}, "pin"),
    ({"trouble": "signature"}, {"signature": "locked", "ready": "20", "post-closes": "19:00"}, "card"),
    ({}, {"memory": "locked", "accountant": "yes", "kind": "green", "at": "tonight", "aeon": "99999"}, "pin"),
]


@pytest.mark.parametrize(("told", "withheld", "screen"), SHARED)
def test_link_carries_the_night_and_nothing_of_the_person(
    guest: Visitor, told: Given, withheld: Given, screen: str
) -> None:
    assert shared({**told, **withheld}) == told
    assert first_open(told) == screen
    opened = guest.go(f"/guide?{urlencode({**told, **withheld, 'fbclid': 'x'})}")
    assert [one["id"] for one in opened.all("section") if "here" in one["class"]] == [screen]
    blank = filled(guest.go("/guide"))
    assert filled(opened) == {**blank, **told}


def test_link_on_the_plan_opens_to_what_it_says(guest: Visitor) -> None:
    page = walk(guest, NIGHTS["signature-locked-lawson"])[-1]
    (address,) = [one["href"] for one in page.all("a") if one.get("class") == "address"]
    assert address == "http://127.0.0.1/guide?trouble=signature&memory=locked&lawson=5&kind=blue"


def test_only_the_guide_may_run_a_script_of_ours(guest: Visitor) -> None:
    policies = [guest.client.get(path).headers["Content-Security-Policy"] for path in ("/guide", "/nowhere")]
    assert [policy.endswith("; script-src 'self'; connect-src 'self'") for policy in policies] == [True, False]
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
    script = len(static_file("guide.js").read_bytes())
    heaviest = max(len(page.response.content) for page in walk(guest, NIGHTS[name]))
    assert script + heaviest <= MOST_BYTES


def static_file(name: str) -> Traversable:
    return files("kaijo.web").joinpath("static", name)


def test_script_takes_no_code_and_keeps_nothing() -> None:
    script = static_file("guide.js").read_text("utf-8")
    words = ("innerHTML", "eval", "import", "Storage", "cookie", "http", "setAttribute('on")
    assert [word for word in words if word in script] == []


def test_style_stands_in_the_page_and_is_let_in_by_its_hash(guest: Visitor) -> None:
    page = guest.go("/guide")
    assert next(text for path, text in page.texts if path[-1] == "style") == " ".join(style_of("guide").split())
    digest = b64encode(sha256(page.response.text.split("<style>")[1].split("</style>")[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.response.headers["Content-Security-Policy"]
    assert [one["href"] for one in page.all("link")] == ["data:,"]


def test_face_without_a_sheet_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        style_of("tokens")
