"""Ports for servers that are about to start."""

from __future__ import annotations

import socket

from commonline.local import ports


def test_no_port_is_given_twice() -> None:
    given = [ports.free_port() for _ in range(300)]
    assert len(set(given)) == len(given)


def test_a_port_is_free_until_somebody_listens() -> None:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen(1)
        taken = server.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.answers(taken)
    assert ports.is_free(taken)
