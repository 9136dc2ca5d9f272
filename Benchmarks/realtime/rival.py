"""The rival: the PyPI package websockets, with its own broadcast."""

import asyncio
import resource
import sys

import websockets
from websockets.asyncio.server import broadcast, serve

watchers = set()


async def handle(connection):
    path = connection.request.path
    if path == "/control":
        async for message in connection:
            broadcast(watchers, message)
        return
    watchers.add(connection)
    try:
        async for message in connection:
            if message.startswith('{"type":"subscribe"'):
                await connection.send('{"type":"subscribed"}')
    except websockets.ConnectionClosed:
        pass
    finally:
        watchers.discard(connection)


async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    # Pings as often as Portico's, compression as it is by default. The client answers no pings, and 10,000 connections may
    # take longer than the rival's patience.
    async with serve(
        handle, "127.0.0.1", int(sys.argv[1]), ping_interval=25, ping_timeout=None, backlog=4096
    ) as server:
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
