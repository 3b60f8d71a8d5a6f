"""What Google Drive tells, as far as it is asked for.

https://developers.google.com/workspace/drive/api/reference/rest/v3
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.json import Decoder

Text = str | None


class User(Struct, gc=False, rename="camel"):
    """Somebody; `me` is the account that asks. Comments often tell a name only."""

    display_name: Text = None
    email_address: Text = None
    permission_id: Text = None
    me: bool = False


class File(Struct, gc=False, rename="camel"):
    """A file or folder."""

    id: str = ""
    name: Text = None
    mime_type: Text = None
    size: str | None = None
    created_time: Text = None
    modified_time: Text = None
    trashed: bool | None = None
    trashed_time: Text = None
    trashing_user: User | None = None
    web_view_link: Text = None
    drive_id: Text = None
    shared: bool | None = None
    last_modifying_user: User | None = None


class Changed(Struct, gc=False, rename="camel"):
    """One change of the list: a file, or a shared drive."""

    change_type: Text = None
    time: Text = None
    removed: bool = False
    file_id: Text = None
    file: File | None = None


class Quoted(Struct, gc=False):
    """The words of the file that a comment is about."""

    value: Text = None


class Reply(Struct, gc=False, rename="camel"):
    """An answer to a comment, or that it is resolved."""

    id: str
    created_time: Text = None
    modified_time: Text = None
    author: User | None = None
    content: Text = None
    deleted: bool = False
    action: Text = None


class Comment(Struct, gc=False, rename="camel"):
    """A comment. Its `modified_time` moves with every answer."""

    id: str
    created_time: Text = None
    modified_time: Text = None
    author: User | None = None
    content: Text = None
    deleted: bool = False
    resolved: bool = False
    quoted_file_content: Quoted | None = None
    replies: list[Reply] = field(default_factory=list)


class Kind(Struct, gc=False):
    """Which of them a record is."""

    kind: Text = None


KIND = Decoder(Kind)
FILE = Decoder(File)
CHANGED = Decoder(Changed)
COMMENT = Decoder(Comment)
