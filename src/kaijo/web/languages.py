"""Which language a page speaks: `?lang=` first, then the cookie that it set, then Japanese."""

from starlette.requests import Request
from starlette.responses import Response

from kaijo.web.places import Words
from kaijo.words import LANGS, Lang

_COOKIE = "kaijo-lang"
_YEAR = 365 * 24 * 3600


def lang_of(request: Request) -> Lang:
    """Return the language of the answer."""
    for wish in (request.query_params.get("lang"), request.cookies.get(_COOKIE)):
        for lang in LANGS:
            if lang == wish:
                return lang
    return "ja"


def remember_lang(request: Request, response: Response) -> None:
    """Keep the language in a cookie when the address names one."""
    if request.query_params.get("lang") == (lang := lang_of(request)):
        response.set_cookie(_COOKIE, lang, max_age=_YEAR, httponly=True, samesite="strict")


def in_lang(words: Words, lang: Lang) -> str:
    """Return the text in one language."""
    return words if isinstance(words, str) else words[lang]
