"""Values that come back: in fields, links, pages and mails. And paths, cookies, methods and credentials."""

import json
import os
import re
import urllib.parse

from judge import expect, faults
from sizes import FORM, JSON, PAGE, SESSION, asset_path

EVIL = "evil.example"
MARK = '"><script>alert(4711)</script>'
PASSWORD = os.environ.get("PORTICO_DEMO_PASSWORD", "Portico-demo-1!")


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Visitor:
    """Somebody with a browser: cookies and the token of a form."""

    def __init__(self, server):
        self.server = server
        self.cookies = {}

    def request(self, method, path, headers=(), body=b""):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        conversation = self.server.request(method, path, [*headers, *([("Cookie", cookie)] if cookie else [])], body)
        for answer in conversation.answers:
            for name, value in answer.fields:
                if name == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
        return conversation

    def token(self, path=PAGE):
        answers = self.request("GET", path).answers
        found = re.search(rb'name="_csrf" value="([^"]+)"', answers[0].body if answers else b"")
        return found.group(1).decode() if found else ""

    def sign_in(self, next_path=None, extra=()):
        fields = [("_csrf", self.token()), ("email", "admin@bags.demo"), ("password", PASSWORD), *extra]
        fields += [("next", next_path)] if next_path is not None else []
        return self.request("POST", PAGE, [FORM], urllib.parse.urlencode(fields, errors="surrogateescape").encode())


def harmless_target(answer):
    """Whether a redirect stays on this site, however a browser may read it."""
    place = answer.field("location").replace("\\", "/")
    return place.startswith("/") and not place.startswith("//") and not re.search(r"[\x00-\x20]", place)


WISHES = {
    "slashes": "//evil.example", "three": "///evil.example", "scheme": "https://evil.example/", "bare": "https:evil.example",
    "one-slash": "https:/evil.example", "backslash": "/\\evil.example", "backslashes": "\\\\evil.example",
    "below-backslash": "/bags/\\evil.example", "tab": "/\t/evil.example", "line": "/bags/\r\nX-Injected: 1",
    "lf": "/bags/\nX-Injected: 1", "nul": "/bags/\x00//evil", "userinfo": "/bags@evil.example", "at": "//a@evil.example",
    "climb": "/bags/../../evil", "climb-coded": "/bags/%2e%2e/%2e%2e/evil", "half-coded": "/bags/.%2e/evil",
    "inside": "/bags//evil.example", "script": "javascript:alert(1)", "data": "data:text/html,x", "space": " //evil.example",
    "prefix": "/bagsevil", "dot-host": "/.evil.example", "utf8-slash": "/bags/\u2215\u2215evil", "fullwidth": "\uff0f\uff0fevil",
    "quote": '/bags/"onmouseover=', "long": "/bags/" + "a" * 5_000, "empty": "", "fragment": "/bags/#//evil.example",
    "query": "/bags/?u=//evil.example", "coded-line": "/bags/%0d%0aX-Injected:1",
}


def redirects():
    def after_signing_in(wish):
        def run(server):
            conversation = Visitor(server).sign_in(wish)
            found = expect(conversation, {303, 400, 422}, answers=1)
            for answer in conversation.answers:
                if answer.status == 303 and not (harmless_target(answer) and answer.field("location").startswith("/bags/")):
                    found.append(f"leads to {answer.field('location')!r}")
            return found

        return run

    def on_the_page(wish):
        def run(server):
            conversation = server.request("GET", f"{PAGE}?next={quoted(wish)}")
            found = expect(conversation, {200, 400}, answers=1)
            body = conversation.answers[0].body if conversation.answers else b""
            if re.search(rb'(href|action|src)="(https?:)?[/\\]{2}', body):
                found.append("links to another host")
            return found

        return run

    for name, wish in WISHES.items():
        yield f"sign-in-{name}", after_signing_in(wish)
        yield f"page-{name}", on_the_page(wish)

    def twice(server):
        conversation = Visitor(server).sign_in("/bags/", extra=[("next", "//evil.example")])
        found = expect(conversation, {303, 400, 422})
        return found + [f"leads to {a.field('location')!r}" for a in conversation.answers
                        if a.status == 303 and not harmless_target(a)]

    yield "sign-in-next-twice", twice


