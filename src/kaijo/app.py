"""The composition root: the only file that knows every adapter."""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.card.link import Link
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble, UsageProblem
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kaijo.card.guard import TriesReading
    from kaijo.doctor.link_quality import Laid
    from kaijo.facts.link import LinkCause
    from kaijo.places import LocalPlaces
    from kaijo.reset.desk import Desk
    from kaijo.reset.face_ports import FaceDesk
    from kaijo.reset.ports import CardKeys, CertificateRecord, RegisteredCard
    from kaijo.service.audit.trail import Trail
    from kaijo.service.cardadmin_token import TokenCardKeys
    from kaijo.service.face.engine import DlibEngine
    from kaijo.virtualcard.issuer import Issuer
    from kaijo.virtualcard.register import IssuedCertificate

_CERTIFIED = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
_SECRET_SIZE = 32
_SERVERS_GC = (700, 10, 10)  # Python's own: a server lives long, whatever its command set for a quick start
_DATABASE = "service.sqlite3"


def home() -> Path:
    """Return the folder for this person's data: `KAIJO_HOME`, else where the system keeps such data."""
    from platformdirs import user_data_path

    return Path(os.environ["KAIJO_HOME"]) if "KAIJO_HOME" in os.environ else user_data_path("kaijo", appauthor=False)


def open_link(card: Path | None, reader: str | None, *, wait: float = 0) -> Link:
    """Return the card in a card file, or in a reader when no file is named, waiting up to `wait` seconds for it there.

    Raises UsageProblem `usage.two-places`, and what card file and reader raise.
    """
    if card is not None and reader is not None:
        raise UsageProblem("usage.two-places")
    if card is not None:
        from kaijo.virtualcard.cardfile import open_card

        return open_card(card)
    from kaijo.readers.pcsc import open_reader

    return open_reader(reader, wait=wait)


def lay(
    card: Path | None, reader: str | None, *, wait: timedelta, noise: "Collection[LinkCause]" = (), seed: int = 0
) -> "Laid":
    """Return the card as `open_link` does, with a meter on its link and what the link tells of itself.

    A virtual card's link suffers from `noise`, drawn from `seed` for each cause by itself, so that one cause less
    leaves the others as they were; its times are those of a 106 kbit/s link, computed. Raises as `open_link`.
    """
    from kaijo.doctor.link_quality import Laid

    if card is not None and reader is not None:
        raise UsageProblem("usage.two-places")
    if card is not None:
        return open_noisy_link(card, noise, seed)
    from kaijo.card.meter import Meter
    from kaijo.readers.pcsc import open_reader

    link = open_reader(reader, wait=wait.total_seconds())
    return Laid(Meter(link), link.facts())


def open_noisy_link(card: Path, noise: "Collection[LinkCause]", seed: int) -> "Laid":
    """Return a virtual card whose link suffers from `noise`. Raises what the card file raises."""
    from random import Random

    from kaijo.card.link import LinkFacts
    from kaijo.doctor.link_quality import Laid
    from kaijo.facts.link import LinkCause
    from kaijo.virtualcard.cardfile import open_card
    from kaijo.virtualcard.faults import Cause, NoisyLink
    from kaijo.virtualcard.timing import TimedLink

    opened = open_card(card)
    link: Link = opened
    for cause in Cause:
        if LinkCause(cause.value) in noise:
            link = NoisyLink(link, {cause}, Random(f"{seed} {cause.value}"))  # noqa: S311 -- repeatable, guards nothing
    return Laid(TimedLink(link), LinkFacts(atr=opened.atr, simulated=True))


def practice_issuer(clock: Clock) -> "Issuer":
    """Return the issuer of this person's test cards; it is made at first use. Raises CardTrouble `issuer.…`."""
    from kaijo.virtualcard.issuer import Issuer

    return Issuer.open(home() / "issuer", clock)


