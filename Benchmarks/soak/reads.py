"""Reads: bags, lists, searches, figures, pages, assets. What has an ETag is now and then asked for with it."""

import re
from collections import OrderedDict
from urllib.parse import quote

from bench.portico import API

MOST_TAGS = 2000
ENCODINGS = ["", "gzip", "br", "zstd", "gzip, deflate, br, zstd", "identity", "br;q=0.5, gzip"]
PAGES = {
    "dispatcher": ["/bags/", "/bags/scan", "/bags/scans", "/bags/find", "/bags/bags", "/bags/labels", "/bags/account"],
    "biller": [
        "/bags/", "/bags/bills", "/bags/returns", "/bags/exports", "/bags/summary", "/bags/scans",
        "/bags/bags?kind=parent&status=full", "/bags/bills?state=dispatched"],
    "admin": ["/bags/", "/bags/imports", "/bags/users", "/bags/settings", "/bags/audit", "/bags/summary"],
}


class Reads:
    """Reads of everybody; `seen` has the codes that were packed last."""

    def __init__(self, office, seen):
        self.office, self.seen, self.random = office, seen, office.random
        self.tags = OrderedDict()
        self.codes, self.public = [], []

    def kinds(self):
        """Acts with their share of the load, in thousandths."""
        return [
            (150, self.detail), (70, self.resolve), (60, self.listed), (60, self.search), (40, self.history),
            (50, self.figures), (60, self.page), (80, self.everybodys), (10, self.unknown),
        ]

    async def prepare(self, wire):
        """Learns codes and addresses of assets."""
        cursor = ""
        for _ in range(5):
            answer = await wire.call("GET", f"{API}/bags?limit=200{cursor}", self.office.admin.fields())
            self.codes += [item["code"] for item in answer.json["items"]]
            cursor = f"&cursor={answer.json['next_cursor']}"
            if not answer.json["next_cursor"]:
                break
        assets = set()
        for path in ["/bags/", "/bags/scan", "/bags/find", "/bags/labels", "/bags/imports"]:
            answer = await wire.call("GET", path, self.office.admin.fields())
            assets.update(re.findall(r'(?:href|src)="(/assets/[^"]+)"', answer.body.decode()))
        self.public = sorted(assets) + ["/bags/openapi.json"] + [
            f"/__bench/page?rows={rows}" for rows in range(10, 410, 10)]

    async def read(self, wire, kind, path, person=None, expected=frozenset({200}), fields=None):
        """Asks for a path; every second time with the ETag that it had, if it had one."""
        fields = dict(fields or {})
        key = (person.email if person else "", path, fields.get("Accept-Encoding", ""))
        if key in self.tags and self.random.random() < 0.5:
            fields["If-None-Match"] = self.tags[key]
            expected = expected | {304}
        answer = await self.office.ask(wire, kind, expected, "GET", path, person, fields=fields)
        if answer and answer.status == 200 and "etag" in answer.fields:
            self.tags[key] = answer.fields["etag"]
            self.tags.move_to_end(key)
            if len(self.tags) > MOST_TAGS:
                self.tags.popitem(last=False)
        return answer

    def code(self):
        return self.random.choice(self.seen if self.seen and self.random.random() < 0.5 else self.codes)

    def reader(self):
        """Somebody who sees all areas."""
        return self.random.choice([self.office.biller, self.office.biller, self.office.admin])

    async def detail(self, wire):
        await self.read(wire, "bag", f"{API}/bags/{self.code()}", self.reader())

    async def history(self, wire):
        await self.read(wire, "history", f"{API}/bags/{self.code()}/history", self.reader())

    async def resolve(self, wire):
        await self.read(wire, "resolve", f"{API}/resolve?code={self.code()}", self.reader())

    async def unknown(self, wire):
        """A code that does not exist: others that are like it are looked for."""
        code = f"4{self.random.randrange(10 ** 7):07d}"
        await self.read(wire, "resolve, unknown", f"{API}/resolve?code={code}", self.reader(), frozenset({404}))

    async def listed(self, wire):
        name = self.random.choice(["bags?limit=50", "bags?kind=parent&limit=50", "scans?limit=50", "bills?limit=50"])
        person = self.random.choice(self.office.dispatchers + [self.office.biller] * 5)
        answer = await self.read(wire, "list", f"{API}/{name}", person)
        if answer and answer.status == 200 and (cursor := answer.json["next_cursor"]):
            await self.read(wire, "list, next page", f"{API}/{name}&cursor={quote(cursor)}", person)

    async def search(self, wire):
        code = self.code()
        text = quote(code[:5]) if self.random.random() < 0.5 else "%2A" + quote(code[-4:])
        await self.read(wire, "search", f"{API}/bags?q={text}", self.reader())

    async def figures(self, wire):
        person = self.random.choice(self.office.everybody)
        await self.read(wire, "stats", f"{API}/stats", person)

    async def page(self, wire):
        role = self.random.choice(["dispatcher", "dispatcher", "biller", "admin"])
        person = self.random.choice(self.office.dispatchers) if role == "dispatcher" else getattr(self.office, role)
        await self.read(wire, "page", self.random.choice(PAGES[role]), person, fields=self.encoding())

    async def everybodys(self, wire):
        """What is the same for everybody: assets, the contract, a page that is kept for all."""
        fields = self.encoding()
        answer = await self.read(wire, "asset or public page", self.random.choice(self.public), fields=fields)
        used = answer.fields.get("content-encoding", "identity") if answer else "identity"
        if used != "identity" and used not in fields.get("Accept-Encoding", ""):
            self.office.tally.fail(f"{used} was sent where {fields} was asked for")

    def encoding(self):
        chosen = self.random.choice(ENCODINGS)
        return {"Accept-Encoding": chosen} if chosen else {}