def reflections():
    """What was sent never comes back as markup, as a field, or as a place to go to."""

    def unmarked(conversation, statuses=None):
        found = expect(conversation, statuses)
        for answer in conversation.answers:
            is_page = answer.field("content-type").startswith("text/html")
            if is_page and b"<script>alert(4711)" in answer.body:
                found.append("shows a script as it was sent")
            if EVIL.encode() in answer.body or any(EVIL in value for _, value in answer.fields):
                found.append("repeats the other host")
        return found

    def form(server, text):
        visitor = Visitor(server)
        fields = {"_csrf": visitor.token(), "email": text, "password": text, text: text, "next": text}
        return unmarked(visitor.request("POST", PAGE, [FORM], urllib.parse.urlencode(fields).encode()))

    def searches(server, text):
        visitor = signed_in(server)
        found = []
        for path in ("/bags/bags?q=", "/bags/find?code=", "/bags/scans?user=", "/bags/api/v1/resolve?code=",
                     "/bags/api/v1/bags?q=", "/bags/audit?kind=", "/bags/api/v1/audit?cursor=", "/bags/api/v1/trace?lot=",
                     "/bags/users?q=", "/bags/?day=", "/bags/id/sscc/"):
            found += [f"{path}: {fault}" for fault in unmarked(visitor.request("GET", path + quoted(text)))]
        return found

    def fields(server):
        found = []
        for path in ("/", PAGE, "/bags/", "/nowhere", "/bags/nowhere", SESSION, "/bags/openapi.json", "/bags/reset"):
            headers = [
                ("Host", EVIL), ("X-Forwarded-Host", EVIL), ("X-Forwarded-Proto", f"https://{EVIL}"), ("X-Host", EVIL),
                ("Forwarded", f"host={EVIL};proto=https;for=1.2.3.4"), ("X-Original-URL", "/bags/audit"),
                ("X-Rewrite-URL", "/bags/audit"), ("X-Forwarded-Prefix", f"//{EVIL}"), ("Referer", f"http://{EVIL}/"),
                ("X-Request-Id", f"{EVIL}-0123456789"), ("User-Agent", MARK), ("Accept-Language", MARK),
            ]
            found += [f"{path}: {fault}" for fault in unmarked(server.request("GET", path, headers))]
        return found

    yield "hosts-in-fields", fields
    yield "absolute-target-host", lambda server: unmarked(
        server.send(f"GET http://{EVIL}/bags/ HTTP/1.1\r\nHost: {EVIL}\r\nConnection: close\r\n\r\n".encode()))
    for name, field in {"port": f"a.example:{EVIL}", "marks": "a'-alert(1)-'", "percent": "%0d%0aX-Injected:1"}.items():
        yield f"host-{name}", lambda server, field=field: unmarked(server.request("GET", "/bags/", [("Host", field)]))

    def mail(server):
        before = [("Host", EVIL), ("X-Forwarded-Host", EVIL), JSON]
        found = expect(server.request("POST", "/bags/api/v1/password-reset", before, b'{"email":"biller@bags.demo"}'))
        outbox = server.request("GET", "/bags/__test/outbox?to=biller@bags.demo")
        if any(EVIL.encode() in answer.body for answer in outbox.answers):
            found.append("puts the sender's host into a mail")
        return found

    yield "host-in-a-mail", mail

    for name, text in {
        "script": MARK, "entity": "&lt;script&gt;" + MARK, "template": "{{7*7}}${7*7}<%=7*7%>" + MARK, "newlines": "\r\nX-Injected: 1",
        "nul": "\x00" + MARK, "rtl": "\u202e" + MARK, "surrogates": "\U0001f600" * 50 + MARK, "attribute": "' onfocus=alert(1) '",
        "sql": "' OR '1'='1'; DROP TABLE accounts; --", "printf": "%n%s%p" * 20, "path": "../../../etc/passwd", "formula": "=1+1",
    }.items():
        yield f"query-{name}", lambda server, text=text: unmarked(
            server.request("GET", f"{PAGE}?next={quoted(text)}&{quoted(text)}={quoted(text)}"))
        yield f"form-{name}", lambda server, text=text: form(server, text)
        yield f"search-{name}", lambda server, text=text: searches(server, text)
        yield f"path-{name}", lambda server, text=text: unmarked(server.request("GET", f"/bags/{quoted(text)}"))

    def cookies(server):
        found = []
        for value in ("a" * 4_000, "\x7f", MARK, "%00", "..", "bags_session=x; bags_session=y", "\xff\xfe"):
            headers = [("Cookie", f"bags_session={value}; portico_visit={value}")]
            found += unmarked(server.request("GET", "/bags/", headers))
        return found

    yield "cookies", cookies


