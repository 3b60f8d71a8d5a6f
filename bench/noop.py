"""The do-nothing server that connect is measured beside: aiohttp's, reads the body, answers 200, and that is all."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def handle(request: web.BaseRequest) -> web.Response:
    """Nothing."""
    await request.read()
    return web.Response()


async def main() -> None:
    """Serve until killed; where, is said on stdout."""
    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["uvloop"]:
        import uvloop  # type: ignore[import-not-found, unused-ignore]

        uvloop.run(main())
    asyncio.run(main())
