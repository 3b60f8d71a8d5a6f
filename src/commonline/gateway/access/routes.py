"""The pages on which people log in and out: ``/login``, ``/login/done``, ``/logout``."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Form, Header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from commonline.configuration.durations import seconds
from commonline.errors import AuthenticationError
from commonline.gateway.access import claims, signed
from commonline.gateway.access.entrance import Entrance
from commonline.gateway.access.gate import from_own_page, on_this_machine
from commonline.gateway.access.oidc import Attempt
from commonline.gateway.api.problem import answer
from commonline.gateway.viewer import Viewer

ATTEMPT = "commonline_login"
ATTEMPT_S = 600
LOOPBACK_S = 30 * 86_400

router = APIRouter(include_in_schema=False)


def entrance(request: Request) -> Entrance:
    """What the application was made with."""
    found: Entrance = request.app.state.entrance
    return found


Door = Annotated[Entrance, Depends(entrance)]


def posted(
    request: Request,
    door: Door,
    csrf: Annotated[str | None, Form()] = None,
    x_csrf_token: Annotated[str | None, Header()] = None,
) -> None:
    """For a route that a page's form posts to: refuse with 403 what does not send back this session's `csrf`.

    A hidden field ``csrf``, or the header ``X-CSRF-Token``. With a token in `Authorization` no browser can be misled.
    """
    if "authorization" in request.headers:
        return
    if not from_own_page(request) or not door.sessions.proves(request, csrf or x_csrf_token):
        door.gate.count("csrf")
        raise HTTPException(403, "this form is not of this session; load the page again")


@router.get("/login")
async def login(request: Request, door: Door, next: str = "/") -> Response:  # noqa: A002 - the parameter's name
    """To the provider; on this machine, without one, in at once as its administrator."""
    if door.provider is not None:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = Attempt(state, nonce, verifier, local(next))
        try:
            address = await door.provider.address(attempt)
        except AuthenticationError as refused:
            raise door.gate.refusal(refused.reason, "the provider calls itself something else") from refused
        response = RedirectResponse(address, 302)
        ring = await run_in_threadpool(door.attempts)
        text = signed.encoded(msgspec.json.encode(attempt))
        door.sessions.set_cookie(response, ATTEMPT, signed.sign(ring, "login", text), ATTEMPT_S, "/login")
        return response
    if not on_this_machine(request) or not from_own_page(request):
        raise door.gate.refusal("loopback", "people log in at a provider: configure [gateway.oidc]")
    response = RedirectResponse(local(next), 302)
    root = Viewer("administrator", administrator=True, zone=door.zone)
    await run_in_threadpool(door.sessions.begin, response, root, "loopback", LOOPBACK_S)
    return response


@router.get("/login/done")
async def done(request: Request, door: Door, code: str = "", state: str = "", error: str = "") -> Response:
    """Back from the provider."""
    if door.provider is None or door.oidc is None:
        raise HTTPException(404, "there is no such page")
    attempt = await _attempt(request, door)
    if attempt is None or not secrets.compare_digest(attempt.state.encode(), state.encode()):
        raise door.gate.refusal("state", "this login was not begun in this browser, or too long ago: go to /login")
    if error or not code:
        raise door.gate.refusal("provider", f"the provider did not let you in: {error[:100] or 'no code'}")
    try:
        told = await door.provider.claims(code, attempt)
    except AuthenticationError as refused:
        raise door.gate.refusal(refused.reason, "the provider's answer is not good: go to /login") from refused
    viewer = claims.viewer(door.oidc, told, door.zone)
    if viewer is None:
        door.gate.count("grant")
        raise HTTPException(403, f"{door.oidc.claim} of your account names nothing that is granted here")
    response = RedirectResponse(attempt.next, 302)
    response.delete_cookie(ATTEMPT, path="/login")
    subject = f"{door.provider.client.issuer} {told['sub']}"
    await run_in_threadpool(door.sessions.begin, response, viewer, subject, seconds(door.oidc.session))
    return response


@router.post("/logout", dependencies=[Depends(posted)])
def logout(request: Request, door: Door) -> Response:
    """End the session, wherever its cookie has gone."""
    response = RedirectResponse("/", 303)
    door.sessions.end(request, response)
    return response


def install(app: FastAPI) -> None:
    """Lead a person who opens a page without being logged in to the login, and back."""

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 401 and _is_page(request):
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': wanted})}", 302)
        return answer(error.status_code, str(error.detail), error.headers)


def _is_page(request: Request) -> bool:
    """Whether a person looks: a browser opens an address, and not one of the API nor one of the login."""
    path = request.url.path
    told = "text/html" in request.headers.get("accept", "") and "authorization" not in request.headers
    return told and request.method == "GET" and not path.startswith(("/v1/", "/login", "/news"))


async def _attempt(request: Request, door: Entrance) -> Attempt | None:
    ring = await run_in_threadpool(door.attempts)
    text = signed.opened(ring, "login", request.cookies.get(ATTEMPT, ""))
    return None if text is None else msgspec.json.decode(signed.decoded(text), type=Attempt)


def local(address: str) -> str:
    """An address below our own root; anything else would lead people away (an open redirect)."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if plain and not address.startswith(("//", "/\\")) and address.isprintable() else "/"
