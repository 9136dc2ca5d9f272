"""Who works on the server: demo accounts that are signed in, and the book of what they were answered."""

import json

from bench.portico import API, AREAS, PASSWORD

from wire import Dropped, Wire

MOST_EXAMPLES = 20


class Tally:
    """Answers by kind of request and status. What was not expected is kept, so that it can be shown."""

    def __init__(self):
        self.answers = {}
        self.examples = []
        self.requests = 0
        self.unexpected = 0

    def note(self, kind, status, expected, detail=""):
        of_kind = self.answers.setdefault(kind, {})
        of_kind[str(status)] = of_kind.get(str(status), 0) + 1
        self.requests += 1
        if status not in expected:
            self.fail(f"{kind}: {status} {detail}")

    def fail(self, words):
        self.unexpected += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(words)


class Person:
    """Somebody with an e-mail address; after signing in also a cookie and a token against forged requests."""

    def __init__(self, name):
        self.email = f"{name}@bags.demo"
        self.cookie = self.csrf = ""

    def fields(self, is_unsafe=False):
        named = {"Cookie": self.cookie} if self.cookie else {}
        if is_unsafe and self.csrf:
            named["X-CSRF-Token"] = self.csrf
        return named

    def take(self, answer):
        """Keeps what an answer to a sign-in gave."""
        self.cookie = answer.fields["set-cookie"].split(";")[0]
        self.csrf = answer.json["csrf_token"]

    @property
    def credentials(self):
        return {"email": self.email, "password": PASSWORD}


class Office:
    """Everybody, and how they ask."""

    def __init__(self, port, tally, random):
        self.port, self.tally, self.random = port, tally, random
        self.dispatchers = [Person("dispatcher")] + [Person(f"dispatcher.{area}") for area in AREAS]
        self.biller, self.admin, self.gatekeeper = Person("biller"), Person("admin"), Person("gatekeeper")
        # Whoever tries to sign in under this address does so with a wrong password, again and again.
        self.locked = Person("nobody")
        self.everybody = self.dispatchers + [self.biller, self.admin, self.gatekeeper]

    async def sign_in(self):
        wire = Wire(self.port)
        for person in self.everybody:
            answer = await wire.call(
                "POST", f"{API}/session", {"Content-Type": "application/json"}, json.dumps(person.credentials).encode())
            if answer.status != 201:
                raise SystemExit(f"{person.email} can't sign in: {answer.status} {answer.body[:300]!r}")
            person.take(answer)
        wire.close()

    async def ask(self, wire, kind, expected, method, path, person=None, body=None, fields=None):
        """Sends a request and notes its answer; None when there was none."""
        named = person.fields(method != "GET") if person else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            named["Content-Type"] = "application/json"
        named.update(fields or {})
        try:
            answer = await wire.call(method, path, named, body)
        except Dropped as problem:
            self.tally.note(kind, "dropped", expected, f"{method} {path}: {problem}")
            return None
        self.tally.note(kind, answer.status, expected, f"{method} {path}: {answer.body[:200]!r}")
        return answer
