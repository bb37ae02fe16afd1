"""An HTML page as a test reads it: head, headings, forms with their fields and labels, text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = {"script", "style", "title"}
_EMPTY = {"br", "hr", "img", "input", "link", "meta"}

Attributes = dict[str, str]


@dataclass
class Form:
    """One form: where it goes, its inputs and buttons by their attributes."""

    action: str
    method: str
    inputs: list[Attributes] = field(default_factory=list)
    buttons: list[Attributes] = field(default_factory=list)

    def hidden(self) -> dict[str, str]:
        """Return what the form sends without anybody doing anything."""
        return {one["name"]: one["value"] for one in self.inputs if one.get("type") == "hidden"}


class PageReader(HTMLParser):
    """Reads one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.forms: list[Form] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._path: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in _EMPTY:
            self._path.append(tag)
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get")))
        elif tag == "input":
            self.forms[-1].inputs.append(attributes)
        elif tag == "button" and attributes.get("type") != "button":
            self.forms[-1].buttons.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        assert self._path.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self._path), " ".join(data.split())))

    def all(self, tag: str) -> Iterator[Attributes]:
        """Yield the attributes of every element of that name."""
        return (attributes for name, attributes in self.elements if name == tag)

    def within(self, tag: str) -> list[str]:
        """Return the texts inside of elements of that name."""
        return [text for path, text in self.texts if tag in path]

    @property
    def text(self) -> str:
        """What a person reads, without the title."""
        return " ".join(text for path, text in self.texts if not _UNSEEN & set(path))
