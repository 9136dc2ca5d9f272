"""Plays one working day of bag tracking in a real browser, person by person."""

import argparse
import json
import os
import re
import sys
import urllib.request
from collections import Counter
from datetime import datetime, timedelta, timezone

from jsonschema import Draft7Validator
from playwright.sync_api import sync_playwright

from loading import Loading
from office import Office
from packing import Packing
from people import Pictures
from returning import Returning
from support import Codes, Findings, Node, Person

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INDIA = timezone(timedelta(hours=5, minutes=30))


class Ledger:
    """What was done, kept by those who did it: the figures of the evening must be these."""

    def __init__(self):
        self.scans = Counter()
        self.filled = self.undone = self.imported = self.weight = self.came_back = self.shipped = 0
        self.bills_created = self.bills_completed = self.bills_dispatched = self.bills_delivered = 0

    def scan(self, outcome):
        self.scans[outcome] += 1

    def linked(self, count):
        self.scans["linked"] += count
        self.weight += count * 1000

    def returned(self):
        self.scans["returned"] += 1
        self.came_back += 1

    def totals(self):
        return {
            "bills_created": self.bills_created, "bills_completed": self.bills_completed,
            "bills_dispatched": self.bills_dispatched, "bills_delivered": self.bills_delivered,
            "children_linked": self.scans["linked"], "children_undone": self.undone, "children_imported": self.imported,
            "sacks_filled": self.filled, "weight_linked_grams": self.weight, "sacks_returned": self.came_back}

    def events(self):
        """The same as EPCIS tells it: one event for each bill that left or arrived, one for each sack that came back."""
        return {"packed": self.scans["linked"] + self.imported, "undone": self.undone, "shipped": self.shipped,
                "returned": self.came_back, "delivered": self.bills_delivered}


class Day:
    """What everybody shares: the node, the browser, the ledger, and what was found."""

    lot = "MUS/2026/117"

    def __init__(self, browser, node, findings, pictures, schema):
        self.browser, self.url, self.findings, self.pictures, self.schema = browser, node.url, findings, pictures, schema
        self.ledger, self.codes, self.problems = Ledger(), Codes(), []
        self.dispatcher, self.biller, self.admin = (Person(node.url, role) for role in ("dispatcher", "biller", "admin"))
        self.began = datetime.now(timezone.utc) - timedelta(minutes=1)
        self.before = self.summary()

    def check(self, *words):
        return self.findings.check(*words)

    def summary(self):
        return self.admin.get(f"/summaries/daily?date={datetime.now(INDIA).date()}")

    def validate(self, data):
        document = json.loads(data)
        if self.schema:
            wrong = list(self.schema.iter_errors(document))
            self.check("they are a valid EPCISDocument", not wrong, "; ".join(each.message[:200] for each in wrong[:3]))
        else:
            self.findings.note("not validated: give GS1's schema with --schema")
        return document

    def all(self):
        office, packing = Office(self), Packing(self)
        office.morning()
        packing.all()
        loading = Loading(self, packing)
        loading.all()
        Returning(self, packing, loading).all()
        office.imports()
        office.evening(packing)
        self.check("no script error and no blocked content all day", not self.problems, "; ".join(self.problems[:3]))
        counted, refused = self.decisions("admitted"), self.decisions("refused")
        self.check("limits counted requests, and nobody met one all day", counted > 0 and refused == 0, f"{refused:.0f}")

    def decisions(self, decision):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        series = rf'^portico_rate_limit_decisions_total{{[^}}]*decision="{decision}"[^}}]*}} ([0-9.e+]+)$'
        return sum(float(each) for each in re.findall(series, text, re.MULTILINE))


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/browser/day", description=__doc__)
    parser.add_argument("--shots", default=os.path.join(ROOT, ".build", "day"), help="folder for screenshots")
    parser.add_argument("--guide", help="folder of the user guide's pictures; default: they are not made")
    parser.add_argument("--schema", default=os.environ.get("PORTICO_EPCIS_SCHEMA"), help="GS1's EPCIS-JSON-Schema.json")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    parser.add_argument("--binary", default=os.environ.get("PORTICO_BINARY", f"{ROOT}/.build/release/portico"))
    return parser.parse_args()


def schema(path):
    if not path:
        return None
    with open(path, encoding="utf-8") as file:
        return Draft7Validator(json.load(file), format_checker=Draft7Validator.FORMAT_CHECKER)


def main():
    options = arguments()
    findings = Findings()
    # A day is worth nothing that only works where nobody counts.
    node = Node(options.binary, settings=["limits.mode=enforce"])
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.chromium, args=[
                "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required",
                "--use-fake-device-for-media-stream"])
            Day(browser, node, findings, Pictures(options.shots, options.guide), schema(options.schema)).all()
            browser.close()
    finally:
        node.stop()
    print()
    for name in findings.failed:
        print(f"  {name}")
    print(f"{'FAIL' if findings.failed else 'PASS'}  {findings.made - len(findings.failed)} of {findings.made} checks; "
          f"screenshots in {options.shots}")
    sys.exit(1 if findings.failed else 0)


if __name__ == "__main__":
    main()
