import subprocess
from pathlib import Path

import pytest

from kaijo.facts.pins import PinKind
from kaijo.facts.signing import largest_bytes
from kaijo.signing.form import Form
from kaijo.words import label
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.signing import document
from tests.support.world import NIGHT, World, pins_of

AT = NIGHT.isoformat()
PIN = pins_of("fresh")[PinKind.SIGNATURE]


def file_of(world: World, form: Form) -> Path:
    file = world.folder / f"return.{form.value}"
    file.write_bytes(document(form))
    return file


@pytest.mark.parametrize("form", Form)
def test_sign_then_verify_holds(world: World, kaijo: CommandLine, form: Form) -> None:
    card, file = world.card_file("fresh"), file_of(world, form)
    words = ("sign", str(file), "--as", form.value, "--card", str(card), "--clock", AT, "--json")
    ended = kaijo(*words, stdin=f"{PIN}\n")
    assert (ended.code, complaints("signed", ended.json())) == (0, [])
    content = ("--content", str(file)) if form is Form.CMS else ()
    judged = kaijo("verify", ended.json()["out"], *content, "--at", AT, "--json")
    assert (judged.code, complaints("verdict", judged.json())) == (0, [])
    assert (judged.json()["holds"], judged.json()["practice"], judged.json()["form"]) == (True, True, form.value)


def test_verify_of_a_changed_file_is_bad_news_in_words(world: World, kaijo: CommandLine) -> None:
    card, file, out = world.card_file("fresh"), file_of(world, Form.XML), world.folder / "out.xml"
    words = ("sign", str(file), "--as", "xml", "--out", str(out), "--card", str(card), "--clock", AT)
    assert kaijo(*words, stdin=f"{PIN}\n").code == 0
    out.write_bytes(out.read_bytes().replace(b"3,000", b"9,000"))
    ended = kaijo("verify", str(out), "--at", AT, "--lang", "en")
    assert ended.code == 1
    assert "✗ not changed since it was signed" in ended.out
    assert "[PRACTICE]" in ended.out
    answer = kaijo("verify", str(out), "--at", AT, "--json")
    assert complaints("verdict", answer.json()) == []


def test_exported_authorities_are_enough_to_verify(world: World, kaijo: CommandLine) -> None:
    card, file, out = world.card_file("fresh"), file_of(world, Form.PDF), world.folder / "out.pdf"
    with_authentication = ("--with", "authentication", "--card", str(card), "--clock", AT)
    pin = pins_of("fresh")[PinKind.AUTHENTICATION]
    words = ("sign", str(file), "--as", "pdf", "--out", str(out), *with_authentication)
    assert kaijo(*words, stdin=f"{pin}\n").code == 0
    exported = kaijo("card", "ca", "--out", str(world.folder / "ca"), "--clock", AT, "--json").json()["files"]
    trust = [word for name in exported for word in ("--trust", name)]
    judged = kaijo("verify", str(out), *trust, "--at", AT, "--json")
    assert (judged.code, judged.json()["kind"]) == (0, "authentication")
    without_lists = [word for name in exported if "crl" not in name for word in ("--trust", name)]
    judged = kaijo("verify", str(out), *without_lists, "--at", AT, "--json")
    assert judged.json()["checks"][-1]["finding"] == "unknown"
    assert kaijo("verify", str(out), "--trust", str(file)).code == 2


def test_wrong_pin_is_told_with_the_tries_left_and_nothing_is_written(world: World, kaijo: CommandLine) -> None:
    card, file = world.card_file("fresh"), file_of(world, Form.CMS)
    ended = kaijo("sign", str(file), "--as", "cms", "--card", str(card), "--clock", AT, "--json", stdin="WRONG1234\n")
    assert (ended.code, ended.json()["error"]["data"]["tries_left"]) == (1, 4)
    assert not file.with_name("return.cms.p7s").exists()


def test_locked_pin_and_last_try_are_not_asked_for(world: World, kaijo: CommandLine) -> None:
    file = str(file_of(world, Form.CMS))
    locked = kaijo("sign", file, "--as", "cms", "--card", str(world.card_file("signature-locked")), "--clock", AT)
    assert (locked.code, "card.locked" in locked.err) == (1, True)
    card = world.card_file("one-try-left")
    words = ("sign", file, "--as", "cms", "--with", "authentication", "--card", str(card), "--clock", AT)
    assert kaijo(*words, stdin="1234\nyes\n").code == 4


@pytest.mark.parametrize(("lang", "limit"), [("ja", "100 MBを超える"), ("en", "over 100 MB")])
def test_file_over_the_limit_is_refused_before_any_pin_and_the_limit_is_told(
    world: World, kaijo: CommandLine, lang: str, limit: str
) -> None:
    card, file = world.card_file("fresh"), world.folder / "huge"
    with file.open("wb") as huge:
        huge.truncate(largest_bytes() + 1)
    ended = kaijo("sign", str(file), "--as", "cms", "--card", str(card), "--clock", AT, "--lang", lang)
    assert (ended.code, limit in ended.err, "signing.too-large" in ended.err) == (1, True, True)


def test_document_that_cannot_be_signed_is_told_before_any_pin(world: World, kaijo: CommandLine) -> None:
    card, file = world.card_file("fresh"), world.folder / "broken.xml"
    file.write_bytes(b"<a>")
    ended = kaijo("sign", str(file), "--as", "xml", "--card", str(card), "--clock", AT)
    assert (ended.code, "signing.xml-broken" in ended.err) == (1, True)
    file.with_name("broken.xml.p7s").write_bytes(b"in the way")
    ended = kaijo("sign", str(file), "--as", "cms", "--card", str(card), "--clock", AT)
    assert (ended.code, "signing.in-the-way" in ended.err) == (2, True)
    assert kaijo("sign", str(world.folder / "nothing"), "--as", "cms", "--card", str(card)).code == 2


@pytest.mark.parametrize("out", ["nowhere/out.xml", "return.xml"])
def test_file_that_cannot_be_written_is_told_before_any_pin(world: World, kaijo: CommandLine, out: str) -> None:
    file, before = file_of(world, Form.XML), document(Form.XML)
    words = ("sign", str(file), "--as", "xml", "--out", str(world.folder / out), "--card", "nothing.json", "--json")
    code = "signing.in-the-way" if out == file.name else "usage.unwritable"
    assert (kaijo(*words).json()["error"]["code"], file.read_bytes()) == (code, before)
    assert [one.name for one in world.folder.iterdir() if one.is_file()] == [file.name]


def test_certificate_of_a_stranger_is_judged_to_the_end(world: World, kaijo: CommandLine) -> None:
    """It need not even have a key usage, as what openssl makes by default has none."""
    file, key, certificate, out = (world.folder / name for name in ("return.xml", "key.pem", "own.pem", "out.p7s"))
    file.write_bytes(document(Form.XML))
    made = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=x")
    openssl("req", "-x509", *made)
    named = ("-signer", str(certificate), "-inkey", str(key), "-in", str(file), "-out", str(out))
    openssl("cms", "-sign", "-binary", "-outform", "DER", *named)
    words = ("verify", str(out), "--content", str(file), "--at", AT)
    ended = kaijo(*words, "--lang", "en")
    assert (ended.code, ended.err, label("signing.not-practice", "en") in ended.out) == (1, "", True)
    answer = kaijo(*words, "--json").json()
    assert (answer["practice"], answer["holds"], complaints("verdict", answer)) == (False, False, [])
    refused = kaijo(*words, "--trust", str(certificate), "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (2, "signing.bad-authority")


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
