"""Greenhouse beyond its fixtures: its signature, and what must never be told of somebody who applies."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import msgspec
import pytest
from tests.connectors.called import delivered, source
from tests.connectors.polled import posted

from commonline.connectors.greenhouse import mapping
from commonline.errors import AuthenticationError

FIXTURES = Path(mapping.__file__).parent / "fixtures"
BODIES = sorted(path for path in FIXTURES.glob("*.json") if ".expected" not in path.name and ".meta" not in path.name)


def test_the_signature_has_its_algorithm_before_it() -> None:
    at = source("greenhouse", secret_key="kettle", organisation="acme")
    body = b'{"action":"ping","payload":{"n":"\\u00e4"}}'
    digest = hmac.new(b"kettle", body, hashlib.sha256).hexdigest()
    told = delivered(at, body, {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": "e-1"})
    assert (told.authentication, told.vendor_id) == ("signature", "e-1")
    for forged in (digest, f"sha256={digest}", f"sha1 {digest}", ""):
        with pytest.raises(AuthenticationError):
            delivered(at, body, {"Signature": forged})


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.stem)
def test_all_is_restricted_and_nothing_private_is_told(path: Path) -> None:
    told = posted("greenhouse", path.read_bytes(), organisation="acme")
    assert all(one.visibility == "restricted" for one in told)
    written = msgspec.json.encode(told).decode()
    for private in ("83417", "UPM", "Calle Mayor", "files.example", "secret notes"):
        assert private not in written


def test_an_event_that_comes_again_is_one_fact_and_the_next_stage_another() -> None:
    body = (FIXTURES / "candidate_stage_change__interview.json").read_bytes()
    told = json.loads(body)
    told["payload"]["application"]["candidate"]["tags"] = []
    again = json.dumps(told).encode()
    told["payload"]["application"]["current_stage"] = {"id": 2, "name": "Offer"}
    ids = [posted("greenhouse", one, organisation="acme")[0].id for one in (body, again, json.dumps(told).encode())]
    assert ids[0] == ids[1] != ids[2]