VISITORS = {}


def signed_in(server):
    """One session for all cases that need one."""
    if server.name not in VISITORS:
        visitor = Visitor(server)
        answer = visitor.sign_in().answers[0]
        if answer.status != 303 or "bags_session" not in visitor.cookies:
            raise SystemExit(f"hostile: admin@bags.demo cannot sign in ({answer.status}); is this a demonstration server?")
        VISITORS[server.name] = visitor
    return VISITORS[server.name]


UPWARDS = [
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "..%c0%af", "%c0%ae%c0%ae/", "..;/",
    "..%00/", "....//", "%uff0e%uff0e/", "..%ef%bc%8f", ".%2e/", "..%u2216", "%2e%2e%5c", "..//", "./../", "..%0d%0a/",
]


def paths():
    def unreadable(path):
        def run(server):
            conversation = server.request("GET", path)
            found = expect(conversation, {303, 400, 401, 403, 404, 405, 422, 200}, answers=1)
            for answer in conversation.answers:
                if answer.status == 200 and not answer.field("content-type").startswith(("text/html", "text/plain")):
                    found.append(f"answers 200 with {answer.field('content-type')}")
            return found

        return run

    for index, up in enumerate(UPWARDS):
        for base in ("/assets/", "/assets/portico/", "/bags/", "/bags/api/v1/bags/"):
            yield f"{base.strip('/').replace('/', '-')}-up-{index}", unreadable(base + up * 6 + "etc/passwd")
        yield f"to-manifest-{index}", unreadable("/assets/portico/" + up * 4 + "Package.swift")
    for name, path in {
        "nul": "/bags/%00", "broken-escape": "/bags/%", "bad-escape": "/bags/%zz", "not-utf8": "/bags/%ff%fe", "overlong": "/%c0%af",
        "surrogate": "/bags/%ed%a0%80", "double-slash": "//bags/", "slashes": "/" * 4_000, "dots": "/" + "./" * 2_000,
        "dotdot": "/bags/../bags/audit", "semicolon": "/bags;x=1/audit", "trailing-dot": "/bags/audit.", "case": "/BAGS/audit",
        "trailing-space": "/bags/audit%20", "git": "/.git/config", "env": "/.env", "backup": "/bags/sign-in~",
        "raw-bytes": b"/bags/\xff\xfe", "query-not-utf8": "/bags/sign-in?next=%ff", "query-broken": "/bags/sign-in?next=%",
        "raw-query": b"/bags/sign-in?next=\xc3\x28", "cr-lf": "/bags/%0d%0aX-Injected:%201", "segments": "/" + "a/" * 3_500,
    }.items():
        yield name, unreadable(path)

    def asset_variants(server):
        found, path = [], asset_path(server)
        for other in (path + "/", path + "%00", path + ".", path.upper(), path.replace("portico/", "portico%2f"), path + "/../x",
                      path[:-4], "/assets/", "/assets/portico", "/assets//portico"):
            conversation = server.request("GET", other)
            found += [f"{other}: {fault}" for fault in expect(conversation, {400, 404, 200}, answers=1)]
        return found

    yield "asset-variants", asset_variants


