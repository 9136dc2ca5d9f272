"""Pages and forms that people and operators use: each field in turn is something it should not be."""

import time
import urllib.parse

from contract import CODED, SECONDS
from judge import expect
from sizes import FORM
from values import MARK, PASSWORD, Visitor

# Pages by address below /bags, with the parameters they read.
PAGES = {
    "/": "", "/audit": "entity_type entity_id actor_id action from to cursor verify", "/bags": "kind area_code product_type status lot q created_from cursor",
    "/bills": "state area_code q from to findings cursor", "/exports": "name format", "/find": "code tab lot", "/gate": "code done", "/imports": "cursor done",
    "/labels": "product_type first_serial count", "/limits": "done", "/returns": "state area_code q cursor", "/scan": "parent scan", "/settings": "done",
    "/scans": "mine kind outcome undone late code parent_code from to cursor", "/summary": "date area_code done",
    "/users": "cursor done", "/users/new": "role",
    "/account": "done", "/account/address": "done", "/account/address/confirm": "token", "/account/keys": "cursor done",
    "/account/phone": "done", "/account/second-factor": "done", "/reset": "done", "/sign-in/link": "done next", "/invitation": "token",
    "/ops/caches": "done", "/ops/events": "consumer after done", "/ops/jobs": "state queue q cursor done", "/ops/mail": "state to kind q cursor done",
    "/ops/queues": "done", "/ops/schedules": "done", "/ops/sql": "sort", "/ops/suppressions": "address cursor done",
}

# Pages of one thing: `{}` is what should be its id.
THINGS = [
    "/bags/{}", "/bills/{}", "/bills/{}/gate", "/bills/{}/sheet", "/id/sscc/{}", "/id/{}/1", "/imports/{}", "/returns/{}", "/settings/webhooks/{}",
    "/users/{}", "/ops/jobs/{}", "/ops/mail/{}", "/ops/mail/{}/markup", "/ops/workflows/{}",
]

# Forms without a thing of their own, with their fields and a value that gets past each.
FORMS = {
    "/account/address": {"email": "nobody@bags.demo", "password": PASSWORD, "code": ""},
    "/account/address/confirm": {"token": "x"},
    "/account/keys": {"name": "x", "scope": "bag.read", "life": "7", "password": PASSWORD, "code": ""},
    "/account/phone": {"number": "+91 98765 43210", "password": PASSWORD, "code": "", "recovery_code": ""},
    "/account/phone/confirm": {"code": "000000"},
    "/account/phone/remove": {"password": PASSWORD, "code": ""},
    "/account/second-factor": {"password": PASSWORD},
    "/account/second-factor/confirm": {"code": "000000", "secret": "x"},
    "/invitation": {"token": "x", "name": "x", "password": "x"},
    "/labels": {"layout": "sheet", "product_type": "x", "first_serial": "1", "count": "1", "codes": "SB00001", "do": "print"},
    "/reset": {"email": "nobody@bags.demo"},
    "/reset/confirm": {"token": "x", "password": "x"},
    "/returns": {"area_code": "x", "location": "x", "consignee": "x", "notes": "x"},
    "/scan": {"parent": "SB00001", "client_scan_id": "abcdefgh", "code": "1", "area_code": "x", "undo": ""},
    "/settings/webhooks": {"name": "x", "url": "https://display.example.org/", "events": "bag.*"},
    "/sign-in/code": {"code": "000000"},
    "/sign-in/link": {"email": "nobody@bags.demo", "next": "/bags/"},
    "/sign-in/link/confirm": {"token": "x", "code": "000000"},
    "/summary/send": {"date": "2026-01-01"},
    "/users": {"email": "x@bags.demo", "name": "x", "role": "dispatcher", "area_code": "", "password": ""},
    "/users/invitations": {"email": "x@bags.demo", "name": "x", "role": "dispatcher", "area_code": ""},
    "/ops/caches/purge": {"tag": "x", "cache": ""},
    "/ops/events/discard": {"consumer": "webhooks", "id": "1"},
    "/ops/events/rebuild": {"consumer": "bags.daily_activity"},
    "/ops/events/retry": {"consumer": "webhooks", "id": "1"},
    "/ops/events/rewind": {"consumer": "webhooks", "position": "0"},
    "/ops/jobs/discard": {"state": "failed", "queue": "x", "q": "x", "chosen": "true", "ids": "1"},
    "/ops/jobs/replay": {"state": "failed", "queue": "x", "q": "x", "chosen": "true", "ids": "1"},
    "/ops/suppressions": {"address": "nobody@example.org", "reason": "x"},
    "/ops/suppressions/lift": {"address": "nobody@example.org"},
}

