"""Every page of the walk, as assistive technology and a policy without inline code need it."""

from base64 import b64encode
from hashlib import sha256

import pytest

from kaijo.words import LANGS, Lang, label

from .visitor import Page, Visitor
from .walk import WRONG, arrive, ask, choose, look, prove, reserve, reset


def walked(visitor: Visitor) -> list[Page]:
    """Return one of each page."""
    proof = ask(visitor)
    wrong = visitor.send(proof, proof="1")
    reserved = reserve(visitor)
    visit = arrive(visitor)
    kiosk = [visit, visitor.go(f"{visit.path}/idle"), prove(visitor, visit), choose(visitor, visitor.go(visit.path))]
    differing = reset(visitor, visit, again="ANDERS99")
    done = reset(visitor, visit)
    take = visitor.send(done)
    taken = visitor.send(take)
    failed, over = arrive(visitor), visitor.go(visit.path)
    visitor.send(visitor.go("/kiosk"))
    paths = ("/", "/cards/signature-locked", "/phone", "/kiosk/services", "/kiosk/place", "/nowhere")
    plain = [visitor.go(path) for path in paths]
    kiosk += [differing, done, take, taken, failed, over]
    return [*plain, look(visitor), proof, wrong, reserved, *kiosk, reserve(visitor, WRONG)]


@pytest.mark.parametrize("lang", LANGS)
def test_pages_are_well_formed_for_everybody(visitor: Visitor, lang: Lang) -> None:
    visitor.go(f"/?lang={lang}")
    for page in walked(visitor):
        assert next(page.all("html"))["lang"] == lang
        (heading,) = page.within("h1")
        assert "".join(page.within("title")) == f"{heading} | {label('web.name', lang)}"
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert sorted(set(ids)) == sorted(ids)
        labelled = {one["for"] for one in page.all("label")}
        shown = [one for form in page.forms for one in form.inputs if one["type"] != "hidden"]
        assert [one["name"] for one in shown if one["id"] not in labelled] == []
        described = {target for _, one in page.elements for target in one.get("aria-describedby", "").split()}
        assert described - set(ids) == set()
        assert label("web.practice", lang) in page.within("p")
        assert label("web.not-official", lang) in page.within("footer")


def test_pages_hold_no_script_but_their_faces_and_no_style_but_the_one_let_in(visitor: Visitor) -> None:
    for page in walked(visitor):
        face = page.path.split("/")[1]
        assert [one["src"] for one in page.all("script")] in ([], [f"/static/{face}.js"])
        inline = [name for _, one in page.elements for name in one if name == "style" or name.startswith("on")]
        assert inline == []
        digest = sha256(page.response.text.split("<style>")[1].split("</style>")[0].encode()).digest()
        assert f"'sha256-{b64encode(digest).decode()}'" in page.response.headers["Content-Security-Policy"]


def test_every_form_is_posted_with_our_token(visitor: Visitor) -> None:
    forms = [form for page in walked(visitor) for form in page.forms]
    assert {(form.method, len(form.hidden().get("token", ""))) for form in forms} == {("post", 32)}
    assert len(forms) > 0
