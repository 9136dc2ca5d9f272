"""Files going out and coming in: how long they take, what memory they cost, and what scanners notice of an import."""

import http.client
import json
import threading
import time
import uuid

from .load import Plan
from .portico import API
from .table import MIB, Table

IMPORTED = 100_000
PER_SACK = 15
SCANNERS = 50


class Files(Table):
    """Measures exports and imports of one server."""

    def __init__(self, office, wrk, seconds, postgresql):
        super().__init__(office, postgresql)
        self.wrk = wrk
        self.seconds = seconds

    def all(self):
        for kind, seconds, growth in [
                ("ndjson", (20, 30), 32), ("csv", (20, 30), 32), ("xlsx", (60, 75), 64)]:
            self.export(kind, self.limit(*seconds), growth)
        self.imports()

    # Exports

    def export(self, kind, most, most_growth):
        """Reads an export of all bags as fast as it comes."""
        server, before = self.office.server, self.office.server.resident_bytes()
        peak, done = [before], threading.Event()

        def watch():
            while not done.wait(0.05):
                peak[0] = max(peak[0], server.resident_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        began = time.perf_counter()
        connection.request("GET", f"{API}/exports/bags.{kind}", headers={"Cookie": self.office.admin.cookie})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"the export gave {answer.status}: {answer.read(300)!r}")
        first, size, lines = None, 0, 0
        while piece := answer.read1(1 << 16):
            first = first or time.perf_counter() - began
            size += len(piece)
            lines += piece.count(b"\n")
        took = time.perf_counter() - began
        done.set()
        watcher.join()
        growth = peak[0] - before
        self.add(
            f"export of all bags, {kind}",
            f"{took:.1f} s, first byte {first * 1000:.0f} ms, +{growth / MIB:.0f} MiB, {size / MIB:.0f} MiB sent",
            f"≤ {most} s, ≤ 300 ms, ≤ {most_growth} MiB",
            took <= most and first <= 0.3 and growth <= most_growth * MIB and self.is_whole(kind, lines),
            seconds=took, first_byte=first, growth=growth, bytes=size)

    def is_whole(self, kind, lines):
        """Whether as many rows came as there are bags; workbooks are not counted here."""
        if kind == "xlsx":
            return True
        counts = self.office.admin.get(f"{API}/stats").json["bags"]
        bags = sum(counts["parents"].values()) + sum(counts["children"].values())
        if lines != bags + 1:
            raise SystemExit(f"the export has {lines} lines, there are {bags} bags")
        return True

    # Imports

    def imports(self):
        """The same file three times: tried, written while people scan, written again."""
        mark = f"6{int(time.time()) % 10**6:06d}"
        first = self.free_sack()
        rows = [
            f"{mark}{index:07d},M444-{first + index // PER_SACK:05d}" for index in range(IMPORTED)]
        file = ("code,parent_code\r\n" + "\r\n".join(rows) + "\r\n").encode()
        dry = self.timed(file, "true")
        most = self.limit(15, 20)
        self.add(
            "import of 100,000 rows, tried", f"{dry[0]:.1f} s, {dry[1]['rows_ok']} good rows", f"≤ {most} s",
            dry[0] <= most and dry[1]["rows_ok"] == IMPORTED, seconds=dry[0])
        plan = Plan(
            port=self.office.server.port, scan_path=f"{API}/scans/child", scans=1, pause=1000,
            sessions=self.office.sessions(SCANNERS * (self.seconds + 10)))
        figures = []
        scanners = threading.Thread(
            target=lambda: figures.append(self.wrk.run(plan, self.office.server, SCANNERS, self.seconds)))
        scanners.start()
        real = self.timed(file, "false")
        scanners.join()
        most = self.limit(30, 40)
        self.add(
            "import of 100,000 rows, 50 people scanning",
            f"{real[0]:.1f} s, {real[1]['rows_ok']} rows; scans p95 {figures[0].p95:.1f} ms, {figures[0].bad} bad",
            f"≤ {most} s, p95 ≤ 100 ms",
            real[0] <= most and real[1]["rows_ok"] == IMPORTED and figures[0].p95 <= 100 and figures[0].bad == 0,
            seconds=real[0], **vars(figures[0]))
        again = self.timed(file, "false")
        self.add(
            "the same file again", f"{again[0]:.1f} s, {again[1]['rows_unchanged']} rows unchanged", "changes nothing",
            again[1]["rows_unchanged"] == IMPORTED, seconds=again[0])

    def free_sack(self):
        """The first sack number that no earlier run has used."""
        needed = -(-IMPORTED // PER_SACK)
        for serial in range(60_000, 99_999 - needed, needed):
            if self.office.admin.get(f"{API}/bags/M444-{serial:05d}").status == 404:
                return serial
        raise SystemExit("no sack codes are left for an import; measure on fresh data")

    def timed(self, file, is_dry_run):
        """Seconds from sending the file to the end of its job, and the job's result."""
        began = time.perf_counter()
        job = self.send(file, is_dry_run)
        while True:
            answer = self.office.admin.get(f"{API}/jobs/{job}").json
            if answer["state"] not in ("queued", "running"):
                break
            time.sleep(0.1)
        if answer["state"] != "succeeded":
            raise SystemExit(f"the import ended {answer['state']}: {answer!r:.600}")
        return time.perf_counter() - began, answer["result"]

    def send(self, file, is_dry_run):
        boundary = uuid.uuid4().hex
        fields = {"kind": "bags", "dry_run": is_dry_run, "area_code": "lucknow"}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()]
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="bags.csv"\r\n\r\n')
        body = "".join(parts).encode() + file + f"\r\n--{boundary}--\r\n".encode()
        admin = self.office.admin
        connection = http.client.HTTPConnection("127.0.0.1", self.office.server.port, timeout=120)
        connection.request("POST", f"{API}/imports", body, {
            "Cookie": admin.cookie, "X-CSRF-Token": admin.csrf,
            "Content-Type": f"multipart/form-data; boundary={boundary}"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 202:
            raise SystemExit(f"sending the file gave {answer.status}: {text[:300]!r}")
        return json.loads(text)["id"]
