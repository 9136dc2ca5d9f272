"""More of anything than anybody needs: lines, fields, bodies, depth, numbers, pairs, ranges, bombs."""

import gzip
import json

from judge import expect, faults

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SESSION = "/bags/api/v1/session"
PAGE = "/bags/sign-in"
# No single answer may take longer than this, whatever was sent.
SECONDS = 5.0


def answered(method, path, headers=(), body=b"", statuses=None):
    def run(server):
        conversation = server.request(method, path, headers, body)
        found = expect(conversation, statuses, answers=1)
        if conversation.seconds > SECONDS:
            found.append(f"took {conversation.seconds:.1f} s")
        return found

    return run


def lines_and_fields():
    for size in (8_300, 70_000, 1_000_000):
        yield f"target-{size}", answered("GET", "/" + "a" * size, statuses={414})
        yield f"field-{size * 2}", answered("GET", PAGE, [("X", "a" * size * 2)], statuses={431})
    yield "method-100000", answered("M" * 100_000, PAGE, statuses={400, 414, 431, 501})
    yield "name-100000", answered("GET", PAGE, [("X" * 100_000, "1")], statuses={400, 431})
    yield "fields-200", answered("GET", PAGE, [(f"X-{i}", "1") for i in range(200)], statuses={431})
    yield "fields-100000", answered("GET", PAGE, [("X", "1")] * 100_000, statuses={431})
    yield "cookies-100", answered("GET", PAGE, [("Cookie", "; ".join(f"c{i}=1" for i in range(100)))], statuses={200})
    yield "cookie-bomb", answered("GET", PAGE, [("Cookie", "; ".join(f"c{i}=" + "a" * 3900 for i in range(20)))],
                                  statuses={431})
    yield "cookie-semicolons", answered("GET", PAGE, [("Cookie", ";" * 15_000)], statuses={200})
    yield "query-pairs", answered("GET", PAGE + "?" + "&".join("a" for _ in range(3_900)), statuses={400})
    yield "accept-encoding-list", answered("GET", PAGE, [("Accept-Encoding", "gzip;q=0," * 1_500)], statuses={200})
    yield "forwarded-list", answered("GET", PAGE, [("X-Forwarded-For", "1.2.3.4," * 1_800)], statuses={200})
    yield "if-none-match-list", answered("GET", PAGE, [("If-None-Match", '"a",' * 3_000)], statuses={200})


