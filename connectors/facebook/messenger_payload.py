"""What Meta sends for Messenger, as far as it is mapped: the entries `messaging` and `standby`.

Source:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from commonline.connectors.facebook.payload import Id, Time


class Account(Struct, gc=False):
    """Sender or recipient in Messenger. A guest of the chat or checkbox plugin has a `user_ref` only."""

    id: Id | None = None
    user_ref: Id | None = None


class Coordinates(Struct, gc=False):
    """Degrees, WGS 84."""

    lat: float
    long: float


class AttachmentPayload(Struct, gc=False):
    """What is attached. The text of templates is taken by `attachments.template_text`."""

    url: str | None = None
    title: str | None = None
    sticker_id: Id | None = None
    coordinates: Coordinates | None = None
    text: str | None = None
    intro_message: str | None = None
    elements: Any = None
    buttons: Any = None
    product: Any = None


class MessageAttachment(Struct, gc=False):
    """One attachment of a message; the payload of a fallback may be any text."""

    type: str | None = None
    title: str | None = None
    url: str | None = None
    payload: AttachmentPayload | str | list[Any] | None = None


class Mid(Struct, gc=False):
    """A pointer to a message, or to a story that is answered."""

    mid: str | None = None
    story: Any = None


class QuickReply(Struct, gc=False):
    """The button that was pressed instead of typing."""

    payload: str | None = None


class Referral(Struct, gc=False):
    """By which link, advertisement or plugin somebody came into the thread."""

    ref: str | None = None
    source: str | None = None
    type: str | None = None
    ad_id: Id | None = None
    referer_uri: str | None = None


class Message(Struct, gc=False):
    """A message, its echo, or that it was taken back (`is_deleted`)."""

    mid: str
    text: str | None = None
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: Id | None = None
    metadata: str | None = None
    sticker_id: Id | None = None
    quick_reply: QuickReply | None = None
    reply_to: Mid | None = None
    attachments: list[MessageAttachment] | None = None
    referral: Referral | None = None
    nlp: Any = None


class PriorMessage(Struct, gc=False):
    """Who this person was before: the guest of a plugin."""

    source: str | None = None
    identifier: Id | None = None


class MessageEdit(Struct, gc=False):
    """`message_edits`: the whole new text, and how often it was edited."""

    mid: str
    text: str | None = None
    num_edit: Id | None = None


class MessageReaction(Struct, gc=False):
    """`message_reactions`: one person has at most one reaction on a message."""

    mid: str
    action: str
    reaction: str | None = None
    emoji: str | None = None


class Postback(Struct, gc=False):
    """`messaging_postbacks`: a button was pressed. Old ones have no `mid`, those in standby no payload."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class Optin(Struct, gc=False):
    """`messaging_optins`. Its tokens let their holder write to the person: they are not even decoded."""

    type: str | None = None
    ref: str | None = None
    user_ref: Id | None = None
    payload: str | None = None
    title: str | None = None
    topic: str | None = None
    notification_messages_status: str | None = None
    notification_messages_frequency: str | None = None


class ThreadControl(Struct, gc=False):
    """`messaging_handovers`: which app holds, gets or wants the thread."""

    new_owner_app_id: Id | None = None
    previous_owner_app_id: Id | None = None
    requested_owner_app_id: Id | None = None
    metadata: str | None = None


class PolicyEnforcement(Struct, gc=False):
    """`messaging_policy_enforcement`: Meta warns, blocks or unblocks the page."""

    action: str
    reason: str | None = None


class AccountLinking(Struct, gc=False):
    """`messaging_account_linking`; its authorization code is a secret and is not decoded."""

    status: str


class ResponseFeedback(Struct, gc=False):
    """`response_feedback`: thumbs up or down on a message of the page."""

    mid: str
    feedback: str


class Screens(Struct, gc=False):
    """`messaging_feedback` and `messaging_customer_information`: answers by screen."""

    feedback_screens: list[dict[str, Any]] | None = None
    screens: list[dict[str, Any]] | None = None


class Messaging(Struct, gc=False):
    """One Messenger event: one of the parts is there (`message` may have `prior_message` beside it)."""

    sender: Account | None = None
    recipient: Account | None = None
    timestamp: Time = None
    message: Message | None = None
    prior_message: PriorMessage | None = None
    message_edit: MessageEdit | None = None
    reaction: MessageReaction | None = None
    postback: Postback | None = None
    referral: Referral | None = None
    optin: Optin | None = None
    pass_thread_control: ThreadControl | None = None
    take_thread_control: ThreadControl | None = None
    request_thread_control: ThreadControl | None = None
    app_roles: dict[str, list[str]] | None = None
    account_linking: AccountLinking | None = None
    response_feedback: ResponseFeedback | None = None
    messaging_feedback: Screens | None = None
    messaging_customer_information: Screens | None = None
    policy_enforcement: PolicyEnforcement | None = None
    policy_enforcement_old: PolicyEnforcement | None = field(default=None, name="policy-enforcement")
    delivery: Any = None
    read: Any = None
    checkout_update: Any = None
    pre_checkout: Any = None
    game_play: Any = None
