"""The composition root: the only room that knows every adapter, a file for each side of the house."""

from kaijo.app.cards import lay, note_last_try, open_link, open_noisy_link, practice_issuer
from kaijo.app.database import database_status, keep_pruning, prune_database, upgrade_database
from kaijo.app.filing import filing_desk, serving
from kaijo.app.folders import home, make_folder
from kaijo.app.keeping_safe import back_up, judge, put_back
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
from kaijo.app.phone_certificate import PracticePhoneIssuer
from kaijo.app.signing import certificate_judge, export_authorities
from kaijo.app.terminals import admit, enrolled, gatehouse, key_file, terminal_keys

__all__ = [
    "PracticePhoneIssuer",
    "admit",
    "audit_trail",
    "back_up",
    "certificate_judge",
    "database_status",
    "desk",
    "enrolled",
    "export_authorities",
    "face_engine",
    "filing_desk",
    "gatehouse",
    "guide",
    "home",
    "judge",
    "keep_pruning",
    "key_file",
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
    "prune_database",
    "put_back",
    "run",
    "run_watched",
    "service",
    "serving",
    "telemetry",
    "terminal_keys",
    "token_keys",
    "upgrade_database",
]
