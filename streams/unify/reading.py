"""The texts of an activity, taken apart once for all who look into them."""

from __future__ import annotations

from commonline.schemas.records import Activity
from commonline.streams.unify.patterns import plain_address, telling, words


class Reading:
    """What can be read in an activity, names of parties left out.

    `title` is the object's, else the thread's. `words` are those of `title` and `text`, in small letters; `more_words`
    has those of the other texts too. `rest` are the other texts, but the object's `url`.
    """

    __slots__ = ("_all", "plain", "rest", "text", "title", "url", "words")

    def __init__(self, activity: Activity) -> None:
        obj = activity.object
        thread = activity.thread
        self.text = obj.text or ""
        self.title = obj.title or thread.title or ""
        self.url = obj.url or ""
        self.words = words(f"{self.title}\n{self.text}")
        self.rest = _rest(activity)
        self.plain = not telling(f"{self.title}\n{self.text}\n{self.rest}")
        """No address, number or link can stand in title, text and the rest."""
        self._all: set[str] | None = None

    @property
    def more_words(self) -> set[str]:
        """Words of all texts."""
        found = self._all
        if found is None:
            found = self._all = self.words | words(f"{self.url}\n{self.rest}")
        return found

    @property
    def nothing_to_mask(self) -> bool:
        """No text holds anything that a pattern of personal data could find."""
        return self.plain and (not self.url or plain_address(self.url))

    def holds(self, value: str) -> bool:
        """Whether a value stands in any text."""
        return value in self.text or value in self.url or value in self.title or value in self.rest


def _rest(activity: Activity) -> str:
    obj, thread = activity.object, activity.thread
    found: list[str] = []
    if obj.title and thread.title:
        found.append(thread.title)
    if activity.client_ref:
        found.append(activity.client_ref)
    if thread.container is not None:
        found += [thread.container.id, thread.container.name or ""]
    if activity.tags:
        found += activity.tags
    for attachment in obj.attachments:
        found += [attachment.name or "", attachment.url or ""]
    for span in obj.spans:
        found.append(span.value or "")
    for change in activity.changes:
        found += [change.before or "", change.after or ""]
    if activity.fields:
        found += activity.fields.values()
    return "\n".join(found)
