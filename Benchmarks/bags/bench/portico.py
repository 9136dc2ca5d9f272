"""Portico with demonstration data: its people, its empty sacks, its codes."""

import glob
import os
import re
import uuid

from .client import Client
from .processes import Server, free_port

API = "/bags/api/v1"
AREAS = ["indore", "jaipur", "hisar", "sri_ganganagar", "sangaria", "bathinda", "raipur", "ranchi", "akola"]
PASSWORD = os.environ.get("PORTICO_DEMO_PASSWORD", "Portico-demo-1!")


def start(binary, data, scale, database, log):
    port = free_port()
    command = [
        binary, "serve", "bags", "--port", str(port), "--data", data, "--demo", "--demo-scale", scale,
        "--environment", "testing", "--set", "log.level=warning", "--set", "limits.mode=off",
        "--set", "bags.streams_per_user=300"]
    if database:
        command += ["--set", f"database.url={database}"]
    return Server(command, port, "/readyz", log)


def file_bytes(data):
    return sum(os.path.getsize(path) for path in glob.glob(os.path.join(data, "*.sqlite*")))


class Office:
    """The people who work on a server, and sacks nobody has used yet."""

    def __init__(self, server):
        self.server = server
        self.serial = 60000
        names = ["dispatcher"] + [f"dispatcher.{area}" for area in AREAS]
        self.dispatchers = [self.person(name) for name in names]
        self.biller = self.person("biller")
        self.admin = self.person("admin")

    def person(self, name):
        body = {"email": f"{name}@bags.demo", "password": PASSWORD}
        return Client(self.server.port).sign_in(f"{API}/session", body)

    @property
    def readers(self):
        """Cookies, weighted 60 % dispatchers, 30 % billers, 10 % administrators."""
        return [each.cookie for each in self.dispatchers[:6]] + [self.biller.cookie] * 3 + [self.admin.cookie]

    def sessions(self, scans):
        """Every dispatcher with fresh sacks for a share of this many scans, and one for each of 16 packing tables."""
        each = 16 + -(-scans // (30 * len(self.dispatchers)))
        return [(person.cookie, person.csrf, self.sacks(person, each)) for person in self.dispatchers]

    def sacks(self, person, count):
        codes = [f"SB{serial:05d}" for serial in range(self.serial, self.serial + count)]
        self.serial += count
        if self.serial > 99999:
            raise SystemExit("no sack codes are left; measure for a shorter time or on fresh data")
        for first in range(0, count, 100):
            items = [
                {"kind": "parent", "code": code, "client_scan_id": str(uuid.uuid4())}
                for code in codes[first:first + 100]]
            answer = person.post(f"{API}/scans/batch", {"items": items})
            bad = [each for each in answer.json.get("results", []) if each["status"] != 201]
            if answer.status != 200 or bad:
                raise SystemExit(f"registering sacks gave {answer.status}: {(bad or answer.json)!r:.400}")
        return codes

    def skip_used_serials(self):
        """Goes on after the highest sack of an earlier run on the same data."""
        for serial in range(60000, 99999, 500):
            if self.biller.get(f"{API}/bags/SB{serial:05d}").status == 404:
                self.serial = serial
                return

    def runs_before(self):
        """The number of the last run on the same data that scanned bags, or one shortly after it."""
        for run in range(999, 0, -1):
            answer = self.admin.get(f"{API}/bags?q=9{run:03d}&limit=1")
            if answer.status != 200:
                raise SystemExit(f"looking for bags of earlier runs gave {answer.status}: {answer.body[:300]!r}")
            if answer.json["items"]:
                return run
        return 0

    def resident_bytes(self):
        """What the process says of itself."""
        text = self.admin.get("/metrics").body.decode()
        found = re.search(r"^process_resident_memory_bytes(?:\{[^}]*\})? ([0-9.e+]+)", text, re.MULTILINE)
        return int(float(found[1])) if found else 0


class Sample:
    """Codes from all over the list, and the way to its middle."""

    def __init__(self, office, row=900_000):
        """Walks the list to `row`, or to its middle when it is shorter."""
        stats = office.biller.get(f"{API}/stats").json["bags"]
        total = sum(stats["parents"].values()) + sum(stats["children"].values())
        self.row = min(row, total // 2) // 200 * 200
        pages = max(self.row // 200, 1)
        take = max(1, 4000 // pages)
        self.codes = []
        self.cursor = None
        for page in range(pages):
            suffix = f"&cursor={self.cursor}" if self.cursor else ""
            answer = office.biller.get(f"{API}/bags?limit=200{suffix}")
            if answer.status != 200:
                raise SystemExit(f"page {page} of the list gave {answer.status}: {answer.body[:300]!r}")
            listed = answer.json
            step = max(1, len(listed["items"]) // take)
            self.codes += [item["code"] for item in listed["items"][page % step::step]]
            self.cursor = listed["next_cursor"]
            if not self.cursor:
                break
