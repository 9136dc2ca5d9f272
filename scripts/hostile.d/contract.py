"""Every operation of the served contract: each parameter and member in turn is something it should not be.

The cases come from `/bags/openapi.json`, so a route that is added is tried without anybody naming it here.
"""

import json
import re

from judge import expect
from sizes import JSON
from values import MARK, PASSWORD, quoted

CONTRACT = "/bags/openapi.json"
PREFIX = "/bags/api/v1/"
SECONDS = 5.0
# Faults of one operation that are told; one cause mostly shows with many values.
MOST = 6

# With their first hostile value these would end what the other cases stand on: the caller's own session, or everybody's.
LEFT_OUT = {"signOut", "revokeTokens", "endOtherSessions", "endAllSessions"}
# What it accepts it answers for ever, so nobody waits for the end.
STREAM = PREFIX + "stream"

# What a member must be so that the handler gets as far as looking at the others. Wrong on purpose: nobody's password is to change.
PLAUSIBLE = {
    "password": PASSWORD, "current_password": "not the password", "email": "nobody@bags.demo", "code": "000000",
    "address": "nobody@example.org", "number": "+91 98765 43210", "quota": 1_000_000, "window_seconds": 60, "burst": 1_000_000,
    "mode": "shadow", "paused": False, "active": False,
}

# Refusals that wait for time to pass, whatever limits are set to.
CLOSED = re.compile(rb'"(account_locked|too_many_mails)"')

# JSON as it is sent, by name.
WRONG = {
    "null": "null", "true": "true", "zero": "0", "minus-one": "-1", "fraction": "1.5", "largest": "9223372036854775807",
    "beyond-63-bit": "9223372036854775808", "beyond-64-bit": "-18446744073709551617", "digits": "9" * 400,
    "exponent": "1e400", "tiny": "1e-400", "empty": '""', "space": '" "', "nul": '"\\u0000"', "nul-inside": '"a\\u0000b"',
    "control": '"a\\u0001\\u001b\\u007fb"', "lines": '"a\\r\\nX-Injected: 1"', "lone-surrogate": '"\\ud800"', "overlong": '"%s"' % ("a" * 300_000),
    "wide": '"%s"' % ("\U0001f600" * 20_000), "marks": '"%s"' % ("a" + "\u0301" * 5_000), "rtl": '"\u202egnp.exe"',
    "digits-of-others": '"\u0663\u0664"', "not-a-number": '"NaN"', "long-year": '"99999999-01-01T00:00:00Z"', "no-day": '"2026-02-30T25:61:61Z"',
    "quotes": '"\' OR \'1\'=\'1\'; --"', "like": '"%_\\\\%"', "path": '"../../etc/passwd"', "formula": '"=1+1"', "mark": json.dumps(MARK),
    "list": "[]", "list-of-null": "[null]", "list-of-lists": "[[[[]]]]", "list-of-all": '[1,"a",null,{},[]]', "many": "[%s]" % ",".join(["1"] * 20_000),
    "object": "{}", "object-inside": '{"a":{"b":[{}]}}',
}
KINDS = {"n": "null", "t": "boolean", "[": "array", "{": "object", '"': "string"}

# Parts of an address, by name, as they are sent.
CODED = {
    "empty": "", "space": "%20", "nul": "%00", "nul-inside": "a%00b", "control": "%01%1b", "lines": "a%0d%0aX-Injected:%201", "not-utf8": "%ff%fe",
    "overlong-utf8": "%c0%af", "surrogate": "%ed%a0%80", "minus": "-1", "zero": "0", "beyond-63-bit": "9223372036854775808", "digits": "9" * 400,
    "fraction": "1.5", "exponent": "1e5", "hex": "0x10", "overlong": "a" * 4_000, "wide": quoted("\U0001f600" * 300), "digits-of-others": quoted("\u0663\u0664"),
    "quotes": quoted("' OR '1'='1'; --"), "like": quoted("%_\\%"), "path": quoted("../../etc/passwd"), "mark": quoted(MARK), "slash": "a%2fb",
    "zero-uuid": "00000000-0000-0000-0000-000000000000",
}


