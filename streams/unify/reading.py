"""The texts of an activity, taken apart once for all who look into them."""

from __future__ import annotations

from commonline.schemas.records import Activity
from commonline.streams.unify.texts import LINK, TICKET, Words, traces, words


class Reading:
    """What can be read in an activity, names of parties left out.

    `title` is the object's, else the thread's. `words` are those of `title` and `text`, in small letters. `place` is
    the container, `rest` are all texts but those and the object's `url`. `traces`: kinds of personal data that may
    stand in any of them. `points`: a link or a number that others may be called by may stand in title, text or rest.
    """

    __slots__ = ("_others", "place", "points", "rest", "text", "title", "traces", "url", "words")

    def __init__(self, activity: Activity) -> None:
        obj = activity.object
        thread = activity.thread
        self.text = obj.text or ""
        self.title = obj.title or thread.title or ""
        self.url = obj.url or ""
        container = thread.container
        self.place = "" if container is None else f"{container.id}\n{container.name or ''}"
        self.words = words(self.title, self.text)
        self.rest = _rest(activity)
        inner = traces(self.title, self.text, self.rest)
        self.points = inner & (LINK | TICKET) != 0
        self.traces = inner | traces(self.url, self.place)
        self._others: Words | None = None

    def names(self, called: Words) -> bool:
        """Whether one of these words stands in any text."""
        if not self.words.isdisjoint(called):
            return True
        others = self._others
        if others is None:
            others = self._others = words(self.url, self.rest, self.place)
        return not others.isdisjoint(called)

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
