"""Walks through bag tracking in a real browser, the way people use it, and looks at every page."""

import argparse
import os
import sys

from playwright.sync_api import sync_playwright

from looks import SIZES, Looks
from focus import FocusWalk
from lens import LensWalk
from lorry import LorryWalk
from offline import OfflineWalk
from pages import Samples, visits
from station import StationWalk
from support import Codes, Findings, Node, Person

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

BROWSER = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
PARTS = ["station", "focus", "lens", "offline", "lorry", "looks"]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/browser/run", description=__doc__)
    parser.add_argument("--url", help="a testing node that runs already; default: one is started")
    parser.add_argument("--shots", default=os.path.join(ROOT, ".build", "browser"), help="folder for screenshots")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--size", action="append", choices=list(SIZES), help="one size of the looks; default: both")
    parser.add_argument("--role", action="append", help="one role of the looks; default: all, and nobody")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    parser.add_argument("--binary", default=os.environ.get("PORTICO_BINARY", f"{ROOT}/.build/release/portico"))
    return parser.parse_args()


def walk(playwright, node, options, findings):
    browser = playwright.chromium.launch(executable_path=options.chromium, args=BROWSER)
    codes = Codes()
    dispatcher = Person(node.url, "dispatcher")
    if options.only in (None, "station"):
        print("At the station")
        StationWalk(browser, node.url, dispatcher, codes, findings).all()
    if options.only in (None, "focus"):
        print("The box of the station")
        FocusWalk(browser, node.url, dispatcher, codes, findings).all()
    if options.only in (None, "lens"):
        print("Before the camera")
        LensWalk(lambda more: playwright.chromium.launch(executable_path=options.chromium, args=BROWSER + more), node.url,
                 dispatcher, codes, findings).all()
    if options.only in (None, "offline"):
        print("While scans cannot be sent")
        OfflineWalk(browser, lambda profile: playwright.chromium.launch_persistent_context(
            profile, executable_path=options.chromium, args=BROWSER), node, dispatcher, codes, findings).all()
    if options.only in (None, "lorry"):
        print("A lorry")
        LorryWalk(browser, node.url, dispatcher, codes, findings).all()
    if options.only in (None, "looks"):
        print("Looking at every page")
        sack, child = codes.sack(), codes.bag()
        dispatcher.sack(sack)
        dispatcher.scan(sack, child)
        looks = Looks(browser, node.url, options.shots, findings)
        looked = visits(options.binary, Samples(node.url, sack, child, codes), findings)
        looks.answers(dispatcher, codes)
        looks.all({role: looked[role] for role in options.role or looked}, options.size or SIZES)
        findings.note(f"heaviest first view: {max(looks.weights, key=lambda each: each[1])}")
        findings.note(f"screenshots in {options.shots}")
    browser.close()


def main():
    options = arguments()
    findings = Findings()
    node = Node(options.binary, options.url)
    try:
        with sync_playwright() as playwright:
            walk(playwright, node, options, findings)
    finally:
        node.stop()
    print()
    if findings.failed:
        print(f"FAIL  {len(findings.failed)} of {findings.made} checks:")
        for name in findings.failed:
            print(f"  {name}")
    else:
        print(f"PASS  {findings.made} checks")
    sys.exit(1 if findings.failed else 0)


if __name__ == "__main__":
    main()
