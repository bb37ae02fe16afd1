"""Where this person's data lies, and the secrets that are made at first use."""

import os
from pathlib import Path

from kaijo.errors import UsageProblem

_SECRET_SIZE = 32


def home() -> Path:
    """Return the folder for this person's data: `KAIJO_HOME`, else where the system keeps such data."""
    from platformdirs import user_data_path

    return Path(os.environ["KAIJO_HOME"]) if "KAIJO_HOME" in os.environ else user_data_path("kaijo", appauthor=False)


def make_folder(path: Path) -> Path:
    """Return `path`, made if it is not there. Raises UsageProblem `usage.unwritable`."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    return path


def secret(path: Path) -> bytes:
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
