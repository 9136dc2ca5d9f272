"""Where one request ends and the next begins: smuggling, and lines that two readers could read differently."""

from judge import expect

HIDDEN = b"GET /livez HTTP/1.1\r\nHost: hidden.example\r\n\r\n"
REFUSED = {400, 413, 414, 431, 501, 505}


def post(fields, body=b"", host=b"Host: a.example\r\n"):
    return b"POST /bags/api/v1/session HTTP/1.1\r\n" + host + fields + b"\r\n" + body


def get(fields=b"", line=b"GET /livez HTTP/1.1\r\n", host=b"Host: a.example\r\n"):
    return line + host + fields + b"\r\n"


def refused(data):
    """One refusal, then the end: nothing behind it may be answered."""
    return lambda server: expect(server.send(data, patience=1.6), REFUSED, answers=1, closed=True)


def silent_or_refused(data):
    """Bytes that never become a request: no answer or one refusal."""

    def run(server):
        conversation = server.send(data, patience=1.6, half_close=True)
        found = expect(conversation)
        if len(conversation.answers) > 1 or any(s not in REFUSED | {408} for s in conversation.statuses):
            found.append(f"answered {conversation.statuses}")
        return found

    return run


def answered(data, statuses, number=1):
    return lambda server: expect(server.send(data, patience=0.6), statuses, answers=number)


CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n"


