"""What the kernel and the server itself say of a process, at a moment."""

import glob
import os
import re
import time
import urllib.request
from dataclasses import asdict, dataclass

MIB = 1024 * 1024
# A password that is being hashed holds 32 MiB for that moment, which comes more often than samples do and lasts longer on a busy
# machine. What stays is the least of several looks.
LOOKS, BETWEEN_LOOKS = 10, 0.25


@dataclass
class Sample:
    """Bytes, counts and sums since the start of the process."""

    at: float
    rss: int
    rss_anon: int
    descriptors: int
    threads: int
    cpu_seconds: float
    caches: int
    connections: int
    sockets: int
    lag_sum: float
    lag_count: int
    database: int
    requests: int = 0
    unexpected: int = 0
    listening: int = 0
    heard: int = 0


def kernel(pid):
    """VmRSS and RssAnon in bytes, threads, open descriptors, seconds of processor time."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        status = dict(line.split(":", 1) for line in file)
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(") ")[2].split()
    return {
        "rss": int(status["VmRSS"].split()[0]) * 1024, "rss_anon": int(status["RssAnon"].split()[0]) * 1024,
        "threads": int(status["Threads"]), "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "cpu_seconds": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
    }


def total(text, name, labels=""):
    """The sum of all series of a name whose labels hold this text."""
    found = re.findall(rf"^{name}(\{{[^}}]*\}})? ([0-9.e+-]+)$", text, re.MULTILINE)
    return sum(float(value) for series, value in found if labels in series)


def own_account(port):
    """What the server tells: caches, database connections, sockets, lag of its event loops."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    pool = "portico_sql_pool_connections"
    return {
        "caches": int(total(text, "portico_cache_bytes")),
        "connections": int(total(text, pool, 'state="idle"') + total(text, pool, 'state="in_use"')),
        "sockets": int(total(text, "http_server_open_connections")),
        "lag_sum": total(text, "portico_event_loop_lag_seconds_sum"),
        "lag_count": int(total(text, "portico_event_loop_lag_seconds_count")),
    }


class Samples:
    """Samples of one server, one after the other."""

    def __init__(self, server, data, tally, company):
        self.server, self.data, self.tally, self.company = server, data, tally, company
        self.began = time.monotonic()
        self.all = []

    def take(self):
        """Takes two and a half seconds. Blocks."""
        now = kernel(self.server.process.pid)
        for _ in range(LOOKS - 1):
            time.sleep(BETWEEN_LOOKS)
            look = kernel(self.server.process.pid)
            now = look | {name: min(now[name], look[name]) for name in ("rss", "rss_anon")}
        files = glob.glob(os.path.join(self.data, "*.sqlite"))
        sample = Sample(
            at=time.monotonic() - self.began, database=sum(os.path.getsize(each) for each in files),
            requests=self.tally.requests, unexpected=self.tally.unexpected, listening=self.company.listening,
            heard=self.company.heard, **now, **own_account(self.server.port))
        self.all.append(sample)
        return sample

    def plain(self):
        return [asdict(each) for each in self.all]
