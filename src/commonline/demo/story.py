"""The day at Acme Kettles: a kettle leaks, and everybody hears of it in another place.

Payloads follow the vendors' documented formats. All names, addresses and numbers are made up (RFC 2606 domains,
numbers that are not assigned). Ids and times are made of the moment at which the day begins, so that every day is new.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonline.demo import desk, mails, page, staff, town
from commonline.demo.scene import Mail, Post, Scene, Toot
from commonline.demo.world import Day


@dataclass(frozen=True, slots=True)
class Story:
    """All scenes in order, and what they lead to at least."""

    scenes: list[Scene]

    @property
    def mails(self) -> int:
        """How many mails are sent."""
        return sum(1 for scene in self.scenes if isinstance(scene.action, Mail))


def tell(day: Day) -> Story:
    """The day's scenes. Pure: the same moment gives the same bytes."""
    complaint = page.complaint(day)
    told: list[tuple[str, Post | Mail | Toot]] = [
        ("Ana complains on our Facebook page", complaint),
        (
            "Jonas comments: his leaks too",
            page.comment(day, 1, day.jonas, "Same here! Mine leaks since Monday, order 4711."),
        ),
        ("Facebook delivers Ana's post a second time", complaint),
        ("Zendesk: Ana's complaint becomes a ticket", desk.ticket_created(day)),
        ("Zendesk confirms Ana's address", desk.identity(day)),
        ("HubSpot: sales enters Ana's address", desk.crm_address(day)),
        ("Slack: Sam asks the quality team", staff.ask(day)),
        ("Slack: Priya answers in the thread", staff.answer(day)),
        ("Someone posts with a forged signature", page.forged(day)),
        ("Zendesk: an internal note", desk.note(day)),
        ("A journalist writes to the press office", mails.journalist(day)),
        ("Mastodon: an activist picks it up", town.outcry(day)),
        ("Mastodon: her follower joins in", town.echo(day)),
        ("Slack sends a body that breaks off", staff.broken(day)),
        (
            "Jonas corrects his comment",
            page.edited(day, 1, day.jonas, "Same here! Order 4712, not 4711. Call 030 90182055."),
        ),
        (
            "A troll insults Ana on Facebook",
            page.comment(day, 2, day.troll, "Ana Silva lives in Hauptstraße 5, go tell her"),
        ),
        ("An applicant asks about it in her application", mails.applicant(day)),
        ("Facebook: the troll's comment is removed", page.removed(day, 2)),
        ("Mastodon: the activist edits her post", town.correction(day)),
        ("Zendesk: service answers Ana", desk.reply(day)),
        ("Facebook: we answer on the page", page.our_answer(day)),
        ("HubSpot: Ana's stage changes", desk.crm_stage(day)),
        ("Slack: Sam corrects a word", staff.corrected(day)),
        ("Zendesk: the ticket is solved", desk.solved(day)),
    ]
    return Story([Scene(1.2 * index, line, action) for index, (line, action) in enumerate(told)])
