"""Sign-ins that are right and wrong, tokens, bills that are made twice, and requests that are none."""

import asyncio
import uuid

from bench.portico import API

from people import Person
from wire import Dropped, raw

# Sign-ins cost a tenth of a second of a core each, on purpose.
SIGN_INS = 10


class Doors:
    """What comes before the work, and what should not come at all."""

    def __init__(self, office):
        self.office, self.random = office, office.random
        self.families = [TokenFamily(person) for person in (office.biller, office.admin, office.dispatchers[0])]

    def kinds(self):
        """Acts with their share of the load, in thousandths."""
        return [(SIGN_INS, self.sign_in), (SIGN_INS // 2, self.wrong), (15, self.token), (5, self.bill), (15, self.bad)]

    async def sign_in(self, wire):
        person = Person(self.random.choice(self.office.everybody).email.split("@")[0])
        fields = {"X-Forwarded-For": self.address()}
        answer = await self.office.ask(
            wire, "sign-in", {201}, "POST", f"{API}/session", body=person.credentials, fields=fields)
        if not answer or answer.status != 201:
            return
        person.take(answer)
        await self.office.ask(wire, "own session", {200}, "GET", f"{API}/session", person)
        # Some close the page and never sign out.
        if self.random.random() < 0.8:
            await self.office.ask(wire, "sign-out", {204}, "DELETE", f"{API}/session", person)

    async def wrong(self, wire):
        """A password that is wrong, mostly for an account that does not exist; each from an address of its own."""
        email = f"{self.random.randrange(16 ** 8):08x}@bags.demo"
        if self.random.random() < 0.2:
            email = self.office.locked.email
        body = {"email": email, "password": "Wrong-horse-7"}
        await self.office.ask(
            wire, "wrong sign-in", {401, 429}, "POST", f"{API}/session", body=body,
            fields={"X-Forwarded-For": self.address()})

    def address(self):
        return "10." + ".".join(str(self.random.randrange(1, 255)) for _ in range(3))

    async def token(self, wire):
        family = self.random.choice(self.families)
        async with family.turn:
            if family.refresh and self.random.random() < 0.02:
                await self.office.ask(
                    wire, "tokens revoked", {204}, "DELETE", f"{API}/tokens", body={"refresh_token": family.refresh})
                family.refresh = None
            if family.refresh:
                answer = await self.office.ask(
                    wire, "token refreshed", {200}, "POST", f"{API}/tokens/refresh", body={"refresh_token": family.refresh})
            else:
                answer = await self.office.ask(
                    wire, "tokens issued", {201}, "POST", f"{API}/tokens", body=family.person.credentials)
            family.refresh = answer.json["refresh_token"] if answer and answer.status < 300 else None
            if family.refresh:
                # In the same turn, or somebody else may have revoked the family meanwhile.
                await self.office.ask(
                    wire, "stats by token", {200}, "GET", f"{API}/stats",
                    fields={"Authorization": f"Bearer {answer.json['access_token']}"})

    async def bill(self, wire):
        """A bill, sent twice under one key: the second answer is the first."""
        key = str(uuid.uuid4())
        body = {"code": f"SOAK {key[:18]}", "capacity": 20, "area_code": "lucknow"}
        answers = [
            await self.office.ask(
                wire, kind, {201}, "POST", f"{API}/bills", self.office.biller, body, {"Idempotency-Key": key})
            for kind in ("bill", "bill, sent again")]
        if all(answers) and answers[0].body != answers[1].body:
            self.office.tally.fail(f"the answer to a repeated bill differs: {answers[1].body[:200]!r}")

    # Bad requests

    async def bad(self, wire):
        await self.random.choice(
            [self.malformed, self.mistyped, self.unknown_path, self.garbage, self.long_head, self.long_target,
             self.long_body, self.left, self.left])(wire)

    async def malformed(self, wire):
        await self.office.ask(
            wire, "bad: JSON", {400}, "POST", f"{API}/scans/child", self.office.dispatchers[0], b'{"parent": "SB6',
            {"Content-Type": "application/json"})

    async def mistyped(self, wire):
        await self.office.ask(
            wire, "bad: media type", {415}, "POST", f"{API}/scans/child", self.office.dispatchers[0], b"parent=1",
            {"Content-Type": "text/plain"})

    async def unknown_path(self, wire):
        path = f"/bags/{uuid.uuid4().hex[:self.random.randrange(4, 30)]}"
        await self.office.ask(wire, "bad: path", {404}, "GET", path, self.office.biller)

    async def garbage(self, _):
        await self.send_raw("bad: no HTTP", {400}, bytes(self.random.randrange(128, 256) for _ in range(200)) + b"\r\n\r\n")

    async def long_head(self, _):
        await self.send_raw("bad: long head", {431}, self.head("GET", "/bags/", "X-Long: " + "a" * 20_000))

    async def long_target(self, _):
        await self.send_raw("bad: long target", {414}, self.head("GET", "/bags/?q=" + "a" * 10_000))

    async def long_body(self, _):
        person = self.office.dispatchers[0]
        size = 1 << 20
        head = self.head(
            "POST", f"{API}/scans/child", f"Cookie: {person.cookie}", f"X-CSRF-Token: {person.csrf}",
            "Content-Type: application/json", f"Content-Length: {size}")
        await self.send_raw("bad: long body", {413}, head + b'{"code":"' + b"a" * size)

    async def left(self, _):
        """Somebody goes away in the middle of a request."""
        whole = self.head("POST", f"{API}/session", "Content-Type: application/json", "Content-Length: 60000")
        await self.send_raw("bad: left", {"left"}, whole[:self.random.randrange(1, len(whole))], reads=False)
        await self.send_raw("bad: left", {"left"}, whole + b'{"email":"' + b"a" * 30_000, reads=False)

    def head(self, method, path, *lines):
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()

    async def send_raw(self, kind, expected, data, reads=True):
        try:
            status = await raw(self.office.port, data, reads)
            self.office.tally.note(kind, "left" if status is None else status, expected)
        except Dropped as problem:
            self.office.tally.note(kind, "dropped", expected, str(problem))


class TokenFamily:
    """Tokens of one sign-in by a program; each refresh token serves once."""

    def __init__(self, person):
        self.person = person
        self.refresh = None
        self.turn = asyncio.Lock()