def faults_of_answer(conversation, refused=False):
    """The common faults, an answer that took too long, a refusal without its document, and a wrong value that was taken."""
    found = expect(conversation, answers=1)
    for answer in conversation.answers:
        if answer.status >= 400 and not answer.field("content-type").startswith("application/problem+json"):
            found.append(f"refuses with {answer.status} as {answer.field('content-type') or 'nothing'}")
        if refused and answer.status < 300:
            found.append(f"takes it: {answer.status}")
    if conversation.seconds > SECONDS:
        found.append(f"took {conversation.seconds:.1f} s")
    return found


class Caller:
    """An administrator with a token, who knows one thing of each kind."""

    def __init__(self, server):
        self.server = server
        self.things = {}
        self.sign_in()

    def wait_an_hour(self):
        """Until accounts are open again; tokens are too old then."""
        self.server.request("POST", "/__test/clock", [JSON], b'{"advance_seconds":3600}')

    def sign_in(self):
        body = json.dumps({"email": "admin@bags.demo", "password": PASSWORD}).encode()
        answer = self.server.request("POST", PREFIX + "tokens", [JSON], body).answers[0]
        if answer.status == 429:
            self.wait_an_hour()
            answer = self.server.request("POST", PREFIX + "tokens", [JSON], body).answers[0]
        if answer.status != 201:
            raise SystemExit(f"hostile: admin@bags.demo gets no token ({answer.status}); is this a demonstration server?")
        self.bearer = ("Authorization", "Bearer " + json.loads(answer.body)["access_token"])

    def send(self, method, path, headers=(), body=b""):
        options = {"patience": 0.1} if path.startswith(STREAM) else {}
        conversation = self.server.request(method, path, [self.bearer, *headers], body, **options)
        if any(answer.status == 429 and CLOSED.search(answer.body) for answer in conversation.answers):
            # As it should be after so many wrong passwords, or mails to one person.
            self.wait_an_hour()
            self.sign_in()
            conversation = self.server.request(method, path, [self.bearer, *headers], body)
        return conversation

    def thing(self, path, name):
        """Something that exists at the place of `{name}`: of the list that stands before it."""
        place = path[:path.index("{" + name + "}")].rstrip("/")
        if place not in self.things:
            answer = self.send("GET", place + "?limit=50").answers[0]
            items = json.loads(answer.body).get("items", []) if answer.status == 200 else []
            # Of people somebody who may be changed, not the caller.
            self.things[place] = next((i for i in items if i.get("email", "gatekeeper").startswith("gatekeeper")), {})
        thing = self.things[place]
        return quoted(str(thing.get(name) or thing.get("name") or "1"))

    def filled(self, path, without=None):
        return re.sub(r"\{(\w+)\}", lambda found: found[0] if found[1] == without else self.thing(path, found[1]), path)


def plausible(name, schema):
    if name in PLAUSIBLE:
        return PLAUSIBLE[name]
    examples = schema.get("examples") or [value for value in schema.get("enum", []) if value is not None]
    if examples:
        return examples[0]
    kinds = kinds_of(schema)
    if "object" in kinds:
        return body_of(schema)
    if "array" in kinds:
        return [plausible("", schema.get("items", {}))]
    return 1 if "integer" in kinds else False if "boolean" in kinds else "abcdefgh"


def body_of(schema):
    required = schema.get("required", [])
    members = schema.get("properties", {})
    return {name: plausible(name, member) for name, member in members.items() if name in required or name in PLAUSIBLE}


def kinds_of(schema):
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def must_refuse(schema, text):
    """Whether the contract itself says that this is wrong; unknown kinds may be taken."""
    kinds = kinds_of(schema)
    if not kinds or schema.get("format") == "binary" or text == "null":
        return False
    kind = KINDS.get(text[0], "integer")
    if kind == "integer" and "number" in kinds:
        return False
    return kind not in kinds or kind == "string" and len(text) > 50_000 and schema.get("maxLength", 1 << 60) < 20_000


