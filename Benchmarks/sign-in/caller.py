"""One connection to the server under measurement, as thin as the clock needs it."""

import json
import random
import socket
import time

API = "/bags/api/v1"
KNOWN = "biller@bags.demo"


def strange_address():
    """An address nobody has an account under, as long as the known one; never the same twice."""
    return f"{random.randrange(16 ** 6):06x}@bags.demo"


def client_address():
    """A client's address of its own for each attempt: networks that fail too often would be locked out."""
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def post(path, body, cookie=None):
    """The bytes of a POST that seems to come through a proxy."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {client_address()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n")
    shown = b"Cookie: " + cookie + b"\r\n" if cookie else b""
    return head.encode() + shown + b"\r\n" + data


def wrong_sign_in(email):
    return post(f"{API}/session", {"email": email, "password": "Wrong-horse-7"})


class Caller:
    """A keep-alive connection to 127.0.0.1."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Fields of the answer before, by name in small letters, and the cookies it set.
        self.fields = {}
        self.cookies = []

    def call(self, request):
        """Sends a request and reads its answer.

        Returns status, body, and the nanoseconds from the first byte sent to the last byte read.
        """
        began = time.perf_counter_ns()
        self.socket.sendall(request)
        status, body = self.answer()
        return status, body, time.perf_counter_ns() - began

    def answer(self):
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.more()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        pairs = [(name.lower(), value) for name, value in (line.split(b": ", 1) for line in lines[1:])]
        self.fields = dict(pairs)
        self.cookies = [value for name, value in pairs if name == b"set-cookie"]
        length = int(self.fields.get(b"content-length", b"0"))
        while len(body) < length:
            body += self.more()
        return int(lines[0].split()[1]), body

    def more(self):
        part = self.socket.recv(65_536)
        if not part:
            raise SystemExit("the server closed the connection")
        return part

    def advance(self, seconds):
        """Moves the clock of the server."""
        status, body, _ = self.call(post("/__test/clock", {"advance_seconds": seconds}))
        if status != 200:
            raise SystemExit(f"moving the clock gave {status}: {body[:200]!r}")
