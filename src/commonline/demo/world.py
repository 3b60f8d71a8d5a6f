"""The people and places of the day, and its moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Someone:
    """A person outside, with ids of the systems that know them."""

    name: str
    facebook: str = ""
    zendesk: str = ""
    mail: str = ""
    mastodon: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the story. `began`: Unix seconds; ids are made of it. `instance`: base URL of the Mastodon server."""

    began: int
    instance: str = "https://town.example"
    page: str = "102938475610293"
    account_id: int = 31337001
    subdomain: str = "acmekettles"
    portal: int = 27145000
    team: str = "T0ACME01"
    ana: Someone = Someone("Ana Silva", "6120977734015001", "700200", "ana.silva@post.example")
    jonas: Someone = Someone("Jonas Weber", "6120977734015520")
    troll: Someone = Someone("K. Krawall", "6120977734015666")

    @property
    def post(self) -> str:
        """Native id of Ana's post."""
        return f"{self.page}_{122_000_000_000_000 + self.began}"

    @property
    def permalink(self) -> str:
        """Where Ana's post stands for everybody to see."""
        return f"https://www.facebook.com/acmekettles/posts/{122_000_000_000_000 + self.began}"

    @property
    def ticket(self) -> str:
        """Number of Ana's ticket."""
        return str(self.began % 10_000_000)

    def second(self, number: int) -> int:
        """Unix seconds of a moment of the day. The day lies in the last minutes, so that nothing is in the future."""
        return self.began - 300 + 10 * number

    def iso(self, number: int) -> str:
        """The same as RFC 3339."""
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=self.second(number))
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def slack(self, number: int) -> str:
        """The same as Slack writes it; it is the message's id too."""
        return f"{self.second(number)}.{number:06d}"
