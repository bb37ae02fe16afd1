"""The operator's side: the desk with its ports, keys, faces, the audit trail, and the service around them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo import __version__
from kaijo.app.cards import practice_issuer
from kaijo.app.database import DATABASE, database_place, let_go
from kaijo.app.folders import make_folder, secret
from kaijo.app.revocation import practice_authorities, practice_lists
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble, UsageProblem

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kaijo.reset.desk import Desk
    from kaijo.reset.face_ports import FaceDesk
    from kaijo.reset.ports import CardKeys
    from kaijo.service.audit.trail import Trail
    from kaijo.service.cardadmin_token import TokenCardKeys
    from kaijo.service.face.engine import DlibEngine
    from kaijo.service.store.audited import Watch
    from kaijo.service.telemetry.house import Telemetry
    from kaijo.virtualcard.issuer import Issuer


def desk(
    data: Path,
    clock: Clock,
    *,
    face_required: bool,
    keys: "CardKeys | None" = None,
    database: str | None = None,
    watch: "Watch | None" = None,
) -> "Desk":
    """Return the operator's desk for the cards of this person's practice issuer, with its files in `data`.

    Without `keys` the practice issuer's own administration master serves; without a `database` (path or address) the
    rows are in a file in `data`. `watch` hears of every act.

    Raises ServiceTrouble `service.no-extra` without the extra `service`, `store.…`, CardTrouble `issuer.…`, and
    UsageProblem `usage.database…`.
    """
    import secrets

    try:
        from kaijo.app.registry import PracticeRegistry
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

    place = database_place(data, database)
    issuer = practice_issuer(clock)
    veil = Veil(secret(make_folder(data) / "veil.key"), randomness=secrets.token_bytes)
    face = FaceRule.REQUIRED if face_required else FaceRule.NOT_REQUIRED
    return Desk(
        store=AuditedStore(SqlStore(place), Scribe(veil, clock), watch),
        trust=CertificateTrust(practice_authorities(issuer), practice_lists(issuer)),
        registry=PracticeRegistry(issuer),
        keys=keys or KeyFileCardKeys(issuer.administration_master),
        veil=veil,
        randomness=secrets.token_bytes,
        clock=clock,
        face_policy=FacePolicy(signature=face, authentication=FaceRule.NOT_REQUIRED),
        face=_face_desk(data, issuer),
        issuer=issuer,
        limited=True,
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


def audit_trail(data: Path, clock: Clock, *, database: str | None = None) -> "Trail":
    """Return the audit trail of the service with its files in `data`. Its signing key is made at first use.

    Raises UsageProblem `audit.no-trail` (path) where no service has ever been, and as `desk`.
    """
    if database is None and not (data / DATABASE).exists():
        raise UsageProblem("audit.no-trail", path=str(data))
    made = desk(data, clock, face_required=False, database=database)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kaijo.reset.scribe import Scribe
    from kaijo.service.audit.trail import Trail

    key = Ed25519PrivateKey.from_private_bytes(secret(data / "checkpoints.key"))
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


def service(
    data: Path,
    clock: Clock,
    *,
    face_required: bool,
    keys: "CardKeys | None" = None,
    database: str | None = None,
    watch: "Telemetry | None" = None,
    terminals_required: bool = False,
    proxied: bool = False,
    limited: bool = True,
) -> "ASGIApp":
    """Return the reservation service around a desk, watched by `watch`. Raises as `desk`."""
    seen = watch or telemetry(clock)
    made = desk(data, clock, face_required=face_required, keys=keys, database=database, watch=seen.metrics)
    store = made.store
    from kaijo.service.api import create_app
    from kaijo.service.practice_clerks import make_clerks
    from kaijo.service.telemetry.watched import WatchedKeys, WatchedStore

    make_clerks(made, data)
    seen_store, seen_keys = WatchedStore(made.store, seen.metrics), WatchedKeys(made.keys, seen.metrics)
    made = replace(made, store=seen_store, keys=seen_keys, limited=limited)
    return create_app(
        desk=made,
        practice=True,
        watch=seen,
        terminals_required=terminals_required,
        proxied=proxied,
        at_end=partial(let_go, store),
    )


def telemetry(clock: Clock) -> "Telemetry":
    """Return what watches one process of the service. Raises ServiceTrouble `service.no-extra`."""
    try:
        from kaijo.service.telemetry.house import telemetry as make
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None
    return make(clock)


def run_watched(service: "ASGIApp", port: int, watch: "Telemetry", *, notice: timedelta) -> None:
    """Serve until told to stop, with this process's log lines on stderr. Raises as `run`."""
    from kaijo.app.pages import run
    from kaijo.service.telemetry.fields import Event
    from kaijo.service.telemetry.logs import note, to_stderr

    to_stderr()

    def stopping() -> None:
        watch.stopping.tell()
        note(Event.STOPPING)

    note(Event.STARTED, version=__version__, port=port)
    run(service, port, stopping=stopping, notice=notice)
    note(Event.STOPPED)


def practice_clerks(data: Path) -> Mapping[str, str]:
    """Return the practice clerks' passwords of a service with its database in `data`; nothing where there is none.

    Raises ServiceTrouble `store.damaged`.
    """
    from kaijo.service.practice_clerks import read_clerks

    return read_clerks(data)
