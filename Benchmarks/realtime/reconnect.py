"""Mass reconnect: reconnect.py BINARY CLIENTS MISSED drops all event streams of a node and resumes them at once.

Clients are spread over the ten areas of the demonstration data, each area with its own person, who may have a thousand
streams at most; one more client of each area stays connected throughout, and what it hears is what everybody must have heard: nothing less, nothing twice, in that order.
One thread and epoll, so that the clients cost as little as they can of the machine they share with the node.
"""

import os
import re
import resource
import select
import shutil
import socket
import struct
import sys
import tempfile
import time
import uuid

from bench.client import Client
from bench.portico import API, AREAS, PASSWORD
from bench.processes import Server, free_port
from bounds import Bounds

PATIENCE = 120.0
# What a refusal asks for in `Retry-After`, in seconds.
RETRY = 2.0
# Statements for each client that comes back, beyond those of an idle node. W3 says about none.
STATEMENTS = 0.01
ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)
COUNT = re.compile(r'^portico_sql_statements_total\{[^}]*statement="([^"]+)"[^}]*\} (\d+)', re.MULTILINE)
RESUMES = re.compile(r'^portico_realtime_resumes_total\{source="(\w+)"\} (\d+)', re.MULTILINE)


def start(binary, data, log, clients):
    port = free_port()
    command = [
        binary, "serve", "bags", "--port", str(port), "--data", data, "--demo", "--demo-scale", "small", "--environment", "testing",
        "--set", "log.level=warning", "--set", "limits.mode=off", "--set", "limits.bans=off", "--set", "bags.streams_per_user=1000",
        "--set", f"server.max_connections={clients + 1000}", "--set", f"server.max_connections_per_address={clients + 1000}"]
    return Server(command, port, "/readyz", log)


class Area:
    """An area, the person who packs there, and a sack that is filled."""

    def __init__(self, port, name, index):
        self.name = name
        account = "dispatcher" if index == 0 else f"dispatcher.{name}"
        self.person = Client(port).sign_in(f"{API}/session", {"email": f"{account}@bags.demo", "password": PASSWORD})
        self.next, self.prefix = 0, f"4{index}{int(time.time()) % 10**5:05d}"
        self.sacks = iter(range(70000 + index * 1000, 71000 + index * 1000))

    def head_of(self, person):
        """The request of somebody who watches the area, without its end."""
        head = f"GET {API}/stream?topics=area:{self.name} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {person.cookie}\r\n"
        return (head + "Accept: text/event-stream\r\n").encode()

    def publish(self, count):
        """So many messages to those who watch the area: each a scan that is committed."""
        for _ in range(count):
            if self.next % 20 == 0:
                self.sack = f"SB{next(self.sacks)}"
                self.scan("parent", {"code": self.sack})
            else:
                self.scan("child", {"parent": self.sack, "code": f"{self.prefix}{self.next:05d}"})
            self.next += 1

    def scan(self, kind, body):
        answer = self.person.post(f"{API}/scans/{kind}", {**body, "client_scan_id": str(uuid.uuid4())})
        if answer.status != 201:
            raise SystemExit(f"a scan gave {answer.status}: {answer.body[:300]!r}")


class Listener:
    """One client: what it heard over all its connections."""

    __slots__ = ("area", "head", "socket", "data", "heard")

    def __init__(self, area, person=None):
        self.area = area
        self.head = area.head_of(person or area.person)
        self.heard = []
        self.data = b""

    def open(self, port):
        self.data = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        # A connection that is cut leaves no port behind to wait.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            self.socket.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass

    def ask(self):
        resume = b"Last-Event-ID: %d\r\n" % self.heard[-1] if self.heard else b""
        self.socket.send(self.head + resume + b"\r\n")

    def close(self):
        """Takes note of what was heard and cuts the connection."""
        self.heard += [int(found) for found in ID.findall(body_of(self.data))]
        self.socket.close()


