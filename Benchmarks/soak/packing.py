"""Packing tables: sacks that are filled one after the other, with the mistakes people make."""

import asyncio
import uuid
from collections import deque

from bench.portico import API

CAPACITY = 30
FIRST_SACK, LAST_SACK = 60_000, 99_999


class Serials:
    """Codes of sacks and bags that nobody has used yet."""

    def __init__(self):
        self.sacks = FIRST_SACK
        self.bags = 0

    def sack(self):
        if self.sacks > LAST_SACK:
            raise SystemExit("no sack codes are left; run for a shorter time or at a lower rate")
        self.sacks += 1
        return f"SB{self.sacks - 1:05d}"

    def bag(self):
        self.bags += 1
        return f"9{self.bags:09d}"


class PackingTable:
    """One place where one person packs. Its scans come one after the other."""

    def __init__(self, person, serials):
        self.person, self.serials = person, serials
        self.turn = asyncio.Lock()
        self.sack = self.last_sack = None
        self.count = CAPACITY
        # Bags that lie in `sack`, with the ids of their scans and of the answers.
        self.inside = deque()


class Packing:
    """Scans of all tables; `seen` gets the codes that were packed last, for whoever reads."""

    def __init__(self, office, seen):
        self.office, self.seen = office, seen
        serials = Serials()
        self.tables = [PackingTable(person, serials) for person in office.dispatchers for _ in range(2)]

    def kinds(self):
        """Acts with their share of the load, in thousandths."""
        return [
            (200, self.linked), (30, self.duplicate), (30, self.replay), (45, self.rejected), (15, self.undo),
            (5, self.batch),
        ]

    async def scan(self, wire, table, kind, expected, parent, code, scan_id=None):
        body = {"parent": parent, "code": code, "client_scan_id": scan_id or str(uuid.uuid4())}
        return await self.office.ask(wire, kind, expected, "POST", f"{API}/scans/child", table.person, body)

    def table(self):
        return self.office.random.choice(self.tables)

    async def new_sack(self, wire, table):
        code = table.serials.sack()
        answer = await self.office.ask(
            wire, "scan of a new sack", {201}, "POST", f"{API}/scans/parent", table.person,
            {"code": code, "client_scan_id": str(uuid.uuid4())})
        if answer and answer.status == 201:
            table.last_sack = (table.sack, table.inside[-1][0]) if table.inside else table.last_sack
            table.sack, table.count = code, 0
            table.inside.clear()
        return table.count < CAPACITY

    async def pack(self, wire, table):
        """Puts a new bag into the table's sack; the table's turn is the caller's."""
        if table.count >= CAPACITY and not await self.new_sack(wire, table):
            return
        table.count += 1
        code, scan_id = table.serials.bag(), str(uuid.uuid4())
        answer = await self.scan(wire, table, "scan, linked", {201}, table.sack, code, scan_id)
        if answer and answer.status == 201:
            table.inside.append((code, scan_id, answer.json["scan"]["id"], answer.body))
            self.seen.append(code)

    async def linked(self, wire):
        table = self.table()
        async with table.turn:
            await self.pack(wire, table)

    async def with_bag(self, wire):
        """A table whose sack holds a bag at least; its turn must be held."""
        table = self.table()
        await table.turn.acquire()
        if not table.inside:
            await self.pack(wire, table)
        return table

    async def duplicate(self, wire):
        table = await self.with_bag(wire)
        try:
            if table.inside:
                await self.scan(wire, table, "scan, duplicate", {200}, table.sack, table.inside[-1][0])
        finally:
            table.turn.release()

    async def replay(self, wire):
        """The same scan once more, as a device sends it that did not hear the answer."""
        table = await self.with_bag(wire)
        try:
            if not table.inside:
                return
            code, scan_id, _, body = table.inside[-1]
            answer = await self.scan(wire, table, "scan, replayed", {201}, table.sack, code, scan_id)
            if answer and answer.status == 201 and answer.body != body:
                self.office.tally.fail(f"a replay differs: {body!r} and {answer.body!r}")
        finally:
            table.turn.release()

    async def rejected(self, wire):
        table = await self.with_bag(wire)
        try:
            if table.last_sack and self.office.random.random() < 0.4:
                # A bag of the sack before: it is elsewhere.
                await self.scan(wire, table, "scan, elsewhere", {409}, table.sack, table.last_sack[1])
            elif self.office.random.random() < 0.5:
                await self.scan(wire, table, "scan, no such sack", {404}, "SB59999", table.serials.bag())
            else:
                await self.scan(wire, table, "scan, bad code", {422}, table.sack or "SB59999", "SB1234")
        finally:
            table.turn.release()

    async def undo(self, wire):
        table = await self.with_bag(wire)
        try:
            if table.inside:
                scan = table.inside.pop()[2]
                await self.office.ask(
                    wire, "undo", {200}, "POST", f"{API}/scans/{scan}/undo", table.person, {"reason": "wrong sack"})
        finally:
            table.turn.release()

    async def batch(self, wire):
        """A few scans of a device that was out of reach, sack and bags."""
        table = self.table()
        sack = table.serials.sack()
        items = [{"kind": "parent", "code": sack, "client_scan_id": str(uuid.uuid4())}] + [
            {"kind": "child", "parent": sack, "code": table.serials.bag(), "client_scan_id": str(uuid.uuid4())}
            for _ in range(19)]
        answer = await self.office.ask(
            wire, "batch of 20", {200}, "POST", f"{API}/scans/batch", table.person, {"items": items})
        if answer and answer.status == 200:
            self.office.tally.answers.setdefault("scan in a batch", {})
            for each in answer.json["results"]:
                self.note_item(each)

    def note_item(self, item):
        of_kind = self.office.tally.answers["scan in a batch"]
        of_kind[str(item["status"])] = of_kind.get(str(item["status"]), 0) + 1
        if item["status"] != 201:
            self.office.tally.fail(f"scan in a batch: {item!r:.300}")
