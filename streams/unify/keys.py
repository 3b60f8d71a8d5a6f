"""Keys of rows: one byte of kind, eight bytes of workspace, sixteen of what it is.

Both hashes are keyed, since keys outlive erasure (protocol F12, F20, F25).
"""

from __future__ import annotations

from commonline.ids import SEPARATOR, KeyedNames, keyed_hash

WORKSPACE, OBJECT, THREAD, CONVERSATION = b"g", b"o", b"t", b"c"
ACCOUNT, PERSON, LINK, ANCHOR = b"a", b"p", b"l", b"x"
KINDS = (WORKSPACE, OBJECT, THREAD, CONVERSATION, ACCOUNT, PERSON, LINK, ANCHOR)
PREFIX_SIZE = 9
KEPT_KEYS = 256
"""Few, so that they lie in the processor's cache: a key is hashed in the time that memory takes to find one of many."""

Key = bytes


class KeysOfKind:
    """What a row is of -> its key, for one kind and workspace. Keys that were made lately are kept: an activity names
    its thread and its people several times, and the next ones name them again."""

    __slots__ = ("_kept", "_names", "_prefix")

    def __init__(self, prefix: bytes, names: KeyedNames) -> None:
        self._prefix = prefix
        self._names = names
        self._kept: dict[str, Key] = {}

    def of(self, what: str) -> Key:
        """The key of the row for `what`."""
        found = self._kept.get(what)
        if found is None:
            if len(self._kept) >= KEPT_KEYS:
                self._kept.clear()
            self._kept[what] = found = self._names(self._prefix, what)
        return found


class WorkspaceKeys:
    """Makes the row keys of one workspace."""

    __slots__ = ("_accounts", "_anchors", "_conversations", "_links", "_objects", "_of", "_persons", "_threads")

    def __init__(self, secret: bytes, workspace: str) -> None:
        prefix = keyed_hash(secret, "workspace", workspace, size=PREFIX_SIZE - 1)
        names = KeyedNames(secret, workspace + SEPARATOR)
        self._of = {kind: KeysOfKind(kind + prefix, names) for kind in KINDS}
        self._objects = self._of[OBJECT]
        self._threads = self._of[THREAD]
        self._conversations = self._of[CONVERSATION]
        self._accounts = self._of[ACCOUNT]
        self._persons = self._of[PERSON]
        self._links = self._of[LINK]
        self._anchors = self._of[ANCHOR]

    def object(self, identifier: str) -> Key:
        """The key of an object or relation."""
        return self._objects.of(identifier)

    def thread(self, uri: str) -> Key:
        """The key of a thread."""
        return self._threads.of(uri)

    def conversation(self, identifier: str) -> Key:
        """The key of a conversation."""
        return self._conversations.of(identifier)

    def account(self, uri: str) -> Key:
        """The key of an account."""
        return self._accounts.of(uri)

    def person(self, identifier: str) -> Key:
        """The key of a person."""
        return self._persons.of(identifier)

    def link(self, identifier: str) -> Key:
        """The key of a link."""
        return self._links.of(identifier)

    def anchor(self, name: str) -> Key:
        """The key of an anchor."""
        return self._anchors.of(name)

    def key(self, kind: bytes, what: str) -> Key:
        """The key of the row of `kind` for `what`."""
        return self._of[kind].of(what)


class Keys:
    """Makes row keys for one installation. `secret` is the installation's hash key."""

    def __init__(self, secret: bytes) -> None:
        self._secret = keyed_hash(secret, "row keys", size=32)
        self._workspaces: dict[str, WorkspaceKeys] = {}

    def of(self, workspace: str) -> WorkspaceKeys:
        """The keys of a workspace."""
        found = self._workspaces.get(workspace)
        if found is None:
            found = self._workspaces[workspace] = WorkspaceKeys(self._secret, workspace)
        return found

    def key(self, kind: bytes, workspace: str, what: str) -> Key:
        """The key of the row of `kind` for `what`."""
        return self.of(workspace).key(kind, what)
