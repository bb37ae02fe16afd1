"""The composition root: the only room that knows every adapter, a file for each side of the house."""

from kaijo.app.cards import lay, note_last_try, open_link, open_noisy_link, practice_issuer
from kaijo.app.folders import home, make_folder
from kaijo.app.operator import (
    audit_trail,
    desk,
    face_engine,
    make_master_in_token,
    practice_clerks,
    run_watched,
    service,
    telemetry,
    token_keys,
)
from kaijo.app.pages import guide, local_places, pages, run
from kaijo.app.signing import certificate_judge, export_authorities

__all__ = [
    "audit_trail",
    "certificate_judge",
    "desk",
    "export_authorities",
    "face_engine",
    "guide",
    "home",
    "lay",
    "local_places",
    "make_folder",
    "make_master_in_token",
    "note_last_try",
    "open_link",
    "open_noisy_link",
    "pages",
    "practice_clerks",
    "practice_issuer",
    "run",
    "run_watched",
    "service",
    "telemetry",
    "token_keys",
]
