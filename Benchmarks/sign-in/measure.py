"""Starts a server with demonstration data and measures signing in from outside."""

import argparse
import json
import os
import random
import sys
import tempfile
import time

from bench.processes import Server, free_port
from caller import API, KNOWN, Caller, post, strange_address, wrong_sign_in
from distribution import compare, median
import flood

PASSWORD = os.environ.get("PORTICO_DEMO_PASSWORD", "Portico-demo-1!")
LEVEL = 0.01
# An account locks at the fifth failure within a day and is sent three mails a quarter of an hour.
BLOCK = 3
DAY_AND_MORE = 90_000


def reset(email):
    return post(f"{API}/password-reset", {"email": email})


KINDS = [
    ("sign-in with a wrong password", wrong_sign_in, 401, 0.0),
    ("request for a new password", reset, 202, 0.02),
]


def interleaved(caller, request, status, samples, pause):
    """Times of a known and of unknown addresses, in random order.

    Blocks of three each, shuffled; between blocks the clock of the server moves on, so that nothing is locked and every
    mail is written. What the answer before left to do in the background is given `pause` seconds to end.
    """
    times = {True: [], False: []}
    bodies = {True: set(), False: set()}
    for _ in range(-(-samples // BLOCK)):
        block = [True, False] * BLOCK
        random.shuffle(block)
        for is_known in block:
            got, body, took = caller.call(request(KNOWN if is_known else strange_address()))
            if got != status:
                raise SystemExit(f"expected {status}, got {got}: {body[:300]!r}")
            times[is_known].append(took / 1e6)
            bodies[is_known].add(len(body))
            time.sleep(pause)
        caller.advance(DAY_AND_MORE)
        time.sleep(0.03)
    if bodies[True] != bodies[False]:
        raise SystemExit(f"answers differ in length: {bodies}")
    return times[True][:samples], times[False][:samples]


def timing(caller, samples):
    """Measures every kind; says whether all are indistinguishable."""
    for kind in KINDS:
        interleaved(caller, kind[1], kind[2], BLOCK * 4, kind[3])
    results, is_good = {}, True
    for title, request, status, pause in KINDS:
        known, unknown = interleaved(caller, request, status, samples, pause)
        greatest, p = compare(known, unknown)
        verdict = "indistinguishable at 1 %" if p >= LEVEL else "CAN BE TOLD APART at 1 %"
        is_good = is_good and p >= LEVEL
        print(f"{title}, {samples} samples each, milliseconds")
        print(f"  known address     median {median(known):9.3f}")
        print(f"  unknown address   median {median(unknown):9.3f}")
        print(f"  Kolmogorov-Smirnov D {greatest:.4f}, p {p:.4f}: {verdict}", flush=True)
        results[title] = {"known": known, "unknown": unknown, "d": greatest, "p": p}
    return results, is_good


def start(folder):
    port = free_port()
    command = [
        os.environ["PORTICO_BIN"], "serve", "bags", "--port", str(port), "--data", f"{folder}/data", "--demo",
        "--demo-scale", "small", "--environment", "testing", "--set", "log.level=error", "--set", "limits.mode=off",
        "--set", "server.trusted_proxies=127.0.0.1/32"]
    return Server(command, port, "/readyz", f"{folder}/log")


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/sign-in/run", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000, help="of each kind")
    parser.add_argument("--flood", action="store_true", help="a reader's latency without and during a flood")
    parser.add_argument("--seconds", type=float, default=6, help="of reading in each part of a round, with --flood")
    parser.add_argument("--json", help="a file for every sample")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portico-sign-in-") as folder:
        server = start(folder)
        try:
            if options.flood:
                results, is_good = flood.measure(server.port, PASSWORD, options.seconds), True
                flood.show(results)
            else:
                results, is_good = timing(Caller(server.port), options.samples)
        finally:
            server.stop()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file)
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
