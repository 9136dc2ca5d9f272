"""What lasts longer than a request: listeners who come and go, idle connections, exports, imports, label sheets."""

import asyncio
import json
import socket
import uuid
from urllib.parse import quote

from bench.portico import API, AREAS

from wire import BREAKS, PATIENCE, Dropped, Wire, written

LISTENERS = 40
# Of these, people whose device sleeps: they take nothing.
SLEEPERS = 2
IDLE = 100
EXPORT_PAUSE = 15
SHEET_PAUSE = 20
IMPORT_PAUSE = 60
IMPORT_ROWS = 300
# One row in a hundred is wrong.
WRONG_EVERY = 100
SACK_ROWS = 15
FIRST_SACK = 60_000


class Company:
    """Tasks that run beside the requests until they are cancelled."""

    def __init__(self, office):
        self.office, self.random, self.tally = office, office.random, office.tally
        self.listening = self.heard = self.held = 0
        self.next_sack = FIRST_SACK

    def tasks(self):
        listeners = [self.listen(is_asleep=index < SLEEPERS) for index in range(LISTENERS)]
        return listeners + [self.idle() for _ in range(IDLE)] + [self.exports(), self.sheets(), self.imports()]

    # Listeners

    async def listen(self, is_asleep):
        """Opens stream after stream; about half of them go on where the last one ended."""
        last_id = None
        while True:
            await asyncio.sleep(self.random.uniform(0, 4))
            person, topics = self.place()
            fields = {**person.fields(), "Accept": "text/event-stream"}
            if last_id and self.random.random() < 0.5:
                fields["Last-Event-ID"] = last_id
            path = f"{API}/stream?topics={quote(topics)}"
            last_id = await self.stream(path, fields, self.random.uniform(5, 45), is_asleep)

    def place(self):
        """Whoever watches, and what."""
        if self.random.random() < 0.5:
            areas = ",".join(f"area:{area}" for area in ["lucknow"] + self.random.sample(AREAS, 3))
            return self.office.admin, f"{areas},stats"
        index = self.random.randrange(len(self.office.dispatchers))
        return self.office.dispatchers[index], f"area:{(['lucknow'] + AREAS)[index]},stats"

    async def stream(self, path, fields, seconds, is_asleep):
        """Reads for so many seconds and goes; returns the id of the last message."""
        wire, last_id = Wire(self.office.port), None
        try:
            if is_asleep:
                await self.narrow(wire)
            async with asyncio.timeout(PATIENCE):
                answer = await wire.begin(written("GET", path, fields))
            self.tally.note("stream", answer.status, {200}, path)
            if answer.status != 200:
                return None
            self.listening += 1
            try:
                async with asyncio.timeout(seconds):
                    if is_asleep:
                        await asyncio.sleep(seconds)
                    async for part in wire.parts(answer):
                        self.heard += part.count(b"\ndata:") + part.startswith(b"data:")
                        for line in part.split(b"\n"):
                            if line.startswith(b"id:"):
                                last_id = line[3:].strip().decode()
            except TimeoutError:
                pass
            finally:
                self.listening -= 1
        except (Dropped, *BREAKS) as problem:
            self.tally.note("stream", "dropped", {200}, f"{type(problem).__name__}: {problem}")
        finally:
            wire.close()
        return last_id

    async def narrow(self, wire):
        """Opens a connection that soon holds the server up when nobody reads."""
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.office.port))
        wire.reader, wire.writer = await asyncio.open_connection(sock=narrow, limit=2048)

    async def idle(self):
        """Asks once and then holds the connection until the server closes it, or for a while."""
        while True:
            await asyncio.sleep(self.random.uniform(0, 10))
            wire = Wire(self.office.port)
            answer = await self.office.ask(wire, "idle connection", {200}, "GET", "/livez")
            self.held += 1
            if answer and wire.reader:
                try:
                    async with asyncio.timeout(self.random.uniform(20, 120)):
                        await wire.reader.read(1)
                except BREAKS:
                    pass
            self.held -= 1
            wire.close()

    # Files

    async def exports(self):
        """One area's bags as lines, other forms in between; every fourth is broken off."""
        number = 0
        while True:
            await asyncio.sleep(EXPORT_PAUSE)
            person = [self.office.admin, self.office.biller][number % 2]
            name = ["bags.ndjson?area_code=lucknow", "scans.csv?area_code=lucknow", "bags.ndjson?area_code=indore",
                    "bags.ndjson", "bags.xlsx?area_code=jaipur"][number % 5]
            await self.export(person, f"{API}/exports/{name}", is_broken_off=number % 4 == 3)
            number += 1

    async def export(self, person, path, is_broken_off):
        wire, tail = Wire(self.office.port), b""
        kind = "export, broken off" if is_broken_off else "export"
        try:
            async with asyncio.timeout(4 * PATIENCE):
                answer = await wire.begin(written("GET", path, person.fields()))
                async for part in wire.parts(answer):
                    tail = (tail + part)[-300:]
                    if is_broken_off:
                        break
            self.tally.note(kind, answer.status, {200}, f"{path}: {tail!r}")
            if ".ndjson" in path and not is_broken_off and b'{"_end":true' not in tail:
                self.tally.fail(f"{path} has no end: {tail!r}")
        except (Dropped, *BREAKS) as problem:
            self.tally.note(kind, "dropped", {200}, f"{path}: {type(problem).__name__}: {problem}")
        finally:
            wire.close()

    async def sheets(self):
        wire = Wire(self.office.port)
        while True:
            await asyncio.sleep(SHEET_PAUSE)
            body = {"layout": "a4-24", "product_type": "mustard", "first_serial": self.random.randrange(50_000), "count": 96}
            answer = await self.office.ask(
                wire, "label sheet", {200}, "POST", f"{API}/labels/sheet", self.office.biller, body)
            if answer and answer.status == 200 and not answer.body.startswith(b"%PDF"):
                self.tally.fail(f"a sheet is no PDF: {answer.body[:100]!r}")

    async def imports(self):
        """A file every minute, every third one only tried."""
        wire, number = Wire(self.office.port), 0
        while True:
            await asyncio.sleep(IMPORT_PAUSE / 4 if number == 0 else IMPORT_PAUSE)
            number += 1
            body, boundary = self.upload(number, "true" if number % 3 == 0 else "false")
            answer = await self.office.ask(
                wire, "import", {202}, "POST", f"{API}/imports", self.office.admin, body,
                {"Content-Type": f"multipart/form-data; boundary={boundary}"})
            if answer and answer.status == 202:
                await self.follow(wire, answer.json["id"])

    def upload(self, number, is_dry_run):
        rows = ["code,parent_code"]
        for index in range(IMPORT_ROWS):
            is_wrong = index % WRONG_EVERY == WRONG_EVERY - 1
            code = "no code at all" if is_wrong else f"6{number:05d}{index:04d}"
            rows.append(f"{code},M444-{self.next_sack + index // SACK_ROWS:05d}")
        self.next_sack += IMPORT_ROWS // SACK_ROWS
        boundary = uuid.uuid4().hex
        fields = {"kind": "bags", "dry_run": is_dry_run, "area_code": "lucknow"}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()]
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="soak.csv"\r\n\r\n')
        return ("".join(parts) + "\r\n".join(rows) + f"\r\n--{boundary}--\r\n").encode(), boundary

    async def follow(self, wire, job):
        for _ in range(4 * PATIENCE):
            await asyncio.sleep(0.5)
            answer = await self.office.ask(wire, "job", {200}, "GET", f"{API}/jobs/{job}", self.office.admin)
            if not answer or answer.status != 200:
                return
            if answer.json["state"] not in ("queued", "running"):
                break
        result = answer.json.get("result") or {}
        rejected = IMPORT_ROWS // WRONG_EVERY
        if (answer.json["state"], result.get("rows_ok"), result.get("rows_rejected")) != (
                "succeeded", IMPORT_ROWS - rejected, rejected):
            self.tally.fail(f"an import ended otherwise: {json.dumps(answer.json):.400}")