# Forms of one thing.
DEEDS = {
    "/bags/{}/move": {"to_parent": "SB00001", "reason": "because"}, "/bags/{}/sscc": {"sscc": ""}, "/bags/{}/unlink": {"reason": "because", "cascade": ""},
    "/bills/{}/gate/scans": {"code": "SB00001", "client_scan_id": "abcdefgh"}, "/bills/{}/parents": {"code": "SB00001", "client_scan_id": "abcdefgh"},
    "/imports/{}/cancel": {}, "/imports/{}/run": {}, "/limits/{}": {"quota": "1000", "window_seconds": "60", "burst": "1000", "mode": "shadow"},
    "/limits/{}/reset": {}, "/returns/{}/scans": {"code": "SB00001", "condition": "good", "client_scan_id": "abcdefgh"}, "/scans/{}/undo": {"reason": "x", "next": "/bags/"},
    "/account/sessions/{}/end": {}, "/account/keys/{}/revoke": {}, "/users/{}/erase": {"email": "x"}, "/users/invitations/{}/resend": {}, "/users/invitations/{}/withdraw": {},
    "/ops/jobs/{}/cancel": {}, "/ops/jobs/{}/discard": {}, "/ops/jobs/{}/replay": {}, "/ops/mail/{}/discard": {}, "/ops/mail/{}/send": {},
    "/ops/queues/{}/scale": {"at_most": "1", "per_node": "1"}, "/ops/queues/{}/pause": {}, "/ops/schedules/{}/run": {}, "/ops/schedules/{}/pause": {},
    "/ops/workflows/{}/cancel": {}, "/ops/workflows/{}/replay": {},
}
MOST = 6
NOWHERE = b"nothing at this address"

# Parts of a form, coded as they are sent.
TYPED = {**CODED, "overlong": "a" * 300_000, "digits": "9" * 5_000, "lines": "%0d%0a" * 2_000, "marks": "a" + "%cc%81" * 5_000}


class Desk:
    """The administrator at a browser, signed in anew where waiting has ended the session."""

    def __init__(self, server):
        self.server = server
        self.sign_in()

    def sign_in(self):
        self.visitor = Visitor(self.server)
        answers = self.visitor.sign_in().answers
        if answers and answers[0].status == 429:
            self.wait_an_hour()
            self.visitor = Visitor(self.server)
            answers = self.visitor.sign_in().answers
        if not answers or answers[0].status != 303:
            raise SystemExit("hostile: admin@bags.demo cannot sign in; is this a demonstration server?")
        self.token = self.visitor.token("/bags/account")

    def wait_an_hour(self):
        self.server.request("POST", "/__test/clock", [("Content-Type", "application/json")], b'{"advance_seconds":3600}')

    def get(self, path):
        return self.visitor.request("GET", path)

    def post(self, path, coded, content_type=FORM):
        """Sends a form; after a refusal that waits for time to pass an hour goes by, once."""
        body = coded if isinstance(coded, bytes) else coded.encode()
        headers = [content_type, ("X-CSRF-Token", self.token)]
        conversation = self.visitor.request("POST", path, headers, body)
        if conversation.statuses == [429]:
            self.wait_an_hour()
            self.sign_in()
            conversation = self.visitor.request("POST", path, [content_type, ("X-CSRF-Token", self.token)], body)
        return conversation


DESKS = {}


def desk(server):
    if server.name not in DESKS:
        DESKS[server.name] = Desk(server)
    return DESKS[server.name]


def faults_of_page(conversation, statuses=None):
    found = expect(conversation, statuses, answers=1)
    for answer in conversation.answers:
        if answer.field("content-type").startswith("text/html") and b"<script>alert(4711)" in answer.body:
            found.append("shows markup as it was sent")
        if answer.field("location") and not answer.field("location").startswith("/bags/"):
            found.append(f"leads to {answer.field('location')!r}")
    if conversation.seconds > SECONDS:
        found.append(f"took {conversation.seconds:.1f} s")
    return found


def told(found):
    return found[:MOST] + ([f"and {len(found) - MOST} more"] if len(found) > MOST else [])