def bodies():
    big = b"a" * 3_000_000
    yield "json-3-mb", answered("POST", SESSION, [JSON], big, {413})
    yield "form-3-mb", answered("POST", PAGE, [FORM], big, {413})
    yield "nowhere-3-mb", answered("POST", "/nowhere", [JSON], big, {404, 413})
    yield "announced-9-exabytes", answered(
        "POST", SESSION, [JSON, ("Content-Length", "9000000000000000000")], b"{}", {413})
    yield "chunked-3-mb", answered("POST", SESSION, [JSON, ("Transfer-Encoding", "chunked")],
                                   (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 90 + b"0\r\n\r\n", {413})
    yield "get-with-body", answered("GET", PAGE, [FORM], b"a=b", {200, 400, 415})
    bomb = gzip.compress(b"\x00" * 50_000_000)
    for name, body in {"bomb": bomb, "of-bomb": gzip.compress(bomb), "cut": bomb[:99]}.items():
        for coding in ("gzip", "deflate", "br", "gzip, gzip, gzip"):
            yield f"{coding.replace(', ', '-')}-{name}", answered(
                "POST", SESSION, [JSON, ("Content-Encoding", coding)], body, {400, 413, 415, 422})


def documents():
    def sent(text, statuses=(400, 422)):
        body = text if isinstance(text, bytes) else text.encode()
        return answered("POST", SESSION, [JSON], body, set(statuses))

    for depth in (65, 1_000, 20_000):
        yield f"arrays-{depth}", sent("[" * depth + "]" * depth)
        yield f"objects-{depth}", sent('{"a":' * depth + "1" + "}" * depth)
        yield f"open-{depth}", sent("[" * depth)
    for name, number in {
        "exponent": "1e999999999", "minus-exponent": "1e-999999999", "digits": "9" * 50_000,
        "fraction": "0." + "1" * 50_000, "both": "1" * 20_000 + "e-20000", "minus-zero": "-0", "nan": "NaN",
        "infinity": "Infinity", "leading-zero": "01", "plus": "+1", "hex": "0x10", "point": "1.",
    }.items():
        yield f"number-{name}", sent('{"email":%s,"password":%s}' % (number, number))
    yield "keys-15000", sent(json.dumps({f"k{i}": i for i in range(15_000)}))
    yield "same-key-20000", sent("{" + ",".join('"email":1' for _ in range(20_000)) + "}")
    yield "escaped-same-keys", sent("{" + ",".join('"\\u0065mail":1' for _ in range(10_000)) + "}")
    yield "long-key", sent(json.dumps({"k" * 100_000: 1}))
    for name, text in {
        "null": "null", "array": "[]", "string": '"x"', "nothing": "", "spaces": " " * 1_000, "two": "{}{}",
        "comma": '{"a":1,}', "single-quotes": "{'a':1}", "comment": "{/**/}", "nul": '{"a":"\x00"}',
        "control": '{"a":"\x01"}', "wrong-types": '{"email":[],"password":{}}', "lone-surrogate": '{"email":"\\ud800"}',
    }.items():
        yield name, sent(text)
    yield "bom", sent(b"\xef\xbb\xbf{}")
    yield "utf-16", sent('{"email":"a"}'.encode("utf-16"))
    yield "not-utf-8", sent(b'{"email":"\xff\xfe"}')
    yield "overlong", sent(b'{"email":"\xc0\xaf"}')
    yield "surrogate-bytes", sent(b'{"email":"\xed\xa0\x80"}')
    yield "nul-in-text", sent('{"email":"a\\u0000@b.c","password":"x\\u0000y"}', (401, 422))
    yield "other-type", answered("POST", SESSION, [("Content-Type", "text/plain")], b"{}", {403, 415})
    yield "no-type", answered("POST", SESSION, [], b"{}", {415})
    yield "two-types", answered("POST", SESSION, [JSON, FORM], b"{}", {400, 415, 422})
    yield "odd-charset", answered(
        "POST", SESSION, [("Content-Type", "application/json; charset=utf-7")], b"{}", {400, 415, 422})


def forms():
    def sent(body, statuses=(400, 403, 422)):
        return answered("POST", PAGE, [FORM], body, set(statuses))

    def pairs_with_token(server):
        # Only whoever has the token of a form hears what is wrong with it.
        from values import Visitor

        visitor = Visitor(server)
        return expect(
            visitor.request("POST", PAGE, [FORM, ("X-CSRF-Token", visitor.token())], b"a=b&" * 60_000), {400, 413}, answers=1)

    yield "pairs-100000", pairs_with_token
    yield "pairs-100000-without-token", sent(b"a=b&" * 60_000, (400, 403, 413))
    yield "pairs-distinct", sent("&".join(f"f{i}=1" for i in range(20_000)).encode())
    # Names whose sums or products of bytes are equal, as weak hashes would have them.
    yield "colliding-names", sent(b"&".join(
        bytes([0x41 + (i >> shift & 1) * 32 for shift in range(12)]) + b"=1" for i in range(1_999)))
    yield "one-name-1999-times", sent(b"&".join([b"email=x"] * 1_999))
    yield "ampersands", sent(b"&" * 200_000, (400, 403, 422))
    yield "broken-escapes", sent(b"email=%&password=%zz")
    yield "not-utf-8", sent(b"email=%ff%fe&password=%c0%af")
    yield "raw-not-utf-8", sent(b"email=\xff\xfe")
    yield "nul", sent(b"email=%00&password=%00&next=%00")
    yield "multipart", answered("POST", PAGE, [("Content-Type", "multipart/form-data; boundary=x")],
                                b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--\r\n', {403, 415})
    yield "json-to-a-form", answered("POST", PAGE, [JSON], b"{}", {403, 415})


def ranges():
    def page_with(path, value):
        def run(server):
            whole = server.request("GET", path).answers[0]
            conversation = server.request("GET", path, [("Range", value)])
            found = expect(conversation, {200, 206, 416}, answers=1)
            if conversation.answers and len(conversation.answers[0].body) > len(whole.body) + 4_096:
                found.append("answers more bytes than the whole has")
            return found

        return run

    for name, value in {
        "many": "bytes=" + ",".join(f"{i}-" for i in range(1_300)), "overlapping": "bytes=" + "0-," * 2_000 + "0-",
        "huge": "bytes=0-99999999999999999999999", "backwards": "bytes=9-1", "minus": "bytes=-0", "other": "lines=1-2",
        "words": "bytes=a-b", "sum": "bytes=9223372036854775807-9223372036854775808",
    }.items():
        yield f"page-{name}", page_with(PAGE, value)

        def asset_with(server, value=value):
            path = asset_path(server)
            return page_with(path, value)(server) if path else ["there is no asset on the page"]

        yield f"asset-{name}", asset_with


def asset_path(server):
    page = server.request("GET", PAGE).answers[0].body.decode()
    start = page.find("/assets/")
    return page[start:page.find('"', start)] if start >= 0 else ""


def flood(server):
    """Many refused at once: the next honest request is answered."""
    found = []
    for _ in range(200):
        found += faults(server.send(b"BAD\r\n\r\n", patience=0.2))
    return found + expect(server.request("GET", "/livez"), {200})


def floods():
    yield "two-hundred-bad-requests", flood


GROUPS = {
    "sizes": lines_and_fields, "bodies": bodies, "documents": documents, "forms": forms, "ranges": ranges,
    "floods": floods,
}
