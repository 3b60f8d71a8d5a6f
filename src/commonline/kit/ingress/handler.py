"""From an HTTP request to an answer: find the source, read the body, judge, keep, and only then say 2xx."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.http import RawRequestMessage
from prometheus_client import Histogram

from commonline.clock import Clock, now_us
from commonline.errors import AuthenticationError, CommonlineError, TooLargeError
from commonline.kit.documents import Documents
from commonline.kit.handshake import Answer
from commonline.kit.ingress.body import Body, receive
from commonline.kit.ingress.endpoint import Endpoint
from commonline.kit.ingress.limits import Budget, Limits
from commonline.kit.ingress.refusal import Refusal, RefusedError, refusal, refuse, unavailable
from commonline.kit.ingress.success import Success
from commonline.kit.manifest import Webhook
from commonline.kit.public_url import PublicUrl
from commonline.kit.request import Request, received
from commonline.logs import Throttle
from commonline.metrics import Metrics
from commonline.schemas.records import Delivery

log = logging.getLogger(__name__)
PREFIX = "/in/"
PLAIN = "text/plain; charset=utf-8"
ALWAYS = {"X-Content-Type-Options": "nosniff", "Server": "commonline"}
NOT_READY_S = 2.0
MAY_HAVE_CHANGED = frozenset({"signature-mismatch", "key-not-there", "key-gone"})
"""Reasons for which a document that was kept is asked for anew."""
RawHeaders = tuple[tuple[bytes, bytes], ...]
Keep = Callable[[Delivery], Awaitable[None]]
"""Returns when the broker has acknowledged; raises `RetryLaterError` or `TooLargeError`."""
Begin = Callable[[Delivery, Callable[[CommonlineError | None], None]], None]
"""The same without a task: tells when the broker has acknowledged, or what `Keep` would have raised."""
Answered = Callable[[web.StreamResponse], None]


class Ingress:
    """The webhook server's handler. `endpoints` and `public_url` are replaced when the configuration is
    read anew.

    `keep` is None while nothing can be kept: then calls are answered 503. Without `begin` all calls are answered by
    `handle`.
    """

    def __init__(
        self, limits: Limits, metrics: Metrics, clock: Clock = now_us, documents: Documents | None = None
    ) -> None:
        self.limits = limits
        self.documents = documents or Documents()
        self.budget = Budget(limits.memory)
        self.endpoints: Mapping[str, Endpoint] = {}
        self.public_url = PublicUrl(None)
        self.keep: Keep | None = None
        self.begin: Begin | None = None
        self._metrics = metrics
        self._clock = clock
        self._throttle = Throttle(10.0)
        self._timers: dict[str, Histogram] = {}
        self._successes: dict[int, Success] = {}
        metrics.gauge("commonline_ingress_memory_bytes").set_function(lambda: self.budget.used)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = time.perf_counter()
        source, endpoint = self._find(request.raw_path)
        body = Body(self.budget, endpoint.cap if endpoint else 0)
        try:
            response = await self._answer(request, endpoint, body)
        except ConnectionError:
            self.count_refused(source, "disconnected")
            raise
        except Exception as error:
            response = self._failed(source, error)
        finally:
            body.release()
        self._timer(source).observe(time.perf_counter() - started)
        return response

    def at_once(self, message: RawRequestMessage) -> Endpoint | None:
        """Whose `answer` this call can have, once its body is there: nothing else needs to be waited for or undone."""
        if (
            self.begin is None
            or message.method != hdrs.METH_POST
            or message.version != (1, 1)
            or message.should_close
            or message.upgrade
            or hdrs.CONTENT_ENCODING in message.headers
        ):
            return None
        endpoint = self._find(message.path)[1]
        return None if endpoint is None or endpoint.hooks.needs is not None else endpoint

    def answer(
        self, endpoint: Endpoint, message: RawRequestMessage, body: bytes, remote: str | None, answered: Answered
    ) -> None:
        """Answer a call that is `at_once`'s: what `handle` does, without a task. Calls `answered`, now or later."""
        started, source, size = time.perf_counter(), endpoint.instance.name, 0
        try:
            headers = self._headers(message.raw_headers)
            begin = self.begin
            if begin is None:
                raise RefusedError(unavailable("not-ready", NOT_READY_S))
            _check_head(message.method, headers, endpoint)
            if len(body) > endpoint.cap:
                raise TooLargeError("body", endpoint.cap)
            self.budget.take(len(body))
            size = len(body)
            url = self.public_url.of(message.path, headers, remote)
            decision = endpoint.accept(Request(message.method, message.path, url, headers, body), self._clock())
            if isinstance(decision, Delivery):
                begin(decision, partial(self._kept, endpoint, started, size, answered))
                return
            response = self._greeted(source, decision)
        except Exception as error:
            response = self._failed(source, error)
        self._over(source, started, size)
        answered(response)

    def _kept(
        self, endpoint: Endpoint, started: float, size: int, answered: Answered, error: CommonlineError | None
    ) -> None:
        """The broker has told what became of a delivery."""
        source = endpoint.instance.name
        response = self._success(endpoint.webhook, usual=True) if error is None else self._failed(source, error)
        self._over(source, started, size)
        answered(response)

    def _over(self, source: str, started: float, size: int) -> None:
        self.budget.give(size)
        self._timer(source).observe(time.perf_counter() - started)

    def _timer(self, source: str) -> Histogram:
        timer = self._timers.get(source)
        if timer is None:
            timer = self._timers[source] = self._metrics.histogram("commonline_ingress_seconds", {"source": source})
        return timer

    def count_refused(self, source: str, reason: str) -> None:
        """Count a call that was not accepted."""
        self._metrics.counter("commonline_requests_refused_total", {"source": source, "reason": reason}).inc()

    def _find(self, target: str) -> tuple[str, Endpoint | None]:
        path = target.partition("?")[0]
        endpoint = self.endpoints.get(path[len(PREFIX) :]) if path.startswith(PREFIX) else None
        return (endpoint.instance.name, endpoint) if endpoint else ("", None)

    def _headers(self, sent: RawHeaders) -> dict[str, str]:
        headers, size = received(sent)
        if size > self.limits.headers:
            raise refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", close=True)
        return headers

    async def _answer(self, request: web.BaseRequest, endpoint: Endpoint | None, body: Body) -> web.StreamResponse:
        headers = self._headers(request.raw_headers)
        if endpoint is None:
            raise refuse(HTTPStatus.NOT_FOUND, "unknown-source", close=True)
        keep = self.keep
        if keep is None:
            raise RefusedError(unavailable("not-ready", NOT_READY_S))
        _check_head(request.method, headers, endpoint)
        if request.body_exists:
            await _continue(request, headers)
            await self._receive(request, headers, body, endpoint)
        call = Request(
            method=request.method,
            target=request.raw_path,
            url=self.public_url.of(request.raw_path, headers, request.remote),
            headers=headers,
            body=body.content(),
        )
        decision = await self._decide(endpoint, call)
        if isinstance(decision, Answer):
            return self._greeted(endpoint.instance.name, decision)
        await keep(decision)
        return self._success(endpoint.webhook, usual=Success.fits(request))

    def _greeted(self, source: str, answer: Answer) -> web.Response:
        self._metrics.counter("commonline_handshakes_total", {"source": source}).inc()
        log.info("handshake answered source=%s", source)
        return _response(answer)

    async def _decide(self, endpoint: Endpoint, call: Request) -> Delivery | Answer:
        """Judge a call. A key that was kept may have been replaced: it is asked for once more."""
        needs = endpoint.needs(call)
        if not needs:
            return endpoint.accept(call, self._clock())
        try:
            return endpoint.accept(call, self._clock(), await self.documents.get(needs))
        except AuthenticationError as error:
            if error.reason not in MAY_HAVE_CHANGED:
                raise
        return endpoint.accept(call, self._clock(), await self.documents.get(needs, fresh=True))

    def _success(self, webhook: Webhook, *, usual: bool) -> web.StreamResponse:
        status = webhook.success_status
        if webhook.success_body:
            return _response(Answer(webhook.success_body.encode(), status, webhook.success_content_type))
        if not usual:
            return web.Response(status=status, headers=ALWAYS)
        found = self._successes.get(status)
        if found is None:
            found = self._successes[status] = Success(status, ALWAYS)
        return found

    async def _receive(
        self, request: web.BaseRequest, headers: Mapping[str, str], body: Body, endpoint: Endpoint
    ) -> None:
        try:
            await receive(request.content, headers, body, endpoint.cap, self.limits)
        except web.RequestPayloadError:
            raise refuse(HTTPStatus.BAD_REQUEST, "cut-body", close=True) from None

    def _failed(self, source: str, error: Exception) -> web.Response:
        if isinstance(error, CommonlineError):
            return self._refused(source, refusal(error), error)
        if self._throttle.allows((source, "internal")):
            log.error("a call was not handled source=%s", source, exc_info=error)
        return self._refused(source, unavailable("internal", 30.0), None)

    def _refused(self, source: str, answer: Refusal, error: CommonlineError | None) -> web.Response:
        self.count_refused(source, answer.reason)
        if self._throttle.allows((source, answer.reason)):
            detail = f" error={error}" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and error else ""
            log.info(
                "call refused source=%s status=%d reason=%s%s",
                source or "unknown",
                answer.status,
                answer.reason,
                detail,
            )
        response = web.Response(
            status=answer.status,
            text=f"{answer.status.phrase}\n",
            headers={**answer.headers, **ALWAYS},
        )
        if answer.close:
            response.force_close()
        return response


def _check_head(method: str, headers: Mapping[str, str], endpoint: Endpoint) -> None:
    if method not in endpoint.methods:
        raise refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method", close=True, allow=", ".join(sorted(endpoint.methods)))
    if headers.get("content-type") in endpoint.content_types:
        return
    if method in endpoint.webhook.methods and not endpoint.takes(_media_type(headers)):
        raise refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-type", close=True)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


async def _continue(request: web.BaseRequest, headers: Mapping[str, str]) -> None:
    """Tell a client that waits for it (RFC 9110 §10.1.1) to send the body."""
    if headers.get("expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers={"Content-Type": answer.content_type, **answer.headers, **ALWAYS},
    )
