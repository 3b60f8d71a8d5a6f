"""Which topic is meant, of those that this user may see."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from commonline.errors import ConfigurationError
from commonline.topics import Topics


def choose(names: Iterable[str], topics: Topics, department: str, workspace: str | None) -> str:
    """The topic of a department's feed.

    Args:
        names: topics that the broker shows. It shows a user those that it may describe, no others.
        workspace: None where only one has such a feed.

    Raises:
        ConfigurationError: there is none, or several workspaces have one. The message lists what there is.
    """
    feeds = topics.feeds(names)
    fit = {name: feed for name, feed in feeds.items() if feed[1] == department and workspace in (None, feed[0])}
    if len(fit) == 1:
        return next(iter(fit))
    if fit:
        spaces = ", ".join(sorted(space for space, _ in fit.values()))
        raise ConfigurationError(f"several workspaces have a feed {department!r}: say which of {spaces}")
    raise ConfigurationError(_nothing(feeds.values(), topics, department, workspace))


def _nothing(feeds: Iterable[tuple[str, str]], topics: Topics, department: str, workspace: str | None) -> str:
    known = sorted(f"{space}/{name}" for space, name in feeds)
    wanted = department if workspace is None else f"{workspace}/{department}"
    begin = f" (names begin with {topics.prefix!r})" if topics.prefix else ""
    if not known:
        return (
            f"there is no feed {wanted!r}, nor any other that this user may see{begin}: "
            "check COMMONLINE_KAFKA, and that the user has the right to describe and read the feed's topic"
        )
    near = difflib.get_close_matches(department, [one.partition("/")[2] for one in known], n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"there is no feed {wanted!r} that this user may see{begin}; {meant}There are: {', '.join(known)}"
