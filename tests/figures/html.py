"""Reads a page strictly: every element closed, nothing fetched from anywhere."""

from html.parser import HTMLParser

_VOID = frozenset(("meta", "br", "hr", "img", "input", "link", "path", "use", "rect"))
_FETCHES = ("src", "href", "action", "data", "poster", "xlink:href")


class Outline(HTMLParser):
    """A page's text, ids and links, and what is wrong with its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open = list[str]()
        self.mistakes = list[str]()
        self.fetched = list[str]()
        self.ids = list[str]()
        self.links = list[str]()
        self.text = ""
        self.feed(str(page))
        self.close()
        self.mistakes += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in _FETCHES and value and not value.startswith("#"):
                self.fetched.append(value)
            if name == "href" and value and value.startswith("#"):
                self.links.append(value[1:])
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self.open[-1:]} at {self.getpos()}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_offline_and_sound(page: str) -> Outline:
    """Fail unless the page is well-formed, fetches nothing, and its own links lead somewhere."""
    outline = Outline(page)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page
    assert [link for link in outline.links if link not in outline.ids] == []
    assert len(outline.ids) == len(set(outline.ids))
    return outline
