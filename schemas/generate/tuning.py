"""Where the shape of real activities decides what is fast. Wrong entries cost time, never correctness."""

from __future__ import annotations

from typing import Final

# (record, field): strings of few different values; the encoder keeps their encodings.
FEW_VALUES: Final = frozenset(
    {
        ("Activity", "workspace"),
        ("Activity", "connector"),
        ("Activity", "source"),
        ("Activity", "event"),
        ("Object", "markup"),
        ("Origin", "topic"),
        ("ConversationActivity", "workspace"),
        ("FeedActivity", "workspace"),
        ("FeedActivity", "feed"),
        ("FeedActivity", "policy"),
        ("Delivery", "workspace"),
        ("Delivery", "connector"),
        ("Delivery", "source"),
        ("Delivery", "content_type"),
    }
)

# (record, field): nullable values that mostly are null; encoded as one piece, which costs more where there is one.
RARELY_GIVEN: Final = frozenset(
    {
        ("Activity", "edge"),
        ("Activity", "generator"),
        ("Activity", "client_ref"),
        ("Party", "handle"),
        ("Object", "version"),
        ("Object", "language"),
        ("Object", "author"),
        ("Thread", "title"),
        ("ConversationActivity", "other"),
        ("ConversationActivity", "link"),
        ("ConversationActivity", "supersedes"),
        ("ConversationActivity", "activity"),
        ("FeedActivity", "other"),
        ("FeedActivity", "count"),
        ("FeedActivity", "item"),
    }
)

# (record, first field): length of a run of neighbours that mostly are null or empty, all of them; encoder
# and decoder look at them at once.
MOSTLY_EMPTY: Final = {
    ("Object", "start_time"): 5,
    ("Activity", "changes"): 5,
    ("Attachment", "size"): 3,
}