def page(path, names):
    def run(server):
        at, found = desk(server), []
        found += [f"itself: {fault}" for fault in faults_of_page(at.get("/bags" + path), {200, 303, 410})]
        for name in names.split():
            for label, text in CODED.items():
                found += [f"{name}={label}: {fault}" for fault in faults_of_page(at.get(f"/bags{path}?{name}={text}"))]
            found += [f"{name} twice: {fault}" for fault in faults_of_page(at.get(f"/bags{path}?{name}=1&{name}=2"))]
        return told(found)

    return run


def thing(path):
    def run(server):
        found = []
        for label, text in CODED.items():
            found += [f"{label}: {fault}" for fault in faults_of_page(desk(server).get("/bags" + path.replace("{}", text)))]
        return told(found)

    return run


def form(path, fields):
    """Each field in turn, then the whole: nothing, fields twice, and a list where one is wanted."""

    def run(server):
        at, found = desk(server), []
        coded = {name: urllib.parse.quote_plus(value) for name, value in fields.items()}
        place = "/bags" + path
        first = at.post(place, joined(coded))
        if any(answer.status == 405 or NOWHERE in answer.body for answer in first.answers):
            found.append("there is no such form")
        for name in fields:
            for label, text in TYPED.items():
                found += [f"{name}={label}: {fault}" for fault in faults_of_page(at.post(place, joined({**coded, name: text})))]
        for label, body in {
            "nothing": "", "twice": joined(coded) + "&" + joined(coded), "lists": "&".join(f"{name}%5B%5D=1" for name in fields),
            "objects": "&".join(f"{name}%5Ba%5D=1" for name in fields), "many": joined(coded) + "&ids=1" * 1_500, "raw": b"\xff\xfe=\x00",
        }.items():
            found += [f"{label}: {fault}" for fault in faults_of_page(at.post(place, body))]
        return told(found)

    return run


def deed(path, fields):
    def run(server):
        at, found = desk(server), []
        body = joined({name: urllib.parse.quote_plus(value) for name, value in fields.items()})
        for label, text in CODED.items():
            found += [f"{label}: {fault}" for fault in faults_of_page(at.post("/bags" + path.replace("{}", text), body))]
        return told(found)

    return run


def joined(coded):
    return "&".join(f"{name}={text}" for name, text in coded.items())


def pages():
    for path, names in PAGES.items():
        yield path.strip("/").replace("/", "-") or "dashboard", page(path, names)
    for path in THINGS:
        yield path.strip("/").replace("/", "-").replace("{}", "x"), thing(path)


def forms_of_people():
    for path, fields in FORMS.items():
        yield path.strip("/").replace("/", "-"), form(path, fields)
    for path, fields in DEEDS.items():
        yield path.strip("/").replace("/", "-").replace("{}", "x"), deed(path, fields)
    yield "still-known", lambda server: expect(desk(server).get("/bags/account"), {200}, answers=1)


# MARK: Files


def part(name, body, extra=b"", kind=b""):
    """One part of a form with files."""
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + extra + b"\r\n" + kind + b"\r\n"
    return head + body + b"\r\n"


CSV = b"kind,code\r\nparent,SB99001\r\n"
NAMED = b'; filename="a.csv"'
WHOLE = {b"kind": b"bags", b"dry_run": b"true", b"on_error": b"skip", b"area_code": b"", b"file": CSV}


def parts(changed=None, file_extra=NAMED):
    fields = {**WHOLE, **(changed or {})}
    return b"".join(part(name, body, file_extra if name == b"file" else b"") for name, body in fields.items()) + b"--x--\r\n"