def body_of(data):
    """The bytes of an answer in chunks, as far as they are there."""
    _, _, rest = data.partition(b"\r\n\r\n")
    body = []
    while rest:
        line, _, rest = rest.partition(b"\r\n")
        size = int(line or b"0", 16)
        body.append(rest[:size])
        rest = rest[size + 2:]
    return b"".join(body)


class Crowd:
    """Clients whose sockets are waited for together."""

    def __init__(self, port, listeners):
        self.port = port
        self.listeners = listeners
        self.refused = 0

    def open(self, is_live):
        """Connects all at once and reads until each is live; returns the seconds after which each of them was."""
        poll, by_number, began, live, later = select.epoll(), {}, time.perf_counter(), [], []
        waiting = set(self.listeners)

        def begin(listener):
            listener.open(self.port)
            by_number[listener.socket.fileno()] = listener
            poll.register(listener.socket.fileno(), select.EPOLLOUT)

        for listener in self.listeners:
            begin(listener)
        while waiting and time.perf_counter() - began < PATIENCE:
            while later and later[0][0] < time.perf_counter():
                begin(later.pop(0)[1])
            for number, what in poll.poll(0.1, 4096):
                listener = by_number[number]
                if what & select.EPOLLOUT:
                    listener.ask()
                    poll.modify(number, select.EPOLLIN)
                elif not self.read(listener):
                    # A node that has too much to do says so, and is asked again when it said.
                    self.refused += 1
                    poll.unregister(number)
                    listener.socket.close()
                    later.append((time.perf_counter() + RETRY, listener))
                elif listener in waiting and is_live(listener):
                    waiting.discard(listener)
                    live.append(time.perf_counter() - began)
        poll.close()
        if waiting:
            raise SystemExit(f"{len(waiting)} of {len(self.listeners)} clients were not live after {PATIENCE:.0f} s")
        return live

    def read(self, listener):
        """Reads what came; false when the node refused the stream for now."""
        part = listener.socket.recv(262144)
        if not part:
            raise SystemExit(f"the node closed a stream after {listener.data[:300]!r}")
        if not listener.data and part.startswith(b"HTTP/1.1 503"):
            return False
        if not listener.data and not part.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"no stream: {part[:400]!r}")
        listener.data += part
        return True

    def hear(self, has_all):
        """Reads until everybody has heard what they should."""
        poll, waiting, until = select.epoll(), {}, time.perf_counter() + PATIENCE
        for listener in self.listeners:
            if not has_all(listener):
                waiting[listener.socket.fileno()] = listener
                poll.register(listener.socket.fileno(), select.EPOLLIN)
        while waiting and time.perf_counter() < until:
            for number, _ in poll.poll(1, 4096):
                listener = waiting[number]
                self.read(listener)
                if has_all(listener):
                    poll.unregister(number)
                    del waiting[number]
        poll.close()
        if waiting:
            raise SystemExit(f"{len(waiting)} of {len(self.listeners)} clients did not hear everything in {PATIENCE:.0f} s")

    def close(self):
        for listener in self.listeners:
            listener.close()


def figures(client):
    text = client.get("/metrics").body.decode()
    statements = {name: int(count) for name, count in COUNT.findall(text)}
    return statements, {source: int(count) for source, count in RESUMES.findall(text)}


def more(after, before):
    return {name: count - before.get(name, 0) for name, count in after.items() if count > before.get(name, 0)}


def connections(client):
    found = re.search(r'^portico_realtime_connections\{kind="stream"\} (\d+)', client.get("/metrics").body.decode(), re.MULTILINE)
    return int(found[1])


def last_id(witness):
    ids = ID.findall(body_of(witness.data))
    return int(ids[-1]) if ids else 0


def publish(areas, witnesses, count):
    """Publishes in each area, and waits until its witness has heard; returns the last id of each area."""
    before = {listener.area.name: len(ID.findall(body_of(listener.data))) for listener in witnesses.listeners}
    for area in areas:
        area.publish(count)
    witnesses.hear(lambda listener: len(ID.findall(body_of(listener.data))) >= before[listener.area.name] + count)
    return {listener.area.name: b"id: %d\n" % last_id(listener) for listener in witnesses.listeners}


