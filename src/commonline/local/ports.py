"""Ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST = 20_000
_HIGHEST = 32_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given: set[int] = set()


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` now (as Java does: with SO_REUSEADDR)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def answers(port: int, host: str = HOST, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on `port`."""
    try:
        with socket.create_connection((host, port), timeout_s):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A free port below the range from which the kernel takes source ports.

    Not the port of ``bind(0)``: that lies inside the range, and while a broker on it restarts, a client that
    keeps connecting may be given that very port as its source, connect to itself, and hold it.
    No port is given twice to one process: whoever asks for several before it listens would get one for two servers.
    """
    ceiling = min(_HIGHEST, _ephemeral_floor())
    chooser = random.SystemRandom()
    for _ in range(200):
        port = chooser.randrange(LOWEST, ceiling) if ceiling > LOWEST + 1000 else 0
        if port and port not in _given and is_free(port):
            _given.add(port)
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _ephemeral_floor() -> int:
    try:
        return int(_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 49_152  # macOS and IANA


def holder(port: int) -> str:
    """`` by java (process 4711)`` for the program that listens on `port`, or nothing where that is hidden."""
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            at_port = connection.laddr and connection.laddr.port == port
            if at_port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except (psutil.Error, OSError):  # other users' sockets, macOS without rights
        return ""
    return ""
