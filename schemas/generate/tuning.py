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

# (record, first field): length of a run of neighbours that mostly are null or empty, all of them; the decoder
# looks at them at once.
MOSTLY_EMPTY: Final = {
    ("Object", "start_time"): 5,
    ("Activity", "changes"): 5,
    ("Attachment", "size"): 3,
}
