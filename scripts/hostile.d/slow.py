"""Clients that take their time: each must be let go in bounded time, and cost the others nothing."""

import threading
import time

from judge import expect
from wire import Conversation

# The longest any of the server's deadlines for the client's side lasts, and some time for its timers.
SECONDS = 45.0


def drip(server, first, piece, every, limit=SECONDS):
    """Sends `first`, then a piece every so often until the server ends it."""
    begun, raw, closed = time.monotonic(), b"", False
    with server.connect() as connection:
        connection.sendall(first)
        connection.settimeout(every)
        while time.monotonic() - begun < limit:
            try:
                more = connection.recv(65536)
                if not more:
                    closed = True
                    break
                raw += more
            except TimeoutError:
                pass
            except OSError:
                closed = True
                break
            try:
                connection.sendall(piece)
            except OSError:
                closed = True
                break
    return Conversation(raw, closed, time.monotonic() - begun, ())


def ended(first, piece, every, statuses):
    def run(server):
        conversation = drip(server, first, piece, every)
        found = expect(conversation, closed=True)
        if any(status not in statuses for status in conversation.statuses):
            found.append(f"answered {conversation.statuses}")
        return found

    return run


def slow_reader(server):
    """Asks again and again and reads nothing; the server may not keep answering into memory for ever."""
    request = b"GET /bags/openapi.json HTTP/1.1\r\nHost: a.example\r\n\r\n"
    with server.connect() as connection:
        connection.settimeout(1.0)
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            try:
                connection.sendall(request * 20)
            except TimeoutError:
                continue
            except OSError:
                return []
    return ["went on taking requests whose answers nobody read"]


def half_closed(server):
    """A client that sends and closes its half still gets its answer."""
    return expect(server.send(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", half_close=True), {200}, answers=1, closed=True)


def crowd(server):
    """Three hundred that say half a line: an honest client is answered as fast as ever."""
    connections = []
    try:
        for _ in range(300):
            connection = server.connect()
            connection.sendall(b"GET /livez HT")
            connections.append(connection)
        begun = time.monotonic()
        found = expect(server.request("GET", "/livez"), {200}, answers=1)
        if time.monotonic() - begun > 2.0:
            found.append(f"took {time.monotonic() - begun:.1f} s beside 300 slow clients")
        return found
    finally:
        for connection in connections:
            connection.close()


def slow_clients():
    host = b"Host: a.example\r\n"
    yield "line", ended(b"GET /", b"a", 1.0, {400, 408, 414})
    yield "fields", ended(b"GET /livez HTTP/1.1\r\n" + host, b"X: 1\r\n", 1.0, {400, 408, 431})
    yield "empty-lines", ended(b"\r\n", b"\r\n", 1.0, {400, 408})
    yield "body", ended(b"POST /bags/api/v1/session HTTP/1.1\r\n" + host + b"Content-Length: 5000\r\n\r\n", b"a", 1.0, {408})
    yield "chunks", ended(
        b"POST /bags/api/v1/session HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 1.0, {408})
    yield "chunk-extension", ended(
        b"POST /bags/api/v1/session HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a", 1.0, {400, 408})
    yield "trailers", ended(
        b"POST /bags/api/v1/session HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n", 1.0,
        {400, 408, 431})
    yield "reader", slow_reader
    yield "half-closed", half_closed
    yield "crowd", crowd


def side_by_side(server, cases):
    """Runs slow cases at the same time, so that they take as long as the slowest."""
    results = {}

    def run(name, case):
        try:
            results[name] = case(server)
        except OSError as error:
            results[name] = [f"could not talk to the server: {error}"]

    threads = [threading.Thread(target=run, args=case) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
