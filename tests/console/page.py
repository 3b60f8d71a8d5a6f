"""What stands on a page, read as a browser reads it."""

from __future__ import annotations

from lxml import html


class Shown:
    """A page or a part of one."""

    def __init__(self, text: str) -> None:
        self.tree = html.fromstring(text)

    def words(self, path: str = ".") -> str:
        """Text below the first element that an XPath finds, white space folded; empty if there is none."""
        found = self.tree.xpath(path)
        return " ".join(found[0].text_content().split()) if found else ""

    def all(self, path: str) -> list[str]:
        """Text of every element, or attributes, that an XPath finds."""
        return [one if isinstance(one, str) else " ".join(one.text_content().split()) for one in self.tree.xpath(path)]