def desk(data: Path, clock: Clock, *, face_required: bool, keys: "CardKeys | None" = None) -> "Desk":
    """Return the operator's desk for the cards of this person's practice issuer, with its database in `data`.

    Without `keys` the practice issuer's own administration master serves.

    Raises ServiceTrouble `service.no-extra` without the extra `service`, `store.…`, and CardTrouble `issuer.…`.
    """
    import secrets

    try:
        from kaijo.reset.desk import Desk
        from kaijo.reset.policy import FacePolicy, FaceRule
        from kaijo.reset.scribe import Scribe
        from kaijo.reset.veil import Veil
        from kaijo.service.cardadmin import KeyFileCardKeys
        from kaijo.service.store.audited import AuditedStore
        from kaijo.service.store.database import SqlStore
        from kaijo.service.trust.checking import CertificateTrust
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None

    issuer = practice_issuer(clock)
    veil = Veil(_secret(make_folder(data) / "veil.key"), randomness=secrets.token_bytes)
    face = FaceRule.REQUIRED if face_required else FaceRule.NOT_REQUIRED
    return Desk(
        store=AuditedStore(SqlStore(data / _DATABASE), Scribe(veil, clock)),
        trust=CertificateTrust(
            {kind: [issuer.ca_certificate(kind)] for kind in _CERTIFIED}, lambda kind, at: [issuer.crl(kind, at)]
        ),
        registry=_PracticeRegistry(issuer),
        keys=keys or KeyFileCardKeys(issuer.administration_master),
        veil=veil,
        randomness=secrets.token_bytes,
        clock=clock,
        face_policy=FacePolicy(signature=face, authentication=FaceRule.NOT_REQUIRED),
        face=_face_desk(data, issuer),
        issuer=issuer,
    )


def token_keys(module: str, token: str, pin: str) -> "TokenCardKeys":
    """Return the administration keys in a PKCS#11 token.

    Raises ServiceTrouble `keys.no-extra` without the extra `hsm`, and as `TokenCardKeys`.
    """
    try:
        from kaijo.service.cardadmin_token import TokenCardKeys
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("keys.no-extra", module=missing.name or "") from None
    return TokenCardKeys(module, token, pin)


def make_master_in_token(module: str, token: str, pin: str, *, first: bool) -> int:
    """Make a master inside a token and return its version. Raises as `token_keys` and `make_master`."""
    try:
        from kaijo.service.cardadmin_token import make_master
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("keys.no-extra", module=missing.name or "") from None
    return make_master(module, token, pin, first=first)


def audit_trail(data: Path, clock: Clock) -> "Trail":
    """Return the audit trail of the service with its database in `data`. Its signing key is made at first use.

    Raises UsageProblem `audit.no-trail` (path) where no service has ever been, and as `desk`.
    """
    if not (data / _DATABASE).exists():
        raise UsageProblem("audit.no-trail", path=str(data))
    made = desk(data, clock, face_required=False)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kaijo.reset.scribe import Scribe
    from kaijo.service.audit.trail import Trail

    key = Ed25519PrivateKey.from_private_bytes(_secret(data / "checkpoints.key"))
    return Trail(made.store, key, Scribe(made.veil, clock), clock)


def face_engine(data: Path) -> "DlibEngine":
    """Return what compares faces, with the model and the evaluation report that lie in `data`. Nothing is loaded yet.

    Raises ServiceTrouble `face.no-extra` without the extra `face`, `face.model-damaged`.
    """
    try:
        from kaijo.service.face.engine import DlibEngine
        from kaijo.service.face.models import find_models
        from kaijo.service.face.report import REPORT, is_evaluated
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("face.no-extra", module=missing.name or "") from None
    return DlibEngine(
        find_models(data / "face-model.toml"), lambda sha256, cut: is_evaluated(data / REPORT, sha256, cut)
    )


def _face_desk(data: Path, issuer: "Issuer") -> "FaceDesk | None":
    """Return the ports of the face check; None without the extra `face`: then a required face is refused."""
    from kaijo.reset.face_ports import FaceDesk
    from kaijo.service.trust.surface import SurfaceSignatures

    try:
        return FaceDesk(face_engine(data), SurfaceSignatures([issuer.surface_ca]))
    except ServiceTrouble as trouble:
        if trouble.code != "face.no-extra":
            raise
        return None


