"""The four departments of a file that names none."""

from __future__ import annotations

from commonline.configuration.departments import Department, Policy, Redact, Rule

TALK = ["post", "comment", "review", "news"]
CARE = ["ticket", "email", "direct_message", "chat", "sms", "call", "voicemail", "form", "review", "comment", "post"]
PRESS = ["press", "journalist", "reporter", "newspaper", "editor", "statement", "boycott", "lawyer", "recall"]
HIRING = ["application", "applicant", "interview", "vacancy", "job offer", "recruiter", "hiring", "career"]
PERSONAL: list[Redact] = ["email", "phone", "card", "iban"]
IDENTITY: list[Redact] = ["name", "handle", "account"]


def default_departments() -> dict[str, Department]:
    """Marketing sees what is public without knowing who; PR hears of the press; service sees customers and notes; HR
    hears of applicants and employees. Conversations over several channels concern the first three."""
    public = Rule(name="public-talk", channels=TALK)
    wide = Rule(name="several-channels", min_channels=2, min_accounts=1)
    return {
        "marketing": Department(
            title="Marketing", clearance="public", rules=[public, wide], policy=Policy(redact=[*IDENTITY, *PERSONAL])
        ),
        "pr": Department(
            title="Public relations",
            clearance="customer",
            rules=[public, Rule(name="press-words", words=PRESS), wide],
            policy=Policy(redact=PERSONAL),
        ),
        "service": Department(
            title="Customer service",
            clearance="internal",
            rules=[Rule(name="customers", channels=CARE, directions=["inbound", "outbound"]), wide],
            policy=Policy(redact=["card", "iban"]),
        ),
        "hr": Department(
            title="Human resources",
            clearance="restricted",
            rules=[
                Rule(name="hiring-words", words=HIRING),
                Rule(name="people", channels=["employee"]),
                Rule(name="employment", object_types=["Employment"]),
            ],
            policy=Policy(redact=PERSONAL),
        ),
    }
