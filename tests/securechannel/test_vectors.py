"""Both ends against sessions that other programs and real cards have published."""

from dataclasses import replace
from typing import Any

import pytest

from kaijo.securechannel.card import CardEnd, SecurityDomain
from kaijo.securechannel.handshake import CardHello, Options, SecurityLevel, initialize_update
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.keys import derive_session_keys
from kaijo.securechannel.messages import OK, Command, Response

from .meeting import read, sessions, spell, static_keys

UNKNOWN = Response(b"", 0x6A88)


@pytest.mark.parametrize("session", sessions())
def test_host_sends_the_published_commands(session: dict[str, Any]) -> None:
    opening = read(session["initialize_update"])
    assert spell(initialize_update(opening.data, opening.p1)).hex() == session["initialize_update"].lower()

    hello = CardHello.parse(bytes.fromhex(session["hello"]))
    assert hello.to_bytes().hex() == session["hello"].lower()
    keys = derive_session_keys(static_keys(session["keys"]), opening.data, hello.challenge)
    level = SecurityLevel(read(session["external_authenticate"]).p1)
    host = HostEnd(keys, opening.data, hello, level)
    assert spell(host.external_authenticate()).hex() == session["external_authenticate"].lower()
    host.unwrap(Response(b"", OK))

    for plain, sent, *answer in session["exchanges"] + session.get("over_padded", []):
        assert spell(host.wrap(read(plain))).hex() == sent.lower()
        if answer:
            raw = bytes.fromhex(answer[0])
            response = host.unwrap(Response(raw[:-2], int.from_bytes(raw[-2:])))
            assert response == Response(bytes.fromhex(answer[1]), OK)
        else:
            host.unwrap(UNKNOWN)


@pytest.mark.parametrize("session", sessions())
def test_card_gives_the_published_answers(session: dict[str, Any]) -> None:
    hello = CardHello.parse(bytes.fromhex(session["hello"]))
    if "aid" not in session:  # nobody says whose pseudo-random challenge it is, so it is a random one here
        hello = replace(hello, options=hello.options & ~Options.PSEUDO_RANDOM, counter=b"")
    keys, aid = static_keys(session["keys"]), bytes.fromhex(session.get("aid", ""))
    domain = SecurityDomain(keys, hello.key_version, hello.card_id, hello.options, aid)
    card = CardEnd(domain, random=lambda _: hello.challenge, next_counter=lambda: int.from_bytes(hello.counter))

    def never(command: Command) -> Response:
        raise AssertionError(command)

    assert card.process(read(session["initialize_update"]), never) == Response(hello.to_bytes(), OK)
    assert card.process(read(session["external_authenticate"]), never) == Response(b"", OK)

    for plain, sent, *known in session["exchanges"]:
        reply = Response(bytes.fromhex(known[1]), OK) if known else UNKNOWN
        executed: list[Command] = []

        def execute(command: Command, reply: Response = reply, executed: list[Command] = executed) -> Response:
            executed.append(command)
            return reply

        protected = card.process(read(sent), execute)
        assert executed == [read(plain)]
        assert (protected.data + protected.sw.to_bytes(2)).hex() == (known[0].lower() if known else "6a88")