def service(data: Path, clock: Clock, *, face_required: bool, keys: "CardKeys | None" = None) -> "ASGIApp":
    """Return the reservation service around a desk. Raises as `desk`."""
    made = desk(data, clock, face_required=face_required, keys=keys)
    from kaijo.service.api import create_app
    from kaijo.service.practice_clerks import make_clerks

    make_clerks(made, data)

    return create_app(desk=made, practice=True)


def practice_clerks(data: Path) -> Mapping[str, str]:
    """Return the practice clerks' passwords of a service with its database in `data`; nothing where there is none.

    Raises ServiceTrouble `store.damaged`.
    """
    from kaijo.service.practice_clerks import read_clerks

    return read_clerks(data)


def note_last_try(clock: Clock, reading: "TriesReading") -> None:
    """Note on this machine, without the PIN, that a holder chose to spend a last try. Raises `usage.unwritable`."""
    import json

    row = {"at": clock.now().isoformat(), "act": "last-try", "kind": reading.kind.value, "place": reading.place}
    path = make_folder(home()) / "notes.jsonl"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def pages(
    places: "LocalPlaces",
    service_url: str,
    clock: Clock,
    *,
    faces: Sequence[str],
    set_clock: "Callable[[datetime | None], None] | None" = None,
    clerks: Callable[[], Mapping[str, str]] = dict,
) -> "ASGIApp":
    """Return the pages of `faces` around the cards at `places`; `set_clock` sets the practice's own clock.

    `clerks` gives the practice clerks' passwords, for the counter to show.
    """
    from kaijo import web

    return web.pages(
        faces=faces,
        service=service_url,
        places=places,
        clock=clock,
        note_last_try=lambda reading: note_last_try(clock, reading),
        set_clock=set_clock,
        clerks=clerks,
    )


def guide(clock: Clock) -> "ASGIApp":
    """Return the guide's pages alone: they need neither a card nor the service."""
    from kaijo import web

    return web.pages(faces=("guide",), service="http://127.0.0.1", places=web.NoPlaces(), clock=clock)


def local_places(data: Path, clock: Clock) -> "LocalPlaces":
    """Return the places for cards under `data`, with a card for every test person. Raises as issuer and card files."""
    from kaijo.places import LocalPlaces

    places = LocalPlaces(make_folder(data / "cards"), clock)
    places.issue_missing(practice_issuer(clock))
    return places


def run(app: "ASGIApp", port: int, *, open_url: str | None = None) -> None:
    """Serve `app` on loopback until stopped; show `open_url` in a browser once it answers, where there is a screen.

    Raises ServiceTrouble `service.port-in-use`.
    """
    import gc

    from kaijo.service import server

    gc.set_threshold(*_SERVERS_GC)

    def on_ready(_port: int) -> None:
        if open_url is not None and _has_screen():
            import webbrowser

            webbrowser.open(open_url)

    server.run(app, port=port, ready=on_ready)


def _has_screen() -> bool:
    # Without one, `webbrowser` would start a text browser in the middle of our own output.
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


class _PracticeRegistry:
    """The practice issuer's register as the port that the service asks."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    def find(self, authentication_certificate: bytes) -> "RegisteredCard | None":
        from kaijo.reset.ports import RegisteredCard

        card = self._issuer.find(authentication_certificate)
        if card is None:
            return None
        signature = _record(card.signature) if card.signature else None
        return RegisteredCard(card.card_id, signature, _record(card.authentication), card.surface_spki_sha256)


def _record(issued: "IssuedCertificate") -> "CertificateRecord":
    from kaijo.reset.ports import CertificateRecord

    return CertificateRecord(
        serial=issued.serial,
        sha256=issued.sha256,
        spki_sha256=issued.spki_sha256,
        not_before=issued.not_before,
        not_after=issued.not_after,
        revoked_at=issued.revocation.at if issued.revocation else None,
    )


def make_folder(path: Path) -> Path:
    """Return `path`, made if it is not there. Raises UsageProblem `usage.unwritable`."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    return path


def _secret(path: Path) -> bytes:
    """Return the secret in a file that only its owner may read; make it at first use."""
    import secrets

    from kaijo.service.cardadmin import load_master

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_master(path)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_SIZE))
    return load_master(path)
