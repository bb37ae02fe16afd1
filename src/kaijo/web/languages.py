"""Which language a page speaks: `?lang=` first, then the cookie that it set, then Japanese."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from kaijo.web.places import Words
from kaijo.words import Lang, catalogue, label

Voice = Literal["ja", "plain", "en"]
"""A language, or plain Japanese (やさしい日本語), in which the guide alone has sentences of its own."""
VOICES: tuple[Voice, ...] = ("ja", "plain", "en")

_COOKIE = "kaijo-lang"
_YEAR = 365 * 24 * 3600


def voice_of(request: Request) -> Voice:
    """Return how the answer speaks."""
    for wish in (request.query_params.get("lang"), request.cookies.get(_COOKIE)):
        for voice in VOICES:
            if voice == wish:
                return voice
    return "ja"


def lang_of(request: Request) -> Lang:
    """Return the language of the answer."""
    return "en" if voice_of(request) == "en" else "ja"


def remember_lang(request: Request, response: Response) -> None:
    """Keep the language in a cookie when the address names one."""
    if request.query_params.get("lang") == (voice := voice_of(request)):
        response.set_cookie(_COOKIE, voice, max_age=_YEAR, httponly=True, samesite="strict")


def in_lang(words: Words, lang: Lang) -> str:
    """Return the text in one language."""
    return words if isinstance(words, str) else words[lang]


def wording(code: str, voice: Voice) -> str:
    """Return the code under which `voice` has its own sentence for `code`; `code` itself where it has none."""
    plain = f"plain.{code}"
    return plain if voice == "plain" and plain in catalogue() else code


def name_of(voice: Voice) -> str:
    """Return what a voice calls itself."""
    return label(f"guide.voice.{voice}", "en" if voice == "en" else "ja")
