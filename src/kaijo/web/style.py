"""The style of a face, carried in each of its pages: a slow link is asked once, not a second time for sheets."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

_FOLDER = Path(__file__).parent / "static"
_COMMON = ("tokens", "frame", "parts", "forms")


@cache
def style_of(face: str) -> Markup:
    """Return the common sheets and the face's own, `face.css` and `face-*.css`, as one text.

    Raises KeyError for a face without a sheet.
    """
    if face not in _faces():
        raise KeyError(face)
    own = sorted(path.stem for path in _FOLDER.glob(f"{face}-*.css"))
    texts = [_FOLDER.joinpath(f"{name}.css").read_text("utf-8") for name in (*_COMMON, face, *own)]
    return Markup("".join(texts))  # noqa: S704 -- our own files


def style_source() -> str:
    """Return the source list of a content security policy that lets in these styles alone, by their hashes."""
    digests = [sha256(style_of(face).encode()).digest() for face in _faces()]
    return " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)


def _faces() -> list[str]:
    return sorted(path.stem for path in _FOLDER.glob("*.css") if path.stem not in _COMMON and "-" not in path.stem)
