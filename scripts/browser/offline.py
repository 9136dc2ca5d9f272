"""What a device keeps while scans cannot be sent: whose it is, when it goes, and that nothing is lost or doubled."""

import re
import tempfile
import time
from itertools import pairwise

from device import STUFF, Device, answering, killing
from station import sign_in
from support import API, PASSWORD, settle

IDS = re.compile('"client_scan_id"')
SCANS = "**/api/v1/scans/**"


class OfflineWalk:
    """The promises about scans that wait, each with what the server knows afterwards."""

    def __init__(self, browser, relaunch, node, person, codes, findings):
        self.browser, self.relaunch, self.node, self.url = browser, relaunch, node, node.url
        self.person, self.codes, self.findings = person, codes, findings
        self.problems = []

    def all(self):
        with Device(self) as device:
            self.written_first(device)
            self.kept_by_status(device)
            self.retries(device)
            self.late_refusal(device)
            self.session_over(device)
        with Device(self) as device:
            self.another_person(device)
        with Device(self) as device:
            self.another_person_elsewhere(device)
        with Device(self) as device:
            self.two_windows(device)
        with Device(self) as device:
            self.taken_back_elsewhere(device)
        with Device(self) as device:
            self.capacity(device)
        with Device(self) as device:
            self.broken(device)
        self.blocked()
        if self.node.process:
            with Device(self) as device:
                self.killed(device)
            self.browser_restart()
        else:
            self.findings.note("a node that runs already is not killed: two checks are left out")
        self.findings.check("no script error offline", not self.problems, "; ".join(self.problems[:3]))

    def check(self, *words):
        return self.findings.check(*words)

    def same(self, name, sack, bags):
        """Whether the server has exactly these bags, each scanned once."""
        there = settle(lambda: sorted(self.person.children(sack)) == sorted(bags), 30)
        self.check(name, there, f"{len(self.person.children(sack))} of {len(bags)}")
        listed = self.person.get(f"/scans?parent_code={sack}&kind=child&limit=200")["items"]
        linked = [each["code"] for each in listed if each["outcome"] == "linked"]
        self.check(f"{name}, once each", sorted(linked) == sorted(bags), str(len(linked)))

    def written_first(self, device):
        device.sack()
        device.bags(3, "linked")
        diary = device.page.evaluate("diary")
        sent = [each for each in diary if each.startswith("sent")]
        late = [each for each in sent if diary.index(each) < diary.index(each.replace("sent", "kept"))]
        self.check("scans are on the device before they are sent", len(sent) == 4 and not late, ", ".join(diary))
        self.check("and leave it with the answer", device.waits(0), str(device.kept()))

    def kept_by_status(self, device):
        for status, words in ((403, "takes no scans"), (429, "asks to wait 1 s"), (500, "fault (500)"), (503, "fault (503)")):
            sack = device.sack()
            device.page.route(SCANS, answering(status))
            bag = device.bags(1)[0]
            kept = device.kept()
            self.check(f"{status} keeps the scan", [each["code"] for each in kept] == [bag], str(kept))
            self.check(f"{status} is told", words in device.scanner.text("band"), device.scanner.text("band"))
            device.page.unroute(SCANS)
            self.same(f"after {status} it goes", sack, [bag])
            self.check("and nothing waits", device.waits(0) and not device.kept("attention"), str(device.kept()))

    def retries(self, device):
        sack = device.sack()
        times = []

        def refuse(route):
            times.append(time.monotonic())
            route.abort()

        device.page.route(SCANS, refuse)
        bag = device.bags(1)[0]
        settle(lambda: device.page.evaluate("1") and len(times) == 4, 12)
        gaps = [after - before for before, after in pairwise(times)]
        fits = [0.75 * wanted <= gap <= 1.25 * wanted + 0.4 for gap, wanted in zip(gaps, (1, 2, 4))]
        self.check("it is tried again after 1, 2 and 4 s, give or take a quarter", fits == [True] * 3,
                   ", ".join(f"{gap:.2f} s" for gap in gaps))
        device.page.unroute(SCANS)
        began = time.monotonic()
        device.online()
        self.check("and at once when the network is back", device.waits(0, 3), f"{time.monotonic() - began:.1f} s")
        self.same("the tried one arrived", sack, [bag])

    def late_refusal(self, device):
        sack, other = device.sack(), self.codes.sack()
        self.person.sack(other)
        device.away(True)
        first, second = device.bags(2)
        self.person.scan(other, first)
        device.away(False)
        listed = device.page.locator("#attention-list li")
        self.check("what the server refuses late needs attention", settle(lambda: listed.count() == 1, 30), device.told())
        words = listed.first.inner_text()
        self.check("with its code and the reason", first in words and other in words, words)
        self.check("it does not wait any longer", device.waits(0), str(device.kept()))
        self.same("the others have arrived", sack, [second])
        device.reload()
        self.check("it stays in the list after a reload", settle(lambda: listed.count() == 1), device.told())
        listed.locator("button").click()
        self.check("until somebody says that it is done",
                   settle(lambda: not device.page.is_visible("#attention") and not device.kept("attention")))

    def session_over(self, device):
        sack = device.sack()
        wrong = device.bags(1, "linked")[0]
        status = device.page.evaluate(
            "async (path) => (await fetch(path, { method: 'DELETE', headers: { 'X-CSRF-Token': "
            "document.querySelector('meta[name=csrf-token]').content } })).status", f"{API}/session")
        self.check("the session is ended elsewhere", status in (200, 204), str(status))
        device.page.locator(f"#recent li:has-text('{wrong}') button").click()
        self.check("an undo after that says that one has to sign in", device.scanner.answered("saved", wrong) is not None
                   and device.scanner.text("answer-title") == "Sign in again", device.told())
        bag = device.bags(1)[0]
        band = device.page.locator("#band")
        self.check("401 keeps the scan and asks to sign in", [each["kind"] for each in device.kept()] == ["undo", "child"]
                   and "signed out" in band.inner_text() and band.locator("a").count() == 1, band.inner_text())
        band.locator("a").click()
        device.page.fill("input[name=email]", "dispatcher@bags.demo")
        device.page.fill("input[name=password]", PASSWORD)
        device.page.click("form[action='/bags/sign-in'] button")
        device.page.wait_for_url("**/bags/scan**")
        self.check("signing in sends both", device.waits(0), device.told())
        self.check("the scan has arrived, and the undo", settle(lambda: self.person.children(sack) == [bag], 30),
                   str(self.person.children(sack)))

    def sign_out(self, device, answer):
        """Signs out with the menu of the account; the question's answer is the value of its button."""
        device.page.click(".account summary")
        device.page.click("form[data-sign-out] button")
        asked = settle(lambda: device.page.locator("#leave-dialog[open]").count() == 1, 5)
        self.check("signing out with scans waiting asks first", asked
                   and "3 scans wait" in device.scanner.text("leave-text"), device.scanner.text("leave-text"))
        device.page.click(f"#leave-dialog button[value={answer}]")

    def sign_out_elsewhere(self, device):
        """The same on a page that keeps no scans itself."""
        device.page.goto(f"{self.url}/bags/")
        device.page.click(".account summary")
        device.page.click("form[data-sign-out] button")
        dialog = device.page.locator("dialog[open]")
        asked = settle(lambda: dialog.count() == 1, 5)
        self.check("signing out on another page asks as well", asked and "3 entries wait" in dialog.inner_text(),
                   dialog.inner_text() if asked else device.page.url)
        dialog.locator("button[value=no]").click()
        device.page.goto(f"{self.url}/bags/scan")
        settle(lambda: device.page.is_visible("#band"))

    def another_person(self, device):
        sack = device.sack()
        device.page.route(SCANS, lambda route: route.abort())
        bags = device.bags(3)
        self.sign_out_elsewhere(device)
        self.sign_out(device, "stay")
        self.check("who stays is still there", settle(lambda: device.scanner.focus == "code"), device.scanner.focus)
        self.sign_out(device, "go")
        device.page.wait_for_url("**/bags/sign-in**")
        device.page.unroute(SCANS)
        sign_in(device.page, self.url, "admin")
        words = "3 scans wait here until"
        self.check("another person is told whose scans wait", settle(lambda: words in device.scanner.text("band")),
                   device.scanner.text("band"))
        device.online()
        device.page.wait_for_timeout(1500)
        self.check("and does not send them", len(device.kept()) == 3 and not self.person.children(sack)
                   and not device.diary("sent"), str(device.diary("sent")))
        device.context.clear_cookies()
        sign_in(device.page, self.url, "dispatcher")
        self.check("they go when their owner is back", device.waits(0, 20), device.told())
        self.same("all three have arrived", sack, bags)

    def another_person_elsewhere(self, device):
        """Somebody else signs in in another window of the same browser while this one still shows its owner."""
        sack = device.sack()
        device.page.route(SCANS, lambda route: route.abort())
        bags = device.bags(2)
        device.context.clear_cookies()
        second = device.open()
        sign_in(second, self.url, "admin")
        device.page.unroute(SCANS)
        device.online()
        device.page.wait_for_timeout(1500)
        self.check("a window never sends its scans in another person's name",
                   len(device.kept()) == 2 and not self.person.children(sack),
                   f"{len(device.kept())} kept, {len(self.person.children(sack))} sent")
        device.context.clear_cookies()
        sign_in(second, self.url, "dispatcher")
        self.same("their owner sends them", sack, bags)

    def two_windows(self, device):
        sack = device.sack()
        device.page.route(SCANS, lambda route: route.abort())
        bags = device.bags(5)
        device.context.route(SCANS, lambda route: route.abort())
        second = device.open()
        second.goto(f"{self.url}/bags/scan?parent={sack}")
        settle(lambda: second.locator("#recent li[data-outcome=saved]").count() == 5)
        sent = []
        device.context.on("requestfinished", lambda request: sent.extend(IDS.findall(request.post_data or "")))
        device.page.unroute(SCANS)
        device.context.unroute(SCANS)
        for page in (device.page, second):
            page.evaluate("dispatchEvent(new Event('online'))")
        self.same("two windows send what waits", sack, bags)
        settle(lambda: not second.is_visible("#band") and not device.page.is_visible("#band"), 10)
        self.check("each scan is sent by one of them", len(sent) == 5, f"{len(sent)} for 5")
        self.check("both know that nothing waits", not device.page.is_visible("#band") and not second.is_visible("#band"),
                   second.inner_text("#band") if second.is_visible("#band") else device.told())
        self.seen_in_both(device, second)

    def seen_in_both(self, device, second):
        """What one window scans and takes back stands in the other, without a reload."""
        bag = device.bags(1, "linked")[0]
        line = second.locator(f"#recent li:has-text('{bag}')")
        self.check("a scan of one window stands in the other", settle(
            lambda: line.count() == 1 and line.get_attribute("data-outcome") == "linked"), str(line.count()))
        self.check("with the count of their sack", settle(lambda: second.inner_text("#sack-n") == "6"), second.inner_text("#sack-n"))
        line.locator("button").click()
        own = device.page.locator(f"#recent li:has-text('{bag}')")
        self.check("and is struck in both when one takes it back", settle(
            lambda: own.get_attribute("data-outcome") == line.get_attribute("data-outcome") == "undone"))

    def taken_back_elsewhere(self, device):
        """One window takes a bag back while the other sends it, and sends what the other kept before it was closed."""
        sack = device.sack()
        device.page.route(SCANS, lambda route: route.abort())
        bag, other = device.bags(2)
        second = device.open()
        second.route(SCANS, lambda route: route.abort())
        second.goto(f"{self.url}/bags/scan?parent={sack}")
        settle(lambda: second.locator("#recent li[data-outcome=saved]").count() == 2)
        held = []
        device.page.unroute(SCANS)
        device.page.route(SCANS, lambda route: held.append(route))
        device.online()
        self.check("one window is sending", settle(lambda: device.page.evaluate("1") and held))
        second.locator(f"#recent li:has-text('{bag}') button").click()
        self.check("the other takes a bag back and says that the server has to hear of it", settle(
            lambda: "server is told" in second.inner_text("#answer-detail")), second.inner_text("#answer-detail"))
        held.pop().continue_()
        device.page.unroute(SCANS)
        settle(lambda: len(device.kept()) == 1)
        second.close()
        settle(lambda: device.page.evaluate("dispatchEvent(new Event('online'))") and not device.kept(), 30)
        self.check("the bag is loose although the other window is closed",
                   settle(lambda: self.person.children(sack) == [other], 10), str(self.person.children(sack)))

    def capacity(self, device):
        sack = self.codes.sack()
        device.away(True)
        device.page.evaluate(STUFF, [[sack, *(f"9{number:07}" for number in range(9_998))], sack])
        began = time.monotonic()
        device.reload()
        self.check("a station with 9,999 scans is there soon", settle(lambda: "9999" in device.scanner.text("band"), 20)
                   and time.monotonic() - began < 6, f"{time.monotonic() - began:.1f} s {device.scanner.text('band')}")
        device.scanner.pull(self.codes.sack())
        last = self.codes.bag()
        self.check("the last place is taken", settle(lambda: len(device.kept()) == 10_000), str(len(device.kept())))
        self.check("a scan more is refused: the device is full", device.pull(last, "refused")
                   and "full" in device.scanner.text("answer-title"), device.told())
        self.check("and not kept", len(device.kept()) == 10_000, str(len(device.kept())))

    def broken(self, device):
        sack = device.sack()
        device.page.evaluate("window.isBroken = true")
        bag = self.codes.bag()
        device.scanner.pull(bag)
        self.check("a device that cannot save stops the station", device.scanner.answered("refused") is not None
                   and "Stop scanning" in device.scanner.text("answer-title"), device.told())
        self.check("loudly", device.diary("heard")[-1:] == ["220"], str(device.diary("heard")[-3:]))
        device.page.evaluate("window.isBroken = false")
        device.scanner.pull(self.codes.bag())
        device.page.wait_for_timeout(300)
        self.check("and for good", "Stop scanning" in device.scanner.text("answer-title")
                   and device.diary("heard").count("220") == 2 and not self.person.children(sack), device.told())

    def blocked(self):
        """A browser that gives the page nothing to keep scans in."""
        with Device(self, script="indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); }") as device:
            self.check("without a place for scans the station says so before the first", settle(
                lambda: "Stop scanning" in device.scanner.text("answer-title")), device.told())
            device.scanner.pull(self.codes.sack())
            device.page.wait_for_timeout(300)
            self.check("and takes none", "Stop scanning" in device.scanner.text("answer-title")
                       and not device.diary("sent"), device.told())

    def killed(self, device):
        """The server dies while it works on a batch, sooner or later in it, and comes back."""
        for delay, when in ((0.004, "4 ms into a batch"), (0.02, "20 ms into a batch"), (None, "before the answer to a batch")):
            sacks = {}
            device.away(True)
            for _ in range(3):
                sack = self.codes.sack()
                sacks[sack] = [self.codes.bag() for _ in range(30)]
                device.page.evaluate(STUFF, [[sack, *sacks[sack]], sack])
            device.page.route("**/scans/batch", killing(self.node, delay))
            device.away(False)
            device.reload()
            self.check(f"the server dies {when}", settle(
                lambda: device.page.evaluate("1") and self.node.process.poll() is not None))
            device.page.unroute("**/scans/batch")
            device.page.wait_for_timeout(500)
            self.findings.note(f"{len(device.kept())} of 93 wait while it is away")
            self.node.come_back()
            self.check("what waits is sent when it is back", device.waits(0, 60), f"{len(device.kept())} wait")
            for sack, bags in sacks.items():
                self.same(f"{sack} is whole", sack, bags)
            self.check("nothing needs attention", not device.kept("attention"), str(device.kept("attention")))

    def browser_restart(self):
        """The network goes, the browser is closed, and both come back."""
        with tempfile.TemporaryDirectory(prefix="portico-profile-") as profile:
            context = self.relaunch(profile)
            with Device(self, context=context) as device:
                sack = device.sack()
                device.settled_in()
                self.node.kill()
                bags = device.bags(4)
                device.reload()
                self.check("a reload keeps the queue", len(device.kept()) == 4 and settle(
                    lambda: device.page.locator("#recent li[data-outcome=saved]").count() == 4), device.told())
            context = self.relaunch(profile)
            page = context.new_page()
            page.goto(f"{self.url}/bags/scan")
            listed = page.locator("#recent li[data-outcome=saved]")
            self.check("so does a new start of the browser, without network", settle(lambda: listed.count() == 4),
                       page.inner_text("body")[:80])
            self.node.come_back()
            self.same("it goes when the server is back", sack, bags)
            context.close()