def methods():
    for method in ("TRACE", "TRACK", "DEBUG", "PROPFIND", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "BREW", "get", "PURGE"):
        yield method, lambda server, method=method: expect(
            server.request(method, PAGE, [("X-Secret", "4711-echo")]), {400, 405, 501, 404, 403, 415}, answers=1) + [
                "echoes the request" for a in server.request(method, PAGE, [("X-Secret", "4711-echo")]).answers
                if b"4711-echo" in a.body]
    for field in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        yield f"override-by-{field}", lambda server, field=field: expect(
            server.request("GET", SESSION, [(field, "DELETE")]), {401}, answers=1)
    yield "override-by-query", lambda server: expect(server.request("GET", SESSION + "?_method=DELETE"), {401}, answers=1)
    yield "post-without-token", lambda server: expect(
        server.request("POST", PAGE, [FORM], b"email=a&password=b"), {403}, answers=1)
    yield "form-from-elsewhere", lambda server: elsewhere(server, [("Origin", f"http://{EVIL}")])
    yield "form-from-null", lambda server: elsewhere(server, [("Origin", "null")])
    yield "form-cross-site", lambda server: elsewhere(server, [("Sec-Fetch-Site", "cross-site")])
    yield "form-same-site", lambda server: elsewhere(server, [("Sec-Fetch-Site", "same-site")])
    yield "sign-out-by-cookie-alone", lambda server: expect(
        signed_in(server).request("DELETE", SESSION), {403}, answers=1)
    yield "foreign-origin-gets-no-leave", lambda server: expect(
        server.request("OPTIONS", SESSION, [("Origin", f"http://{EVIL}"), ("Access-Control-Request-Method", "POST")]))


def elsewhere(server, headers):
    visitor = Visitor(server)
    fields = {"_csrf": visitor.token(), "email": "admin@bags.demo", "password": PASSWORD}
    return expect(visitor.request("POST", PAGE, [FORM, *headers], urllib.parse.urlencode(fields).encode()), {403}, answers=1)


def credentials():
    def numbers(server, value):
        visitor, found = signed_in(server), []
        for path in ("bags?limit=", "audit?limit=", "scans?limit=", "bags?cursor=", "users/", "sessions/", "api-keys/"):
            conversation = visitor.request("GET", f"/bags/api/v1/{path}{value}")
            found += [f"{path}: {fault}" for fault in expect(conversation, {200, 400, 404, 405, 422}, answers=1)]
        for path in ("bags?page=", "bags?per_page=", "audit?page=", "users/", "scans?page="):
            conversation = visitor.request("GET", f"/bags/{path}{value}")
            found += [f"page {path}: {fault}" for fault in faults(conversation)]
        return found

    none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiIxIn0."
    hs256 = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIxIn0.AAAA"
    for name, value in {
        "nothing": "Bearer ", "word": "Bearer x", "none": f"Bearer {none}", "hs256": f"Bearer {hs256}", "dots": "Bearer ....",
        "long": "Bearer " + "a" * 8_000, "utf8": "Bearer \u00e4.\u00f6.\u00fc", "key": "Bearer pk_bags_1_" + "A" * 43,
        "key-huge": "Bearer pk_bags_99999999999999999999_" + "A" * 43, "spaces": "Bearer  a b c", "basic": "Basic YWRtaW46YQ==",
    }.items():
        yield name, lambda server, value=value: expect(
            server.request("GET", "/bags/api/v1/sessions", [("Authorization", value)]), {401}, answers=1)
    yield "two", lambda server: expect(server.request(
        "GET", "/bags/api/v1/sessions", [("Authorization", "Bearer a"), ("Authorization", "Bearer b")]), {401}, answers=1)
    for name, value in {"line": "a\tb", "long": "k" * 5_000, "quotes": '"; DROP', "utf8": "\u00e4" * 100, "empty": ""}.items():
        yield f"idempotency-key-{name}", lambda server, value=value: expect(server.request(
            "POST", SESSION, [JSON, ("Idempotency-Key", value)], json.dumps({"email": "a@b.c", "password": "x"}).encode()),
            {400, 401, 422}, answers=1)
    for name, value in {"far": "9" * 30, "minus": "-1", "zero": "0", "word": "x", "nul": "%00", "float": "1.5", "hex": "0x10"}.items():
        yield f"numbers-{name}", lambda server, value=value: numbers(server, value)


GROUPS = {
    "redirects": redirects, "reflections": reflections, "paths": paths, "methods": methods, "credentials": credentials,
}