def measure(server, clients, missed, bounds):
    areas = [Area(server.port, name, index) for index, name in enumerate(["lucknow", *AREAS])]
    watch = Client(server.port)
    biller = Client(server.port).sign_in(f"{API}/session", {"email": "biller@bags.demo", "password": PASSWORD})
    witnesses = Crowd(server.port, [Listener(area, biller) for area in areas])
    witnesses.open(lambda listener: b"\r\n\r\n" in listener.data)
    crowd = Crowd(server.port, [Listener(areas[index % len(areas)]) for index in range(clients)])
    first = crowd.open(lambda listener: b"\r\n\r\n" in listener.data)
    ends = publish(areas, witnesses, 2)
    crowd.hear(lambda listener: ends[listener.area.name] in listener.data)
    crowd.close()
    until = time.perf_counter() + PATIENCE
    while connections(watch) > len(areas) and time.perf_counter() < until:
        time.sleep(0.1)
    ends = publish(areas, witnesses, missed)
    time.sleep(2)

    # What the node asks of its own accord, for as long as the reconnect may take.
    calm, began = figures(watch)[0], time.perf_counter()
    time.sleep(5)
    before, resumes = figures(watch)
    crowd.refused = 0
    idle = sum(more(before, calm).values()) / (time.perf_counter() - began)
    began = time.perf_counter()
    live = sorted(crowd.open(lambda listener: ends[listener.area.name] in listener.data[-4096:]))
    took = time.perf_counter() - began
    after, resumed = figures(watch)
    asked = more(after, before)

    ends = publish(areas, witnesses, 2)
    crowd.hear(lambda listener: ends[listener.area.name] in listener.data)
    crowd.close()
    witnesses.close()
    wanted = {listener.area.name: listener.heard for listener in witnesses.listeners}
    lost = sum(len(set(wanted[each.area.name]) - set(each.heard)) for each in crowd.listeners)
    doubled = sum(len(each.heard) - len(set(each.heard)) for each in crowd.listeners)
    astray = sum(each.heard != sorted(each.heard) for each in crowd.listeners)

    title = f"{clients} event streams back at once"
    bounds.say("as many opened for the first time, last", first[-1] if first else 0, unit="s")
    bounds.say(f"{title}, {missed} missed messages each: half are live", live[len(live) // 2], unit="s")
    bounds.say(f"{title}: 99 % are live", live[int(len(live) * 0.99)], unit="s")
    bounds.say(f"{title}: all are live", live[-1], unit="s")
    bounds.say("refused for a while (503) and asked again", crowd.refused)
    bounds.say("messages lost", lost, 0)
    bounds.say("messages told twice", doubled, 0)
    bounds.say("clients that heard them in another order", astray, 0)
    from_memory = resumed.get("memory", 0) - resumes.get("memory", 0)
    bounds.say("clients not served from memory", clients - from_memory, 0)
    beyond = max(0.0, sum(asked.values()) - idle * took)
    bounds.say(f"statements beyond those of an idle node ({idle:.1f} a second)", beyond, STATEMENTS * clients)
    for name, count in sorted(asked.items(), key=lambda each: -each[1])[:4]:
        print(f"    {count:>8} × {name}", flush=True)


def main():
    binary, clients, missed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if clients > 10_000:
        raise SystemExit("reconnect: 10,000 clients at most, a thousand of each person")
    if hard != resource.RLIM_INFINITY and hard < clients + 500:
        raise SystemExit(f"reconnect: {clients} clients need an open-file limit above {clients + 500}; it is {hard}")
    folder = tempfile.mkdtemp(prefix="portico-reconnect-")
    bounds = Bounds()
    server = start(os.path.abspath(binary), os.path.join(folder, "data"), os.path.join(folder, "server.log"), clients)
    try:
        measure(server, clients, missed, bounds)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bounds.status())


main()
