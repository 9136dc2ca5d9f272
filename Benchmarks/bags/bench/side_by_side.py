"""Portico and the rival in one run, in turn, so that a slow minute of the machine hits both."""

import os
import sqlite3
import statistics
import sys
import time

from .client import Client
from .load import Plan
from .portico import API
from .processes import Server, free_port

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def gunicorn(database, log):
    """Flask behind gunicorn on a file or at the URL of a PostgreSQL, and how many workers it has."""
    port = free_port()
    workers = 2 * (os.cpu_count() or 1) + 1
    server = Server(
        [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--worker-class", "sync", "--timeout", "300",
         "--bind", f"127.0.0.1:{port}", "--backlog", "2048", "--log-level", "warning", "--chdir",
         os.path.join(HERE, "rival"), "app:app"],
        port, "/plaintext", log, {"RIVAL_DATABASE": database}, patience=60)
    return server, workers


class Rival:
    """Flask behind gunicorn on a copy of Portico's file."""

    def __init__(self, source, folder, log):
        self.path = os.path.join(folder, "rival.sqlite")
        copy(source, self.path)
        self.serial = 60000
        self.empty_sacks()
        self.server, self.workers = gunicorn(self.path, log)
        self.client = Client(self.server.port).sign_in(
            "/session", {"email": "dispatcher@bags.demo", "password": "any"})

    def empty_sacks(self):
        """The sacks that its scans go into; what an earlier run left behind is skipped."""
        with sqlite3.connect(self.path) as database:
            last, = database.execute(
                "SELECT coalesce(max(code), 'SB59999') FROM bags WHERE code BETWEEN 'SB60000' AND 'SB99999'").fetchone()
            self.serial = int(last[2:]) + 1
            codes = [f"SB{serial:05d}" for serial in range(self.serial, min(self.serial + 6000, 100_000))]
            now = int(time.time() * 1000)
            database.executemany(
                "INSERT INTO bags (code, code_reversed, kind, product_type, area_code, status, child_count, capacity,"
                " unit_weight_grams, created_at, created_by, updated_at)"
                " VALUES (?, ?, 'parent', 'mustard', 'lucknow', 'empty', 0, 30, 1000, ?, 1, ?)",
                [(code, code[::-1], now, now) for code in codes])
        database.close()
        self.free = codes

    def sessions(self, scans):
        """The same number of sessions and tables as on the other side."""
        each = 16 + -(-scans // 300)
        taken = []
        for _ in range(10):
            taken.append((self.client.cookie, self.client.csrf, self.free[:each]))
            self.free = self.free[each:]
        return taken


def copy(source, target):
    """A consistent copy of a database that is in use."""
    here, there = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    here.backup(there, pages=20000)
    here.close()
    there.close()


class SideBySide:
    """Rounds on both servers."""

    def __init__(self, office, rival, wrk, codes, rounds, seconds):
        self.office, self.rival, self.wrk = office, rival, wrk
        self.codes, self.rounds, self.seconds = codes, rounds, seconds
        self.results = []

    def ours(self, paths, scans=0):
        sessions = self.office.sessions(4000 * self.seconds) if scans else []
        return Plan(
            port=self.office.server.port, paths=paths, reader=[self.office.biller.cookie], sessions=sessions,
            scan_path=f"{API}/scans/child", scans=scans)

    def theirs(self, paths, scans=0):
        return Plan(
            port=self.rival.server.port, paths=paths, reader=[self.rival.client.cookie],
            sessions=self.rival.sessions(1500 * self.seconds) if scans else [], scan_path="/scans/child", scans=scans)

    def all(self):
        self.compare("plaintext", ["/__bench/plaintext"], ["/plaintext"])
        self.compare("small JSON", ["/__bench/json"], ["/json"])
        self.compare("list of 50 bags", [f"{API}/bags?limit=50"], ["/bags?limit=50"])
        self.compare(
            "bag by code", [f"{API}/bags/{code}" for code in self.codes], [f"/bags/{code}" for code in self.codes])
        self.compare("stats", [f"{API}/stats"], ["/stats"])
        self.compare("packing scan", [], [], scans=1)

    def compare(self, name, ours, theirs, scans=0):
        pairs = []
        for _ in range(self.rounds):
            mine = self.wrk.run(self.ours(ours, scans), self.office.server, 64, self.seconds)
            other = self.wrk.run(self.theirs(theirs, scans), self.rival.server, 64, self.seconds)
            pairs.append((mine, other))
        median = statistics.median
        result = {
            "name": name, "rounds": [[vars(mine), vars(other)] for mine, other in pairs],
            "portico": median(mine.per_second for mine, _ in pairs),
            "rival": median(other.per_second for _, other in pairs),
            "portico_p99": median(mine.p99 for mine, _ in pairs), "rival_p99": median(other.p99 for _, other in pairs),
            "ratio": median(mine.per_second / max(other.per_second, 0.01) for mine, other in pairs),
            "cpu_ratio": median(mine.per_cpu_second / max(other.per_cpu_second, 0.01) for mine, other in pairs),
            "bad": [sum(mine.bad for mine, _ in pairs), sum(other.bad for _, other in pairs)]}
        self.results.append(result)
        print(
            f"  {name:<18} portico {result['portico']:>7.0f}/s p99 {result['portico_p99']:>7.1f} ms   "
            f"flask {result['rival']:>6.0f}/s p99 {result['rival_p99']:>7.1f} ms   "
            f"ratio {result['ratio']:>5.1f}×, per cpu-second {result['cpu_ratio']:>5.1f}×   "
            f"bad {result['bad'][0]}/{result['bad'][1]}", flush=True)