def files():
    bodies = {
        "nothing": b"", "no-end": parts()[:-9], "only-the-end": b"--x--\r\n", "other-boundary": b"--y\r\n\r\n--y--\r\n", "no-fields": b"--x\r\n\r\n\r\n--x--\r\n",
        "part-without-name": b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", "part-without-disposition": b"--x\r\nX: 1\r\n\r\na\r\n--x--\r\n",
        "part-head-64-kb": part(b"kind", b"bags", b"", b"X: " + b"a" * 65_536 + b"\r\n") + b"--x--\r\n",
        "name-64-kb": part(b"a" * 65_536, b"") + b"--x--\r\n", "name-not-utf8": part(b"\xff\xfe", b"") + b"--x--\r\n", "name-nul": part(b"ki\x00nd", b"bags") + b"--x--\r\n",
        "bare-lf": parts().replace(b"\r\n", b"\n"), "parts-5000": part(b"a", b"") * 5_000 + parts(), "kind-twice": part(b"kind", b"bills") + parts(),
        "file-twice": part(b"file", CSV, NAMED) + parts(), "file-first": part(b"file", CSV, NAMED) + part(b"kind", b"bags") + b"--x--\r\n",
        "file-without-name": parts(file_extra=b""), "preamble": b"hello\r\n" * 10_000 + parts(), "after-the-end": parts() + b"--x\r\nhello\r\n" * 1_000,
        "boundary-inside": parts({b"file": b"kind,code\r\n--x-- \r\n--xx\r\n"}), "nested": parts({b"file": parts()}),
        "coded-base64": b"".join([part(b"kind", b"bags"), part(b"file", b"AAAA", NAMED, b"Content-Transfer-Encoding: base64\r\n")]) + b"--x--\r\n",
    }
    for label, name in {
        "climbs": b"../../etc/passwd", "nul": b"a\x00.csv", "long": b"a" * 20_000, "quotes": b'a\\".csv', "lines": b"a%0d%0aX-Injected: 1", "mark": MARK.encode().replace(b'"', b'\\"'),
        "not-utf8": b"\xff\xfe.csv", "device": b"CON", "empty": b"",
    }.items():
        bodies[f"filename-{label}"] = parts(file_extra=b'; filename="' + name + b'"')
    for label, text in {
        "empty": b"", "nul": b"\x00", "nul-in-a-cell": b"kind,code\r\nparent,SB\x0001\r\n", "not-utf8": b"kind,code\r\nparent,\xff\xfe\r\n", "utf-16": CSV.decode().encode("utf-16"),
        "quote-open": b'kind,code\r\nparent,"SB', "columns-20000": b"a," * 20_000 + b"\r\n", "cell-2-mb": b"kind,code\r\nparent," + b"a" * 2_000_000 + b"\r\n", "same-columns": b"code,code,kind,kind\r\n1,2,3,4\r\n",
        "rows-empty": b"kind,code\r\n" + b"\r\n" * 100_000, "formula": b"kind,code\r\nparent,=1+1\r\n", "pk": b"PK\x03\x04" + b"\x00" * 2_000, "pk-end": b"PK\x05\x06" + b"\xff" * 18, "random": bytes((i * 73 + 41) % 256 for i in range(9_000)),
    }.items():
        bodies[f"csv-{label}"] = parts({b"file": text})
        bodies[f"xlsx-{label}"] = parts({b"file": text}, b'; filename="a.xlsx"')
    for field in (b"kind", b"dry_run", b"on_error", b"area_code"):
        for label, text in {"nul": b"a\x00b", "not-utf8": b"\xff\xfe", "long": b"a" * 100_000, "mark": MARK.encode(), "empty": b"", "number": b"9" * 400}.items():
            bodies[f"{field.decode()}-{label}"] = parts({field: text})
    for label, body in bodies.items():
        yield f"api-{label}", lambda server, body=body: sent(server, "/bags/api/v1/imports", body)
        yield f"page-{label}", lambda server, body=body: sent(server, "/bags/imports", body)
    for label, value in {
        "none": "multipart/form-data", "empty": "multipart/form-data; boundary=", "long": "multipart/form-data; boundary=" + "a" * 300, "quoted": 'multipart/form-data; boundary="x',
        "two": "multipart/form-data; boundary=x; boundary=y", "mixed": "multipart/mixed; boundary=x", "spaces": "multipart/form-data; boundary=x ", "dashes": "multipart/form-data; boundary=--",
        "lines": "multipart/form-data; boundary=a\tb",
    }.items():
        yield f"boundary-{label}", lambda server, value=value: sent(server, "/bags/api/v1/imports", parts(), value)


def sent(server, path, body, content_type="multipart/form-data; boundary=x"):
    for _ in range(40):
        conversation = desk(server).post(path, body, ("Content-Type", content_type))
        if not any(b"too_many_running" in answer.body for answer in conversation.answers):
            break
        # Two imports of one person run at once, and the one before was good enough to begin.
        time.sleep(0.25)
    found = faults_of_page(conversation)
    return [fault for fault in found if not fault.startswith("leads to '/bags/imports")]


GROUPS = {"pages": pages, "people": forms_of_people, "files": files}
