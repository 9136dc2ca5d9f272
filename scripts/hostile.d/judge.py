"""What must hold for every answer, whatever was asked."""

import re

# 501 and 505 say that something is not spoken here; every other 5xx would be a fault of ours.
HONEST_FAULTS = (501, 505)

LEAKS = [
    (re.compile(pattern), what)
    for pattern, what in [
        (rb"\.swift\b", "the name of a source file"),
        (rb"Fatal error|Thread \d+ crashed|\bat 0x[0-9a-f]{6,}", "a stack trace"),
        (rb"SQLITE_|sqlite3|no such (table|column)|syntax error at or near", "a database's words"),
        (rb"\broot:[x*]?:0:0:|swift-tools-version|DATABASE_URL|PORTICO_SECRET", "a file or a secret"),
        (rb"(?<![\w/.])/(home|root|usr|var|tmp|etc|opt|work)/[\w.-]+", "a path of the machine"),
        (rb"NIO[A-Z]\w+Error|HTTPParserError|DecodingError|Swift\.", "the name of an inner error"),
    ]
]

FORBIDDEN_FIELDS = ("x-injected", "server", "x-powered-by", "access-control-allow-origin")


def faults(conversation, allowed=HONEST_FAULTS):
    """What is wrong with any of the answers."""
    found = []
    for answer in conversation.answers:
        if answer.status >= 500 and answer.status not in allowed:
            found.append(f"answered {answer.status}")
        if answer.status == 429:
            found.append("answered 429: start the server without limits, as `hostile` says on top")
        text = answer.body + b"\n" + b"\n".join(f"{k}: {v}".encode("latin-1") for k, v in answer.fields)
        found += [f"shows {what}" for pattern, what in LEAKS if pattern.search(text)]
        found += [f"sends the field {name}" for name in FORBIDDEN_FIELDS if answer.field(name)]
        if any(ord(letter) < 0x20 and letter != "\t" or ord(letter) == 0x7F for _, v in answer.fields for letter in v):
            found.append("sends a control character in a field")
        if answer.field("x-content-type-options") != "nosniff":
            found.append("leaves nosniff out")
        if len([1 for name, _ in answer.fields if name == "content-length"]) > 1:
            found.append("sends two lengths")
    if conversation.leftover:
        found.append(f"sends bytes that are no answer: {conversation.leftover[:60]!r}")
    return found


def expect(conversation, statuses=None, answers=None, closed=None, allowed=HONEST_FAULTS):
    """The common faults, and what differs from what was expected: statuses of the last answer, number, ending."""
    found = faults(conversation, allowed)
    got = conversation.statuses
    if statuses is not None and (not got or got[-1] not in statuses):
        found.append(f"answered {got or 'nothing'}, expected {sorted(statuses)}")
    if answers is not None and len(got) != answers:
        found.append(f"gave {len(got)} answers {got}, expected {answers}")
    if closed is not None and conversation.closed != closed:
        found.append("left the connection open" if closed else "closed the connection")
    return found
