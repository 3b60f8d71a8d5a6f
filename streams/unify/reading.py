"""The texts of an activity, taken apart once for all who look into them."""

from __future__ import annotations

from commonline.schemas.records import Activity
from commonline.streams.unify.patterns import name_traces, name_words, plain_address, telling, words


class Reading:
    """What can be read in an activity, names of parties left out.

    `title` is the object's, else the thread's. `words` are those of `title` and `text`, in small letters; `more_words`
    has those of the other texts too. `place` is the container, `rest` are all texts but those and the object's `url`.
    """

    __slots__ = ("_all", "place", "plain", "rest", "text", "title", "url", "words")

    def __init__(self, activity: Activity) -> None:
        obj = activity.object
        thread = activity.thread
        self.text = obj.text or ""
        self.title = obj.title or thread.title or ""
        self.url = obj.url or ""
        container = thread.container
        self.place = "" if container is None else f"{container.id}\n{container.name or ''}"
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
            others = f"{self.url}\n{self.rest}"
            found = self._all = self.words | words(others) if len(others) > 1 else set(self.words)
            if self.place:
                found |= name_words(self.place)
        return found

    @property
    def nothing_to_mask(self) -> bool:
        """No text holds anything that a pattern of personal data could find."""
        return self.plain and (not self.url or plain_address(self.url)) and not name_traces(self.place)

    def holds(self, value: str) -> bool:
        """Whether a value stands in any text."""
        return (
            value in self.text or value in self.url or value in self.title or value in self.place or value in self.rest
        )


def _rest(activity: Activity) -> str:
    obj, thread = activity.object, activity.thread
    found: list[str] = []
    if obj.title and thread.title:
        found.append(thread.title)
    if activity.client_ref:
        found.append(activity.client_ref)
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
