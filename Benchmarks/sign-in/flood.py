"""What a flood of wrong sign-ins does to somebody who reads, and to somebody who signs in."""

import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import threading
import time

from caller import API, KNOWN, Caller, post, strange_address, wrong_sign_in
from distribution import quantile

CONNECTIONS = 64
RATE = 200
ROUNDS = 5
ARRIVALS = 10


def pour(port, counts, stop):
    """Signs in wrongly over one connection, again and again; every tenth time under the address of the reader."""
    caller = Caller(port)
    while not stop.is_set():
        email = KNOWN if random.randrange(10) == 0 else strange_address()
        status, _, _ = caller.call(wrong_sign_in(email))
        counts[status] = counts.get(status, 0) + 1


def flood(port, begun, stop, results):
    """A process of its own, so that its work does not stop the clock of the reader."""
    os.nice(5)
    counts = [{} for _ in range(CONNECTIONS)]
    threads = [threading.Thread(target=pour, args=(port, each, stop)) for each in counts]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join()
    total = {}
    for each in counts:
        for status, count in each.items():
            total[status] = total.get(status, 0) + count
    results.put(total)


def sign_in(caller, password):
    """The cookies of the session and of the browser."""
    status, body, _ = caller.call(post(f"{API}/session", {"email": KNOWN, "password": password}))
    if status != 201:
        raise SystemExit(f"signing in gave {status}: {body[:200]!r}")
    return [value.split(b";")[0] for value in caller.cookies]


def arrive(port, password, browser, arrivals):
    """Signs in rightly, in a browser that the account knows and in another, and notes status and milliseconds of each."""
    for name, cookie in (("known", browser), ("other", None)):
        caller = Caller(port)
        for _ in range(ARRIVALS):
            status, _, nanoseconds = caller.call(
                post(f"{API}/session", {"email": KNOWN, "password": password}, cookie))
            arrivals[name].append((status, nanoseconds / 1e6))


def read(caller, cookie, seconds):
    """Reads RATE times a second and counts from the moment a request was due, whether or not it could be sent then.

    Returns milliseconds, and how many answers were not 200.
    """
    request = b"GET " + f"{API}/stats".encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + cookie + b"\r\n\r\n"
    times, bad = [], 0
    began = time.perf_counter()
    for number in range(int(seconds * RATE)):
        due = began + number / RATE
        while (left := due - time.perf_counter()) > 0:
            time.sleep(left)
        status, _, _ = caller.call(request)
        times.append((time.perf_counter() - due) * 1000)
        bad += status != 200
    return times, bad


def measure(port, password, seconds):
    """Latencies without and during a flood and beside other programs, in turn, and the answers the flood got."""
    caller = Caller(port)
    cookie, browser = sign_in(caller, password)
    read(caller, cookie, min(2, seconds))
    result = {"calm": [], "flooded": [], "busy": [], "bad": 0, "answers": {}, "arrivals": {"known": [], "other": []}}
    def come():
        arrive(port, password, browser, result["arrivals"])

    for _ in range(ROUNDS):
        flooded = during_flood(port, result["answers"], come)
        for name, look in (("calm", read), ("flooded", flooded), ("busy", beside_others)):
            times, bad = look(caller, cookie, seconds)
            result[name].append(times)
            result["bad"] += bad
            time.sleep(2)
    return result


def during_flood(port, answers, come):
    """How to read, and then to `come`, while somebody signs in wrongly over many connections.

    What they are answered is added to `answers`.
    """

    def look(caller, cookie, seconds):
        context = multiprocessing.get_context("fork")
        begun, stop, results = context.Event(), context.Event(), context.Queue()
        process = context.Process(target=flood, args=(port, begun, stop, results))
        process.start()
        begun.wait()
        time.sleep(2)
        try:
            found = read(caller, cookie, seconds)
            come()
            return found
        finally:
            stop.set()
            for status, count in results.get().items():
                answers[status] = answers.get(status, 0) + count
            process.join()

    return look


def beside_others(caller, cookie, seconds):
    """The same while programs that have nothing to do with the server keep half of the cores busy, at lowest priority."""
    work = "while True:\n    a = bytearray(32 << 20)\n    b = bytes(a)\n    del a, b"
    command = ["nice", "-n", "19", sys.executable, "-c", work]
    others = [subprocess.Popen(command) for _ in range(max(1, os.cpu_count() // 2))]
    try:
        time.sleep(1)
        return read(caller, cookie, seconds)
    finally:
        for other in others:
            other.kill()
            other.wait()


def spread(values):
    return f"{statistics.median(values):6.2f} ({min(values):.2f} to {max(values):.2f})"


def show(result):
    rows = [
        ("without the flood", result["calm"]), ("during the flood", result["flooded"]),
        ("beside other programs", result["busy"])]
    print(f"GET {API}/stats, signed in, one connection, {RATE} requests/s due, milliseconds; {ROUNDS} rounds in turn: median, "
          "and from least to most")
    for title, rounds in rows:
        parts = [f"p{share * 100:g} {spread([quantile(times, share) for times in rounds])}" for share in (0.5, 0.99)]
        print(f"  {title:<22} {'   '.join(parts)}   most {max(map(max, rounds)):6.2f}")
    for share in (0.5, 0.99):
        flooded, calm, others = (
            statistics.median(quantile(times, share) for times in result[name]) for name in ("flooded", "calm", "busy"))
        print(f"  ratio at p{share * 100:g}: {flooded / calm:.2f}; to that beside other programs: {flooded / others:.2f}")
    total = sum(result["answers"].values())
    told = ", ".join(f"{status}: {count}" for status, count in sorted(result["answers"].items()))
    print(f"  the flood over {CONNECTIONS} connections got {total} answers ({told})")
    print(f"  reads not answered with 200: {result['bad']}")
    for name, title in (("known", "in a browser that the account knows"), ("other", "in another browser")):
        came = result["arrivals"][name]
        told = ", ".join(f"{status}: {sum(each == status for each, _ in came)}" for status in sorted({each for each, _ in came}))
        times = [each for _, each in came]
        print(f"  signing in rightly during the flood {title}: {told}; "
              f"milliseconds: median {statistics.median(times):.0f}, most {max(times):.0f}")
