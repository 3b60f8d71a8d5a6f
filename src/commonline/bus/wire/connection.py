"""One connection to one broker: TLS, SASL, requests out, answers in the same order.

The thread that owns it may wait for an answer (`ask`), or send several requests and take the answers as they come
(`send`, `arrived`). A request that was sent and not answered is `LostError`: it may be done, or be done yet.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time
from collections import deque
from typing import Any

from kafka.errors import KafkaError as ClientError
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import ApiVersionsRequest
from kafka.protocol.producer import ProduceResponse
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from commonline.bus.wire import requests
from commonline.settings import KafkaSettings

CONNECT_S = 3.0
CHUNK = 64 * 1024
MOST_ANSWER = 16 * 1024 * 1024
RENEW = 0.8
"""A session of SASL that ends is left at this share of its time (KIP-368)."""
Address = tuple[str, int]


class NotSentError(Exception):
    """The broker cannot be reached: what was to be sent was not."""


class LostError(Exception):
    """The connection ended, or was silent for too long: what was sent may have been done."""


class Connection:
    """Connected and authenticated when made. Raises `NotSentError` if that fails. Not thread-safe."""

    def __init__(self, kafka: KafkaSettings, address: Address, client_id: str, *, patience_s: float) -> None:
        self.address = address
        self._client_id = client_id
        self._patience_s = patience_s
        self._correlation = 0
        self._expected: deque[tuple[int, Any]] = deque()
        self._read = bytearray()
        self._ends_at = float("inf")
        try:
            self._socket = _connected(kafka, address)
        except OSError as error:
            raise NotSentError(f"{address[0]}:{address[1]}: {error}") from error
        self._tls = isinstance(self._socket, ssl.SSLSocket)
        try:
            self._greet(kafka)
        except (LostError, ClientError, ValueError) as error:
            self.close()
            raise NotSentError(f"{address[0]}:{address[1]}: {error}") from error
        if not self._tls:
            self._block()

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    @property
    def open_requests(self) -> int:
        """Requests that are not answered yet."""
        return len(self._expected)

    @property
    def usable(self) -> bool:
        """Whether a request may be sent: an idle connection at which something can be read has been ended by the other
        side, which says nothing unasked."""
        if self._socket.fileno() < 0 or time.monotonic() > self._ends_at:
            return False
        return bool(self._expected) or not self._waits_readable(0)

    def close(self) -> None:
        """What is not answered is lost."""
        self._socket.close()
        self._expected.clear()

    def ask(self, request: Any) -> Any:
        """Send and wait for the answer. Raises `LostError`."""
        self.send(request)
        return self.receive()

    def send(self, request: Any) -> None:
        """Raises `LostError`."""
        self._correlation += 1
        request.with_header(correlation_id=self._correlation, client_id=self._client_id)
        self._expected.append((self._correlation, request.header.get_response_class()))
        self._write([request.encode(framed=True, header=True)])

    def produce(
        self, transactional_id: str | None, timeout_ms: int, batches: list[tuple[requests.Place, bytes]]
    ) -> None:
        """Send batches, one a partition. Raises `LostError`."""
        self._correlation += 1
        self._expected.append((self._correlation, ProduceResponse[requests.PRODUCE]))
        self._write(requests.produce(self._correlation, self._client_id, transactional_id, timeout_ms, batches))

    def receive(self) -> Any:
        """Wait for the next answer. Raises `LostError`."""
        deadline = time.monotonic() + self._patience_s
        while True:
            answers = self._answers(1)
            if answers:
                return answers[0]
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not self._waits_readable(left_s):
                raise self._lost(f"no answer for {self._patience_s:.0f} s")
            self._take_in()

    def arrived(self) -> list[Any]:
        """Answers that are there. Raises `LostError`."""
        self._take_in()
        return self._answers()

    def _waits_readable(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _lost(self, why: object) -> LostError:
        self.close()
        return LostError(f"{self.address[0]}:{self.address[1]}: {why}")

    def _write(self, pieces: list[bytes]) -> None:
        """One call that waits in the kernel: each wait in Python would queue for the interpreter."""
        try:
            if self._tls:
                self._socket.settimeout(self._patience_s)
                self._socket.sendall(b"".join(pieces))
                return
            size = sum(map(len, pieces))
            sent = self._socket.sendmsg(pieces)
            if sent < size:
                self._socket.sendall(memoryview(b"".join(pieces))[sent:])
        except OSError as error:  # a time-out too
            raise self._lost(error) from error

    def _take_in(self) -> None:
        """What can be read without waiting."""
        try:
            if not self._tls:
                self._keep(self._socket.recv(CHUNK, socket.MSG_DONTWAIT))
                return
            self._socket.settimeout(0)
            self._keep(self._socket.recv(CHUNK))
            while data := self._socket.recv(CHUNK):  # what TLS would hold back, `select` does not see
                self._keep(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            raise self._lost(error) from error

    def _keep(self, data: bytes) -> None:
        if not data:
            raise self._lost("the broker ended the connection")
        self._read += data

    def _answers(self, most: int = 1 << 30) -> list[Any]:
        answers: list[Any] = []
        while len(self._read) >= 4 and len(answers) < most:
            (size,) = struct.unpack_from(">i", self._read)
            if not 4 <= size <= MOST_ANSWER:
                raise self._lost(f"an answer of {size} bytes")
            if len(self._read) < 4 + size:
                break
            frame = bytes(self._read[4 : 4 + size])
            del self._read[: 4 + size]
            answers.append(self._answer(frame))
        return answers

    def _answer(self, frame: bytes) -> Any:
        if not self._expected:
            raise self._lost("an answer to nothing")
        correlation, kind = self._expected.popleft()
        (told,) = struct.unpack_from(">i", frame)
        if told != correlation:
            raise self._lost(f"an answer to request {told} instead of {correlation}")
        try:
            return kind.decode(frame, header=True)
        except (ValueError, IndexError, struct.error, ClientError) as error:
            raise self._lost(f"an answer that cannot be read: {error}") from error

    def _block(self) -> None:
        """From here on a write waits in the kernel, and not for ever."""
        self._socket.settimeout(None)
        seconds = int(self._patience_s)
        limit = struct.pack("ll", seconds, int((self._patience_s - seconds) * 1e6))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def _greet(self, kafka: KafkaSettings) -> None:
        name = "commonline"
        asked = ApiVersionsRequest(version=3, client_software_name=name, client_software_version="1")
        told = {one.api_key: (one.min_version, one.max_version) for one in self.ask(asked).api_keys}
        for kind, version in requests.VERSIONS.items():
            first, last = told.get(kind.API_KEY, (0, -1))
            if not first <= version <= last:
                raise ValueError(f"speaks {kind.name} {first} to {last}, not {version}: Kafka 2.8 or newer is needed")
        if kafka.sasl_mechanism is not None:
            self._authenticate(kafka)

    def _authenticate(self, kafka: KafkaSettings) -> None:
        answer = self.ask(SaslHandshakeRequest(version=1, mechanism=kafka.sasl_mechanism))
        if answer.error_code:
            raise ValueError(f"SASL {kafka.sasl_mechanism} is refused; the broker takes {', '.join(answer.mechanisms)}")
        mechanism = get_sasl_mechanism(kafka.sasl_mechanism)(host=self.address[0], **kafka.kafka_python())
        while not mechanism.is_done():
            answer = self.ask(SaslAuthenticateRequest(version=1, auth_bytes=mechanism.auth_bytes()))
            if answer.error_code:
                raise ValueError(f"not authenticated: {answer.error_message}")
            mechanism.receive(answer.auth_bytes)
        if not mechanism.is_authenticated():
            raise ValueError(f"not authenticated by {kafka.sasl_mechanism}")
        if answer.session_lifetime_ms:
            self._ends_at = time.monotonic() + RENEW * answer.session_lifetime_ms / 1000


def _connected(kafka: KafkaSettings, address: Address) -> socket.socket:
    """Raises `OSError`, of which `ssl.SSLError` is one."""
    made = socket.create_connection(address, CONNECT_S)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        context = kafka.ssl_context()
        if context is not None:
            made = context.wrap_socket(made, server_hostname=address[0])
    except BaseException:
        made.close()
        raise
    return made
