"""Read a page the way a browser's parser does, as far as its skeleton goes."""

from html.parser import HTMLParser

__all__ = ["Page", "read"]

_VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}
_APART = {"td", "th", "dt", "dd", "li", "p", "h1", "h2", "h3", "summary", "caption"}
#: Attributes that may hold a name: their value is text, not structure.
_TEXT = {"aria-label"}


class Page(HTMLParser):
    """The tags of a page in order, with what they are made of, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.skeleton: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; its text attributes count by name only."""
        self.tags.append((tag, dict(attrs)))
        self.skeleton.append((tag, tuple((name, None if name in _TEXT else value) for name, value in attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as SVG's do."""
        self.tags.append((tag, dict(attrs)))
        self.skeleton.append((tag, tuple((name, None if name in _TEXT else value) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Require that tags close in order."""
        assert self.open.pop() == tag, f"</{tag}> closes another tag, at {self.getpos()}"
        self.skeleton.append((f"/{tag}", ()))
        if tag in _APART:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        """Collect the text outside style sheets."""
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """The text, with any run of blanks as one."""
        return " ".join("".join(self.words).split())

    def values(self, attribute: str, tag: str | None = None) -> list[str | None]:
        """Return the values of an attribute, of all tags or of one kind."""
        return [attrs[attribute] for name, attrs in self.tags if attribute in attrs and tag in {None, name}]


def read(html: str) -> Page:
    """Return a page, read to its end with every tag closed."""
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page
