"""From an HTTP request to an answer: find the source, read the body, judge, keep, and only then say 2xx."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web
from prometheus_client import Histogram

from commonline.clock import Clock, now_us
from commonline.errors import AuthenticationError, CommonlineError
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
Keep = Callable[[Delivery], Awaitable[None]]
"""Returns when the broker has acknowledged; raises `RetryLaterError` or `TooLargeError`."""


class Ingress:
    """The webhook server's handler. `endpoints` and `public_url` are replaced when the configuration is
    read anew.

    `keep` is None while nothing can be kept: then calls are answered 503.
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
        self._metrics = metrics
        self._clock = clock
        self._throttle = Throttle(10.0)
        self._timers: dict[str, Histogram] = {}
        self._successes: dict[int, Success] = {}
        metrics.gauge("commonline_ingress_memory_bytes").set_function(lambda: self.budget.used)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = time.perf_counter()
        source, endpoint = self._find(request)
        body = Body(self.budget, endpoint.cap if endpoint else 0)
        try:
            response = await self._answer(request, endpoint, body)
        except CommonlineError as error:
            response = self._refused(source, refusal(error), error)
        except ConnectionError:
            self.count_refused(source, "disconnected")
            raise
        except Exception:
            if self._throttle.allows((source, "internal")):
                log.exception("a call was not handled source=%s", source)
            response = self._refused(source, unavailable("internal", 30.0), None)
        finally:
            body.release()
        self._timer(source).observe(time.perf_counter() - started)
        return response

    def _timer(self, source: str) -> Histogram:
        timer = self._timers.get(source)
        if timer is None:
            timer = self._timers[source] = self._metrics.histogram("commonline_ingress_seconds", {"source": source})
        return timer

    def count_refused(self, source: str, reason: str) -> None:
        """Count a call that was not accepted."""
        self._metrics.counter("commonline_requests_refused_total", {"source": source, "reason": reason}).inc()

    def _find(self, request: web.BaseRequest) -> tuple[str, Endpoint | None]:
        path = request.raw_path.partition("?")[0]
        name = path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
        endpoint = self.endpoints.get(name)
        return (name, endpoint) if endpoint else ("", None)

    async def _answer(self, request: web.BaseRequest, endpoint: Endpoint | None, body: Body) -> web.StreamResponse:
        headers, size = received(request.raw_headers)
        if size > self.limits.headers:
            raise refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", close=True)
        if endpoint is None:
            raise refuse(HTTPStatus.NOT_FOUND, "unknown-source", close=True)
        keep = self.keep
        if keep is None:
            raise RefusedError(unavailable("not-ready", NOT_READY_S))
        _check_head(request, headers, endpoint)
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
            self._metrics.counter("commonline_handshakes_total", {"source": endpoint.instance.name}).inc()
            log.info("handshake answered source=%s", endpoint.instance.name)
            return _response(decision)
        await keep(decision)
        return self._success(request, endpoint.webhook)

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

    def _success(self, request: web.BaseRequest, webhook: Webhook) -> web.StreamResponse:
        status = webhook.success_status
        if webhook.success_body:
            return _response(Answer(webhook.success_body.encode(), status, webhook.success_content_type))
        if not Success.fits(request):
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


def _check_head(request: web.BaseRequest, headers: Mapping[str, str], endpoint: Endpoint) -> None:
    if request.method not in endpoint.methods:
        raise refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method", close=True, allow=", ".join(sorted(endpoint.methods)))
    if request.method in endpoint.webhook.methods and not endpoint.takes(_media_type(headers)):
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
