"""Runs all cases against a server and says which of them it did not stand."""

import argparse
import sys
import time
import urllib.parse

import contract
import framing
import pages
import sizes
import slow
import values
from wire import Server

GROUPS = {**framing.GROUPS, **sizes.GROUPS, **values.GROUPS, **pages.GROUPS, **contract.GROUPS}


def arguments():
    parser = argparse.ArgumentParser(prog="hostile", description="Sends hostile bytes to a running test server.")
    parser.add_argument("base", nargs="?", default="http://127.0.0.1:8080", help="where the server listens")
    parser.add_argument("--fast", action="store_true", help="leave slow clients out")
    parser.add_argument("--only", metavar="GROUP", help="one group: " + ", ".join([*GROUPS, "slow"]))
    parser.add_argument("--verbose", action="store_true", help="name the cases that pass, too")
    return parser.parse_args()


def alive(server):
    try:
        return server.request("GET", "/livez").statuses == [200]
    except OSError:
        return False


class Report:
    def __init__(self, verbose):
        self.verbose = verbose
        self.passed = 0
        self.failed = 0

    def note(self, group, name, found):
        if found:
            self.failed += 1
            print(f"FAIL {group}/{name}: {'; '.join(dict.fromkeys(found))}", flush=True)
        else:
            self.passed += 1
            if self.verbose:
                print(f"PASS {group}/{name}", flush=True)


def run_group(server, group, cases, report):
    for name, case in cases():
        try:
            found = case(server)
        except OSError as error:
            found = [f"could not talk to the server: {error}"]
        report.note(group, name, found)
        if found and not alive(server):
            report.note(group, name, ["the server is gone"])
            sys.exit(1)


def main():
    options = arguments()
    place = urllib.parse.urlsplit(options.base)
    server = Server(place.hostname or "127.0.0.1", place.port or 80)
    if not alive(server):
        print(f"hostile: nothing answers at {options.base}/livez", file=sys.stderr)
        return 69
    report, begun = Report(options.verbose), time.monotonic()
    for group, cases in GROUPS.items():
        if options.only in (None, group):
            run_group(server, group, cases, report)
    if not options.fast and options.only in (None, "slow"):
        for name, found in slow.side_by_side(server, list(slow.slow_clients())).items():
            report.note("slow", name, found)
    report.note("end", "alive", [] if alive(server) else ["the server no longer answers"])
    print(f"{report.passed} passed, {report.failed} failed in {time.monotonic() - begun:.0f} s")
    return 1 if report.failed else 0


sys.exit(main())
