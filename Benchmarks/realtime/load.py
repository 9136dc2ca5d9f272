"""Idle connections and broadcasts: load.py PORT PID IDLE CLIENTS BROADCASTS [--judge] prints a figure a line.

With --judge each figure that something was promised of stands beside its bound, and the status is 1 when one is missed.

One thread and epoll, so that the client costs as little as it can. A latency is the time from just before the control
message is written to just after a client's socket gave the bytes; the last clients of a round wait for the reads of all
others, which the figure includes for every server alike.
"""

import os
import resource
import select
import socket
import sys
import time

from bounds import Bounds

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


# §7 of the platform: 10,000 idle connections in 400 MB, a broadcast to 1,000 within 100 ms at p99. Its checklist: 8 KB for an
# idle connection.
IDLE_BYTES = 8 * 1024
IDLE_MEGABYTES = 400
BROADCAST_P99 = 100


def handshake(path, compress):
    extension = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" if compress else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{extension}\r\n"
    ).encode()


def frame(text):
    payload = text.encode()
    length = len(payload)
    head = bytes([0x81, 0x80 | length]) if length < 126 else bytes([0x81, 0xFE, length >> 8, length & 255])
    return head + bytes(4) + payload


def until(sock, mark):
    data = b""
    while mark not in data:
        part = sock.recv(65536)
        if not part:
            raise SystemExit(f"the server closed after {data[:200]!r}")
        data += part
    return data


def connect(port, path, compress=True):
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(handshake(path, compress))
    data = until(sock, b"\r\n\r\n")
    if not data.startswith(b"HTTP/1.1 101"):
        raise SystemExit(f"no WebSocket: {data[:200]!r}")
    return sock


def subscribe(sock):
    sock.sendall(frame('{"type":"subscribe","topic":"news"}'))
    # The one frame that comes back; some servers compress even that.
    if not sock.recv(65536):
        raise SystemExit("the server closed instead of subscribing")


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise SystemExit("no VmRSS")


def cpu(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(port, pid, count, bounds):
    # The first connections pay for what is made once.
    warm = [connect(port, "/socket") for _ in range(100)]
    for sock in warm:
        subscribe(sock)
    time.sleep(1)
    before = resident(pid)
    bare = [connect(port, "/socket") for _ in range(count)]
    time.sleep(2)
    opened = resident(pid)
    for sock in bare:
        subscribe(sock)
    time.sleep(2)
    subscribed = resident(pid)
    bounds.say("idle connection", (opened - before) / count, IDLE_BYTES, "bytes")
    bounds.say("idle connection that watches a topic", (subscribed - before) / count, IDLE_BYTES, "bytes")
    bounds.say(f"the process with {count} that watch a topic", subscribed / 1_000_000, IDLE_MEGABYTES, "MB")
    for sock in warm + bare:
        sock.close()


def broadcasts(port, pid, clients, rounds, size, bounds):
    sockets = [connect(port, "/socket") for _ in range(clients)]
    for sock in sockets:
        subscribe(sock)
        sock.setblocking(False)
    by_number = {sock.fileno(): sock for sock in sockets}
    poll = select.epoll()
    for sock in sockets:
        poll.register(sock.fileno(), select.EPOLLIN)
    control = connect(port, "/control")
    latencies, firsts, lasts = [], [], []
    busy = cpu(pid)
    for index in range(rounds):
        time.sleep(0.25)
        text = f"round {index} " + "news of the day, " * (size // 17)
        heard = set()
        own = []
        start = time.perf_counter()
        control.sendall(frame(text))
        while len(heard) < clients:
            for number, _ in poll.poll(10):
                part = by_number[number].recv(65536)
                now = time.perf_counter()
                if not part:
                    raise SystemExit("the server closed a connection")
                # Compressed messages are short enough to come in one part.
                if number not in heard:
                    heard.add(number)
                    own.append(now - start)
        latencies += own[: clients]
        firsts.append(min(own))
        lasts.append(max(own))
    busy = cpu(pid) - busy
    latencies.sort()

    def at(share):
        return latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1000

    title = f"broadcast of {size} bytes to {clients}"
    bounds.say(f"{title}, first", sorted(firsts)[len(firsts) // 2] * 1000, unit="ms")
    bounds.say(f"{title}, p50", at(0.5), unit="ms")
    bounds.say(f"{title}, p99", at(0.99), BROADCAST_P99, "ms")
    bounds.say(f"{title}, last of a round, median", sorted(lasts)[len(lasts) // 2] * 1000, unit="ms")
    bounds.say(f"{title}, server CPU", busy / rounds * 1000, unit="ms")
    for sock in sockets + [control]:
        sock.close()


def main():
    port, pid, count, clients, rounds = (int(argument) for argument in sys.argv[1:6])
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    bounds = Bounds(is_judged="--judge" in sys.argv)
    broadcasts(port, pid, clients, rounds, 200, bounds)
    time.sleep(0.5)
    broadcasts(port, pid, clients, rounds, 4000, bounds)
    time.sleep(0.5)
    idle(port, pid, count, bounds)
    sys.exit(bounds.status())


main()
