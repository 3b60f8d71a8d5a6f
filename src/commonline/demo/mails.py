"""Mails to our press office and to the people who hire (RFC 5322)."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

from commonline.demo.scene import Mail
from commonline.demo.world import Day
from commonline.kit.times import SECOND, from_micros

MAILBOX = "line@acme-kettles.example"


def _mail(day: Day, number: int, sender: str, to: str, subject: str, text: str) -> Mail:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(from_micros(day.second(number) * SECOND))
    message["Message-ID"] = f"<{day.began}.{number}@{sender.rpartition('@')[2].rstrip('>')}>"
    message.set_content(text)
    return Mail(message)


def journalist(day: Day) -> Mail:
    """A reporter saw the post."""
    text = (
        "Good morning,\n\nI am a reporter with the Daily Boil and read this post by one of your customers:\n"
        f"{day.permalink}\n\nIs Kettle Two dangerous, and is a recall planned? I need a statement by 4 pm.\n\n"
        "Lena Vogt\nDaily Boil, +49 40 55502190\n"
    )
    sender = "Lena Vogt <lena.vogt@dailyboil.example>"
    return _mail(day, 10, sender, f"Press office <{MAILBOX}>", "Leaking kettles: request for a statement", text)


def applicant(day: Day) -> Mail:
    """An applicant saw it too."""
    text = (
        "Dear hiring team,\n\nmy application as service engineer is attached to your portal. Before the interview on "
        f"Friday: what is this about? {day.permalink}\n\nKind regards\nMira Holm, mira.holm@post.example\n"
    )
    sender = "Mira Holm <mira.holm@post.example>"
    return _mail(day, 16, sender, f"Jobs <{MAILBOX}>", "Application: service engineer", text)
