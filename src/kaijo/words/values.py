"""A value of a fact, as people read it."""

from datetime import date, time

from kaijo.words import Lang, catalogue, label, show

_BETWEEN_PARTS = {"ja": "；", "en": "; "}
_WITHIN_A_PART = {"ja": "・", "en": ", "}
_BETWEEN_ITEMS = {"ja": "、", "en": ", "}


def in_words(value: object, lang: Lang) -> str:
    """Return what a fact's value says: every key by its label, every word by its name, times as 06:30.

    A key or a word that nobody wrote down, as a user's own facts may have, stands as it is.
    """
    return _said(value, lang, _BETWEEN_PARTS[lang])


def _said(value: object, lang: Lang, between: str) -> str:
    if isinstance(value, dict):
        parts = [_entry(str(key), _said(part, lang, _WITHIN_A_PART[lang]), lang) for key, part in value.items()]
        return between.join(parts)
    if isinstance(value, list):
        parts = [_said(part, lang, _WITHIN_A_PART[lang]) for part in value]
        return _BETWEEN_ITEMS[lang].join(parts) or label("value.is.none", lang)
    return _single(value, lang)


def _single(value: object, lang: Lang) -> str:
    if isinstance(value, bool):
        return label("value.is.yes" if value else "value.is.no", lang)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else _word(str(value), lang)


def _entry(key: str, said: str, lang: Lang) -> str:
    if f"value.{key}" in catalogue():
        return label(f"value.{key}", lang, value=said)
    return f"{_word(key, lang)}{'：' if lang == 'ja' else ': '}{said}"


def _word(word: str, lang: Lang) -> str:
    return label(f"value.is.{word}", lang) if f"value.is.{word}" in catalogue() else show(word, lang)
