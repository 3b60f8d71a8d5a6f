"""Whether our own mail server found the author's address to be real: RFC 8601 ``Authentication-Results``.

Only fields that carry our server's own id (setting `authserv_id`) count: RFC 8601 §5 has that server remove such
fields from what comes in, anybody else may have written the others. An address is verified if DMARC passed for its
domain, or a DKIM signature of its domain (or of a parent or child of it) passed, and DMARC did not fail.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_DMARC_DOMAIN = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_DKIM_DOMAIN = re.compile(r"header\.(?:d|i)\s*=\s*\"?(?:[^\s;\"@]*@)?([^\s;\"]+)", re.IGNORECASE)
NESTED_COMMENTS = 5


def verified(fields: list[str], authserv_id: str | None, address: str) -> bool:
    """Whether `fields` (all Authentication-Results, unfolded) prove that `address` wrote the mail."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    if not authserv_id or not domain:
        return False
    proven = False
    for field in fields:
        for method, result, rest in _results(field, authserv_id.lower()):
            if method == "dmarc" and _same(_DMARC_DOMAIN, rest, domain):
                if result != "pass":
                    return False
                proven = True
            elif method == "dkim" and result == "pass" and _aligned(rest, domain):
                proven = True
    return proven


def _results(field: str, authserv_id: str) -> list[tuple[str, str, str]]:
    plain = field
    for _ in range(NESTED_COMMENTS):
        shorter = _COMMENT.sub(" ", plain)
        if shorter == plain:
            break
        plain = shorter
    own, _, results = plain.partition(";")
    if own.split()[:1] and own.split()[0].lower() == authserv_id:
        found = ((_RESULT.match(part), part) for part in results.split(";"))
        return [(m[1].lower(), m[2].lower(), part) for m, part in found if m]
    return []


def _same(pattern: re.Pattern[str], text: str, domain: str) -> bool:
    """A DMARC result without a domain is about the From field's own."""
    found = pattern.search(text)
    return found is None or found[1].lower().rpartition("@")[2].rstrip(".") == domain


def _aligned(text: str, domain: str) -> bool:
    found = _DKIM_DOMAIN.search(text)
    if not found:
        return False
    signer = found[1].lower().rstrip(".")
    return "." in signer and (signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}"))