def members_of(schema):
    """Paths of names to each member, into objects and the elements of lists."""
    for name, member in schema.get("properties", {}).items():
        yield (name,), member
        element = member.get("items", {})
        yield from (((name, 0) + path, inner) for path, inner in members_of(element))


def replaced(body, path, mark):
    """A copy of the body with a mark where the path leads."""
    copy = json.loads(json.dumps(body))
    at = copy
    for step in path[:-1]:
        if isinstance(at, dict) and step not in at:
            at[step] = [{}]
        at = at[step]
    at[path[-1]] = mark
    return copy


def bodies(caller, method, path, schema):
    """What is wrong with the answers to bodies of which one member is wrong, or the whole is."""
    place, base, found = caller.filled(path), body_of(schema), []
    for steps, member in members_of(schema):
        marked = json.dumps(replaced(base, steps, "@@"))
        for name, text in WRONG.items():
            conversation = caller.send(method, place, [JSON], marked.replace('"@@"', text).encode())
            where = ".".join(str(step) for step in steps)
            # A list is judged element by element, in an answer that is itself a success.
            refused = len(steps) == 1 and must_refuse(member, text)
            found += [f"{where}={name}: {fault}" for fault in faults_of_answer(conversation, refused)]
    for name, text in {"null": "null", "list": "[]", "word": '"x"', "number": "1", "nothing": "", "cut": '{"a":'}.items():
        found += [f"body={name}: {fault}" for fault in faults_of_answer(caller.send(method, place, [JSON], text.encode()))]
    return found


def parameters(caller, method, path, declared, body):
    """The same of addresses of which one part is wrong."""
    found = []
    headers, sent = ([JSON], json.dumps(body).encode()) if body is not None else ([], b"")
    for parameter in declared:
        name, place = parameter["name"], parameter["in"]
        if place not in ("path", "query"):
            continue
        whole = caller.filled(path, without=name if place == "path" else None)
        for label, text in CODED.items():
            target = whole.replace("{" + name + "}", text) if place == "path" else f"{whole}?{quoted(name)}={text}"
            conversation = caller.send(method, target, headers, sent)
            found += [f"{name}={label}: {fault}" for fault in faults_of_answer(conversation)]
        if place == "query":
            for label, query in {"twice": f"{name}=1&{name}=2", "list": f"{name}[]=1", "many": f"{name}=1&" * 300}.items():
                found += [f"{name} {label}: {fault}" for fault in faults_of_answer(caller.send(method, f"{whole}?{query}", headers, sent))]
    return found


def operation(method, path, described):
    content = described.get("requestBody", {}).get("content", {})

    def run(server):
        caller = callers(server)
        schema = content.get("application/json", {}).get("schema")
        body = body_of(schema) if schema else None
        found = parameters(caller, method, path, described.get("parameters", []), body)
        if schema:
            found += bodies(caller, method, path, schema)
        if caller.send("GET", PREFIX + "session").statuses != [200]:
            found.append("takes the caller's token away")
            caller.sign_in()
        return found[:MOST] + ([f"and {len(found) - MOST} more"] if len(found) > MOST else [])

    return run


CALLERS = {}


def callers(server):
    if server.name not in CALLERS:
        CALLERS[server.name] = Caller(server)
    return CALLERS[server.name]


def contract():
    """One case reads the contract; those of its operations follow from what it read."""
    operations = []

    def read(server):
        conversation = server.request("GET", CONTRACT)
        found = expect(conversation, {200}, answers=1)
        if not found:
            for path, methods in json.loads(conversation.answers[0].body)["paths"].items():
                operations.extend((method.upper(), path, described) for method, described in methods.items())
        if len(operations) < 50:
            found.append(f"has only {len(operations)} operations")
        return found

    yield "read", read
    for method, path, described in operations:
        if described.get("operationId") not in LEFT_OUT and path.startswith(PREFIX):
            yield described["operationId"], operation(method, path, described)
    yield "still-known", lambda server: expect(callers(server).send("GET", PREFIX + "session"), {200}, answers=1)


GROUPS = {"contract": contract}
