"""HTTP/1.1 over asyncio, as much of it as a load needs."""

import asyncio
import json

PATIENCE = 30
BREAKS = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError)


class Dropped(Exception):
    """No whole answer came: the connection was closed, refused or silent."""


class Answer:
    """Status, header fields by name in small letters, and body of an answer."""

    def __init__(self, status, fields, body=b""):
        self.status, self.fields, self.body = status, fields, body

    @property
    def json(self):
        return json.loads(self.body)


def head_of(data):
    lines = data.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    fields = {}
    for name, value in pairs:
        # Of several cookies the session's comes first.
        fields.setdefault(name.lower(), value.strip())
    return int(lines[0].split()[1]), fields


def written(method, path, fields, body=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


class Wire:
    """A keep-alive connection to a port of 127.0.0.1, opened when it is needed."""

    def __init__(self, port, limit=1 << 16):
        self.port, self.limit = port, limit
        self.reader = self.writer = None

    async def open(self):
        try:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=self.limit)
        except OSError as problem:
            raise Dropped(f"no connection: {problem}") from problem

    def close(self):
        """Ends the connection at once, whatever is under way."""
        if self.writer:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def call(self, method, path, fields=None, body=None):
        """Sends a request and reads its whole answer."""
        request = written(method, path, fields or {}, body)
        # The server may close a connection that lay idle, just when it is used again: nothing has arrived then.
        for may_be_stale in (self.writer is not None, False):
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self.exchange(request)
            except BREAKS as problem:
                self.close()
                is_silent = isinstance(problem, asyncio.IncompleteReadError) and not problem.partial
                if may_be_stale and (is_silent or isinstance(problem, ConnectionError)):
                    continue
                raise Dropped(f"{type(problem).__name__}: {problem}") from problem
        raise Dropped("closed twice")

    async def exchange(self, request):
        answer = await self.begin(request)
        if answer.status not in (204, 304):
            answer.body = b"".join([part async for part in self.parts(answer)])
        if answer.fields.get("connection", "").lower() == "close":
            self.close()
        return answer

    async def begin(self, request):
        """Sends a request and reads the head of its answer."""
        if self.writer is None:
            await self.open()
        self.writer.write(request)
        await self.writer.drain()
        return Answer(*head_of(await self.reader.readuntil(b"\r\n\r\n")))

    async def parts(self, answer):
        """The body, as it comes."""
        if answer.fields.get("transfer-encoding", "").lower() != "chunked":
            left = int(answer.fields.get("content-length", "0"))
            if left:
                yield await self.reader.readexactly(left)
            return
        while True:
            size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
            part = await self.reader.readexactly(size + 2)
            if size == 0:
                return
            yield part[:-2]


async def raw(port, data, reads=True):
    """Sends bytes over a connection of their own; returns the answer's status, or None where none is waited for."""
    wire = Wire(port)
    await wire.open()
    try:
        async with asyncio.timeout(PATIENCE):
            wire.writer.write(data)
            try:
                await wire.writer.drain()
            except ConnectionError:
                # The refusal is there already; the rest of the request is no longer wanted.
                pass
            if not reads:
                return None
            return head_of(await wire.reader.readuntil(b"\r\n\r\n"))[0]
    except BREAKS as problem:
        raise Dropped(f"{type(problem).__name__}: {problem}") from problem
    finally:
        wire.close()
