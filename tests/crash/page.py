"""The source of the crash tests: one Facebook page, and comments with numbers."""

from __future__ import annotations

import hashlib
import hmac
import json

SOURCE, PAGE = "page", "102938475610293"
SECRET = "crash-test-secret"
ENVIRON = {"CRASH_SECRET": SECRET, "CRASH_TOKEN": "crash-test-token"}

CONFIGURATION = """\
[commonline]
listen = "{listen}"
durability = "process"

[workspaces.acme]
join_window = "0"

[sources.page]
connector = "facebook"
workspace = "acme"
app_secret = {{ env = "CRASH_SECRET" }}
verify_token = {{ env = "CRASH_TOKEN" }}
own_accounts = ["facebook:102938475610293"]
unknown_side = "customer"
"""


def comment(number: int, posts: int) -> bytes:
    """Body of the comment of this number; the post that it belongs to changes with the number."""
    post = f"{PAGE}_{700_000_000 + number % posts}"
    value = {
        "from": {"id": str(6_000_000_000 + number % 997), "name": f"Person {number % 997}"},
        "item": "comment",
        "verb": "add",
        "comment_id": f"{700_000_000 + number % posts}_{number}",
        "post_id": post,
        "parent_id": post,
        "created_time": 1_790_000_000 + number,
        "message": f"comment number {number} about a kettle",
    }
    change = {"field": "feed", "value": value}
    return json.dumps(
        {"object": "page", "entry": [{"id": PAGE, "time": 1_790_000_001 + number, "changes": [change]}]}
    ).encode()


def headers(body: bytes) -> dict[str, str]:
    """Facebook's signature."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
