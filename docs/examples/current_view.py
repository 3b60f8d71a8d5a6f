"""Prints what a feed says now: the latest state of each object, in its present conversation.

COMMONLINE_KAFKA=127.0.0.1:9092 python current_view.py service
"""

from __future__ import annotations

import sys

from commonline.client import Feed


def main(department: str) -> None:
    view = Feed(department).current()
    for conversation in view.conversations():
        print(f"conversation {str(conversation.id)[:8]}: {len(conversation.activities)}")
        for one in conversation.activities:
            print(f"  {one.channel} {one.object.text or one.object.title or one.object.type}")


if __name__ == "__main__":
    main(sys.argv[1])