def ambiguous_lengths():
    both = b"Content-Length: %d\r\n" % len(END + HIDDEN) + CHUNKED
    yield "cl-te", refused(post(both, END + HIDDEN))
    yield "te-cl", refused(post(CHUNKED + b"Content-Length: 4\r\n", b"5c\r\n" + HIDDEN + b"\r\n" + END))
    yield "cl-0-te", refused(post(b"Content-Length: 0\r\n" + CHUNKED, END + HIDDEN))
    for name, value in {
        "xchunked": b"xchunked", "chunked-identity": b"chunked, identity", "identity": b"identity",
        "identity-chunked": b"identity, chunked", "gzip-chunked": b"gzip, chunked", "vt": b"\x0bchunked",
        "nul": b"chunked\x00", "quoted": b'"chunked"', "comma": b",chunked", "twice-in-one": b"chunked, chunked",
        "parameter": b"chunked;q=0", "cow": b"cow", "empty": b"", "nbsp": b"\xa0chunked", "cr": b"\rchunked",
    }.items():
        field = b"Transfer-Encoding: " + value + b"\r\n"
        yield f"te-{name}", refused(post(field, END + HIDDEN))
        yield f"te-{name}-with-cl", refused(post(field + b"Content-Length: 5\r\n", END + HIDDEN))
    yield "te-two-fields", refused(post(CHUNKED + b"Transfer-Encoding: cow\r\n", END + HIDDEN))
    yield "te-two-chunked", refused(post(CHUNKED + CHUNKED, END + HIDDEN))
    yield "te-space-before-colon", refused(post(b"Transfer-Encoding : chunked\r\n", END + HIDDEN))
    yield "te-behind-bare-lf", refused(post(b"X: x\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", END + HIDDEN))
    yield "te-behind-bare-cr", refused(post(b"X: x\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", END + HIDDEN))
    yield "te-folded", refused(post(b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", END + HIDDEN))
    yield "te-lf-before-colon", refused(post(b"Transfer-Encoding\n: chunked\r\n", END + HIDDEN))
    yield "te-on-http-1.0", refused(
        b"POST /bags/api/v1/session HTTP/1.0\r\nHost: a.example\r\n" + CHUNKED + b"\r\n" + END + HIDDEN)
    for name, value in {
        "plus": b"+5", "minus": b"-5", "hex": b"0x5", "list": b"5, 5", "list-differs": b"5, 6", "spaces": b"5 5",
        "float": b"5.0", "exponent": b"5e0", "empty": b"", "word": b"five", "vt": b"5\x0b", "nul": b"5\x00",
        "beyond-64-bit": b"18446744073709551621", "beyond-63-bit": b"9223372036854775813",
        "wide-digit": b"\xef\xbc\x95", "semicolon": b"5;", "nbsp": b"\xa05",
    }.items():
        yield f"cl-{name}", refused(post(b"Content-Length: " + value + b"\r\n", END + HIDDEN))
    yield "cl-twice-same", refused(post(b"Content-Length: 5\r\nContent-Length: 5\r\n", END + HIDDEN))
    yield "cl-twice-differs", refused(post(b"Content-Length: 5\r\nContent-Length: 0\r\n", END + HIDDEN))
    yield "cl-space-before-colon", refused(post(b"Content-Length : 5\r\n", END + HIDDEN))
    yield "cl-folded", refused(post(b"Content-Length:\r\n 5\r\n", END + HIDDEN))
    length = b"Content-Length: %d\r\n" % len(HIDDEN)
    yield "cl-covers-the-hidden", answered(post(length, HIDDEN), {400, 401, 415, 422})
    yield "get-cl-covers-the-hidden", answered(get(length) + HIDDEN, {200, 400})
    yield "te-upper-case-is-chunked", answered(post(b"Transfer-Encoding: CHUNKED\r\n", END), {400, 415, 422})
    yield "leading-zeros-are-a-length", answered(post(b"Content-Length: 0005\r\n", b"12345"), {400, 415, 422})


def chunks():
    def chunked(body):
        return post(CHUNKED, body)

    for name, size in {
        "overflow": b"10000000000000005", "overflow-f": b"FFFFFFFFFFFFFFFFF", "minus": b"-5", "plus": b"+5",
        "0x": b"0x5", "space-before": b" 5", "space-inside": b"0 5", "tab-before": b"\t5", "empty": b"",
        "word": b"zz", "nul": b"5\x00", "underscore": b"0_5", "vt": b"5\x0b", "comma": b"5,5", "nbsp": b"5\xa0",
    }.items():
        yield f"size-{name}", refused(chunked(size + b"\r\nhello\r\n" + END + HIDDEN))
    yield "size-8-exabytes", silent_or_refused(chunked(b"7FFFFFFFFFFFFFFF\r\nhello\r\n" + END + HIDDEN))
    yield "bare-lf-after-size", refused(chunked(b"5\nhello\r\n" + END + HIDDEN))
    yield "bare-cr-after-size", refused(chunked(b"5\rhello\r\n" + END + HIDDEN))
    yield "bare-lf-after-data", refused(chunked(b"5\r\nhello\n" + END + HIDDEN))
    yield "bare-lf-in-extension", refused(chunked(b"5;a\nhello\r\n" + END + HIDDEN))
    yield "nothing-after-data", refused(chunked(b"5\r\nhello" + END + HIDDEN))
    yield "more-data-than-size", refused(chunked(b"5\r\nhello!!\r\n" + END + HIDDEN))
    yield "nul-in-extension", refused(chunked(b"5;a=\x00\r\nhello\r\n" + END + HIDDEN))
    yield "bare-cr-in-extension", refused(chunked(b"5;a\rb\r\nhello\r\n" + END + HIDDEN))
    yield "bare-lf-at-the-end", refused(chunked(b"5\r\nhello\r\n0\n\n" + HIDDEN))
    yield "extension-of-1-mb", refused(chunked(b"5;" + b"a" * 1_000_000 + b"\r\nhello\r\n" + END + HIDDEN))
    yield "a-million-tiny-chunks", refused(chunked(b"1\r\na\r\n" * 1_000_000 + END))
    yield "trailer-without-colon", refused(chunked(b"0\r\nnothing\r\n\r\n" + HIDDEN))
    yield "trailer-space-before-colon", refused(chunked(b"0\r\nX : 1\r\n\r\n" + HIDDEN))
    yield "trailers-without-end", refused(chunked(b"0\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n"))
    yield "trailer-of-1-mb", refused(chunked(b"0\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n"))
    yield "trailer-cl-changes-nothing", answered(
        chunked(b"2\r\n{}\r\n0\r\nContent-Length: 99\r\n\r\n"), {400, 415, 422})
    yield "cut-in-a-chunk", silent_or_refused(chunked(b"5\r\nhel"))


def lines():
    yield "bare-lf-lines", refused(b"GET /livez HTTP/1.1\nHost: a.example\n\n")
    yield "bare-lf-after-a-field", refused(get(b"X: 1\nY: 2\r\n"))
    yield "bare-cr-in-a-value", refused(get(b"X: 1\rY: 2\r\n"))
    yield "bare-cr-lines", silent_or_refused(b"GET /livez HTTP/1.1\rHost: a.example\r\r")
    yield "obs-fold", refused(get(b"X: 1\r\n folded\r\n"))
    yield "obs-fold-first", refused(get(b"", line=b"GET /livez HTTP/1.1\r\n X: 1\r\n"))
    yield "obs-fold-tab", refused(get(b"X: 1\r\n\tfolded\r\n"))
    yield "space-before-colon", refused(get(b"X : 1\r\n"))
    yield "tab-before-colon", refused(get(b"X\t: 1\r\n"))
    yield "host-space-before-colon", refused(get(b"", host=b"Host : a.example\r\n"))
    yield "empty-name", refused(get(b": 1\r\n"))
    yield "no-colon", refused(get(b"nothing\r\n"))
    yield "control-characters-in-a-name", refused(get(b"X\x01: 1\r\n"))
    yield "non-ascii-in-a-name", refused(get(b"X\xc3\xa9: 1\r\n"))
    yield "brackets-in-a-name", refused(get(b"X(y): 1\r\n"))
    yield "nul-in-a-value", refused(get(b"X: a\x00b\r\n"))
    yield "del-in-a-value", refused(get(b"X: a\x7fb\r\n"))
    yield "esc-in-a-value", refused(get(b"X: a\x1bb\r\n"))
    yield "non-utf8-in-a-value", answered(get(b"X: \xff\xfe\xc0\xaf\r\n"), {200, 400})
    for name, line in {
        "nul-in-target": b"GET /livez\x00 HTTP/1.1", "tab-instead-of-space": b"GET\t/livez\tHTTP/1.1",
        "space-in-target": b"GET /li vez HTTP/1.1",
        "trailing-space": b"GET /livez HTTP/1.1 ", "version-in-small-letters": b"GET /livez http/1.1",
        "version-1.2": b"GET /livez HTTP/1.2", "version-2": b"GET /livez HTTP/2.0", "version-9.9": b"GET /livez HTTP/9.9",
        "version-1": b"GET /livez HTTP/1", "version-1.10": b"GET /livez HTTP/1.10", "version-01.1": b"GET /livez HTTP/01.1",
        "no-version": b"GET /livez", "no-target": b"GET HTTP/1.1",
        "no-method": b" /livez HTTP/1.1", "method-small": b"get /livez HTTP/1.1", "method-odd": b"G@T /livez HTTP/1.1",
        "raw-utf8-in-target": "GET /li\u00e9 HTTP/1.1".encode(), "fragment": b"GET /livez#x HTTP/1.1",
        "quote-in-target": b'GET /livez?" HTTP/1.1', "relative-target": b"GET livez HTTP/1.1",
    }.items():
        yield f"line-{name}", refused(get(line=line + b"\r\n"))
    # The decoder reads these as well; they have one meaning, so one answer is enough.
    yield "line-two-spaces", answered(get(line=b"GET  /livez HTTP/1.1\r\n"), {200, 400})
    yield "line-rtsp", answered(get(line=b"GET /livez RTSP/1.0\r\n"), {200, 400, 505})


def hosts():
    yield "none", refused(get(host=b""))
    yield "two", refused(get(host=b"Host: a.example\r\nHost: b.example\r\n"))
    yield "two-same", refused(get(host=b"Host: a.example\r\nhost: a.example\r\n"))
    for name, value in {
        "empty": b"", "space": b"a b", "slash": b"a/b", "userinfo": b"u@a", "question": b"a?b", "quote": b'a"b',
        "angle": b"<a>", "backslash": b"a\\b", "utf8": b"\xc3\xa4.example", "hash": b"a#b",
    }.items():
        yield f"{name}", refused(get(host=b"Host: " + value + b"\r\n"))
    yield "none-on-1.0", answered(b"GET /livez HTTP/1.0\r\n\r\n", {200})


def protocols():
    yield "http2-preface", refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    yield "http2-frames", silent_or_refused(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00\x03\x00\x00\x00\x64" * 3)
    yield "h2c-upgrade", answered(
        get(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), {200})
    yield "upgrade-then-hidden", answered(get(b"Connection: Upgrade\r\nUpgrade: x\r\n") + HIDDEN, {200})
    yield "websocket-nowhere", answered(
        get(b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), {200, 400, 426})
    hello = b"\x16\x03\x01\x00\x75\x01\x00\x00\x71\x03\x03" + bytes(range(64)) + b"\x00" * 40
    yield "tls-hello", silent_or_refused(hello)
    yield "proxy-line", refused(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + HIDDEN)
    yield "socks", silent_or_refused(b"\x05\x01\x00")
    yield "redis", silent_or_refused(b"*1\r\n$4\r\nPING\r\n")
    yield "smtp", silent_or_refused(b"EHLO a.example\r\nMAIL FROM:<a@b>\r\n")
    yield "random-bytes", silent_or_refused(bytes((i * 73 + 41) % 256 for i in range(4096)))
    yield "zeros", silent_or_refused(b"\x00" * 4096)
    yield "newlines", silent_or_refused(b"\r\n" * 50_000)
    yield "connect", refused(b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n" + HIDDEN)
    yield "authority-form", refused(get(line=b"GET a.example:80 HTTP/1.1\r\n"))
    yield "asterisk-get", refused(get(line=b"GET * HTTP/1.1\r\n"))
    yield "asterisk-options", answered(get(line=b"OPTIONS * HTTP/1.1\r\n"), {200, 204, 404, 405})
    yield "absolute-form", answered(get(line=b"GET http://evil.example/livez HTTP/1.1\r\n"), {200})
    yield "absolute-form-userinfo", refused(get(line=b"GET http://u:p@evil.example/ HTTP/1.1\r\n"))
    yield "absolute-form-ftp", refused(get(line=b"GET ftp://evil.example/ HTTP/1.1\r\n"))
    yield "absolute-form-empty", refused(get(line=b"GET http:///livez HTTP/1.1\r\n"))


def pipelines():
    one = get()
    yield "hundred", pipeline_of_hundred(one)
    yield "good-then-garbage", lambda server: expect(
        server.send(one + b"\x01\x02\x03garbage\r\n\r\n" + HIDDEN, patience=1.6), {400}, answers=2, closed=True)
    yield "good-then-bad-then-good", lambda server: expect(
        server.send(one + post(b"Content-Length: x\r\n", b"") + HIDDEN, patience=1.6), {400}, answers=2, closed=True)
    yield "close-then-hidden", lambda server: expect(
        server.send(get(b"Connection: close\r\n") + HIDDEN, patience=1.6), {200}, answers=1, closed=True)
    yield "1.0-then-hidden", lambda server: expect(
        server.send(b"GET /livez HTTP/1.0\r\n\r\n" + HIDDEN, patience=1.6), {200}, answers=1, closed=True)
    yield "expect-then-refused", lambda server: expect(
        server.send(post(b"Expect: 100-continue\r\nContent-Length: 99999999\r\n"), patience=1.6), {413}, answers=1,
        closed=True)
    yield "expect-unknown", answered(get(b"Expect: 200-maybe\r\n"), {200, 417})
    yield "head-has-no-body", lambda server: expect(
        server.send(b"HEAD /bags/sign-in HTTP/1.1\r\nHost: a\r\n\r\n" + one, heads=(0,)), {200}, answers=2)


def pipeline_of_hundred(one):
    """All are answered, or those that may wait are and the connection ends."""

    def run(server):
        conversation = server.send(one * 100, patience=1.0)
        found = expect(conversation, {200})
        if len(conversation.answers) != 100 and not (conversation.closed and len(conversation.answers) >= 1):
            found.append(f"gave {len(conversation.answers)} answers and left the connection open")
        return found

    return run


GROUPS = {
    "smuggling": ambiguous_lengths, "chunks": chunks, "lines": lines, "hosts": hosts, "protocols": protocols,
    "pipelines": pipelines,
}
