"""Raw connections, and a strict reader of the answers that come back on them."""

import select
import socket
import time


class Answer:
    """One answer: status, fields in order, body."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    def field(self, name):
        """The first value of a field, or nothing."""
        return next((value for key, value in self.fields if key == name.lower()), "")


class Conversation:
    """What a connection gave back: answers, whatever followed them, and whether the server closed it."""

    def __init__(self, raw, closed, seconds, heads):
        self.raw = raw
        self.closed = closed
        self.seconds = seconds
        self.answers, self.leftover = read_answers(raw, heads)

    @property
    def statuses(self):
        return [answer.status for answer in self.answers]


class Server:
    """Where the bytes go."""

    def __init__(self, host, port):
        self.host = host
        self.port = port
        self.name = f"{host}:{port}"

    def connect(self):
        connection = socket.create_connection((self.host, self.port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, data, patience=0.35, limit=20.0, half_close=False, heads=()):
        """Sends bytes and reads until the server closes or says nothing for `patience` after its last byte.

        `heads` numbers the answers that are to HEAD and have no body.
        """
        begun = time.monotonic()
        raw, closed = b"", False
        with self.connect() as connection:
            connection.setblocking(False)
            pending, last = memoryview(data), time.monotonic()
            while time.monotonic() - begun < limit:
                readable, writable, _ = select.select([connection], [connection] if pending else [], [], 0.05)
                if writable:
                    try:
                        pending = pending[connection.send(pending[:65536]):]
                        last = time.monotonic()
                    except (BrokenPipeError, ConnectionResetError):
                        pending = memoryview(b"")
                    if not pending and half_close:
                        try:
                            connection.shutdown(socket.SHUT_WR)
                        except OSError:
                            pass
                if readable:
                    try:
                        more = connection.recv(262144)
                    except ConnectionResetError:
                        more = b""
                    if not more:
                        closed = True
                        break
                    raw += more
                    last = time.monotonic()
                # Nothing yet may mean that a password is being hashed; something, that more follows at once.
                elif not pending and time.monotonic() - last > (patience if raw else max(patience, 3.0)):
                    break
        return Conversation(raw, closed, time.monotonic() - begun, heads)

    def request(self, method, path, headers=(), body=b"", **options):
        """A well-formed request with whatever values are given; one connection each."""
        fields = [("Host", self.name)] if not any(name.lower() == "host" for name, _ in headers) else []
        fields += list(headers)
        if body or method in ("POST", "PUT", "PATCH"):
            if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields):
                fields.append(("Content-Length", str(len(body))))
        fields.append(("Connection", "close"))
        head = as_bytes(f"{method} ") + as_bytes(path) + b" HTTP/1.1\r\n"
        head += b"".join(as_bytes(name) + b": " + as_bytes(value) + b"\r\n" for name, value in fields)
        options.setdefault("patience", 3.0)
        return self.send(head + b"\r\n" + body, heads=(0,) if method == "HEAD" else (), **options)


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def read_answers(raw, heads=()):
    """The answers in `raw`, and the bytes behind them that are none."""
    answers, rest = [], raw
    while rest:
        end = rest.find(b"\r\n\r\n")
        if end < 0 or not rest.startswith(b"HTTP/1.1 "):
            break
        lines = rest[:end].split(b"\r\n")
        try:
            status = int(lines[0][9:12])
        except ValueError:
            break
        fields = []
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            fields.append((name.decode("latin-1").lower(), value.strip().decode("latin-1")))
        answer = Answer(status, fields, b"")
        rest = rest[end + 4:]
        if status == 100:
            continue
        if len(answers) not in heads and status not in (204, 304):
            if answer.field("transfer-encoding") == "chunked":
                answer.body, rest = read_chunks(rest)
            else:
                length = int(answer.field("content-length") or 0)
                answer.body, rest = rest[:length], rest[length:]
        answers.append(answer)
    return answers, rest


def read_chunks(rest):
    body = b""
    while True:
        line, _, after = rest.partition(b"\r\n")
        try:
            size = int(line, 16)
        except ValueError:
            return body, b""
        if size == 0:
            return body, after[2:]
        body += after[:size]
        rest = after[size + 2:]
