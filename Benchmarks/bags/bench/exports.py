"""The export of all bags beside what else could write the same rows: Flask, and on PostgreSQL its own COPY."""

import http.client
import os
import statistics
import subprocess
import time

from .client import Client
from .portico import API
from .side_by_side import gunicorn

# The same fields in the same order, written by the server itself.
COPY = """COPY (SELECT {row} FROM (
    SELECT b.code, b.kind, b.product_type, b.area_code, b.status, p.code AS parent_code, l.code AS bill_code,
        b.child_count, b.capacity, b.child_count * b.unit_weight_grams AS weight_grams, b.lot, b.test_date, b.sscc,
        to_char(to_timestamp(b.created_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
        to_char(to_timestamp(b.updated_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at
    FROM bags.bags b LEFT JOIN bags.bags p ON p.id = b.parent_id
        LEFT JOIN bags.bills l ON l.id = coalesce(b.bill_id, p.bill_id)
    WHERE b.status <> 'retired' ORDER BY b.id) AS e) TO STDOUT"""


class ExportsBeside:
    """Rounds in turn over all who can; lines are counted, nothing is kept."""

    def __init__(self, office, database, log, rounds):
        self.office, self.database, self.log, self.rounds = office, database, log, rounds
        self.rival = None

    def all(self):
        """Seconds of every writer, by name.

        The database is the SQLite file or the URL of the PostgreSQL that Portico uses.
        """
        self.rival, _ = gunicorn(self.database, self.log)
        try:
            writers = {"portico": self.portico, "flask": self.flask}
            if "://" in self.database:
                writers["psql COPY, rows as JSON"] = lambda: self.psql("row_to_json(e)")
                writers["psql COPY, text columns"] = lambda: self.psql("*")
            return self.compare(writers)
        finally:
            self.rival.stop()

    def compare(self, writers):
        seconds, lines = {name: [] for name in writers}, {}
        for _ in range(self.rounds):
            for name, write in writers.items():
                began = time.perf_counter()
                lines[name] = write()
                seconds[name].append(time.perf_counter() - began)
        if len(set(lines.values())) != 1:
            raise SystemExit(f"the exports differ in their lines: {lines}")
        ours = statistics.median(seconds["portico"])
        results = []
        print(f"\nThe export of {lines['portico']} bags as NDJSON, median of {self.rounds} rounds in turn")
        for name, each in seconds.items():
            theirs = statistics.median(each)
            results.append({"name": f"export: {name}", "rounds": each, "seconds": theirs, "ratio": theirs / ours})
            print(f"  {name:<28} {theirs:>6.1f} s   {theirs / ours:>5.1f}× the time of portico", flush=True)
        return results

    def portico(self):
        # The last line says how many rows there were and their digest.
        return self.read(self.office.server.port, f"{API}/exports/bags.ndjson", self.office.admin.cookie) - 1

    def flask(self):
        person = Client(self.rival.port).sign_in("/session", {"email": "admin@bags.demo", "password": "any"})
        return self.read(self.rival.port, "/exports/bags.ndjson", person.cookie)

    def read(self, port, path, cookie):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path} gave {answer.status}: {answer.read(300)!r}")
        return count(answer.read1)

    def psql(self, row):
        process = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--command", COPY.format(row=row), self.database],
            stdout=subprocess.PIPE, env={**os.environ, "PGOPTIONS": ""})
        lines = count(lambda size: os.read(process.stdout.fileno(), size))
        process.stdout.close()
        if process.wait() != 0:
            raise SystemExit("psql could not copy the bags")
        return lines


def count(read):
    """The line ends of a stream, read to its end."""
    lines = 0
    while piece := read(1 << 16):
        lines += piece.count(b"\n")
    return lines
