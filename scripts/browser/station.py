"""The packing station under a scanner: fast key bursts, refusals, undo, an outage, and no script at all."""

import asyncio
import statistics
import time

from support import PASSWORD, settle


def sign_in(page, url, role, path="/bags/scan"):
    page.goto(f"{url}/bags/sign-in?next={path}")
    page.fill("input[name=email]", f"{role}@bags.demo")
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action='/bags/sign-in'] button")
    if path != "/bags/":
        page.wait_for_url(f"{url}{path}")
        return
    # Whoever wants no page in particular lands where the work of the role begins.
    page.wait_for_url(lambda there: "/sign-in" not in there)
    page.goto(url + path)


# What the keys that end a code write.
ENDS = {"Enter": "\r", "Tab": ""}


class Scanner:
    """A keyboard-wedge scanner in front of a page."""

    def __init__(self, page):
        self.page = page
        self.wedge = page.context.new_cdp_session(page)

    def pull(self, code, pauses=(), gap=4, end="Enter"):
        """One pull of the trigger: the code with a key each `gap` ms, then its end; `pauses` has other gaps before some keys.

        A wedge writes into the keyboard's queue whatever the page is doing, so every key carries the time at which the
        wedge sent it; the keys of a driver that waits for the page would be as slow as the page.
        """
        at = time.time()
        keys = []
        for place, key in enumerate([*code, *([end] if end else [])]):
            at += (dict(pauses).get(place, gap)) / 1000
            words = {"key": key, "text": ENDS.get(key, key), "timestamp": at}
            keys += [{"type": "keyDown", **words}, {"type": "keyUp", **words}]
        # All at once: one by one a busy machine would put pauses between the keys that no wedge makes.
        self.wedge._sync(self.dispatch(keys))
        # The next pull comes after this one: no wedge sends a key before the time of the last.
        time.sleep(max(0, at - time.time()))

    def pull_label(self, code, lot, tested):
        """One pull over a whole printed label, and the time a hand takes to the next one.

        The text of a label has no end of its own: it ends with 100 ms of silence, and what comes within 300 ms after that
        counts as its rest, unless it is another label.
        """
        self.pull(f"LABEL NO: {code} LOT NO: {lot} DOT: {tested}")
        self.page.wait_for_timeout(500)

    async def dispatch(self, keys):
        driver = self.wedge._impl_obj
        await asyncio.gather(*(driver.send("Input.dispatchKeyEvent", each, None) for each in keys))

    def text(self, element):
        return self.page.evaluate("id => document.getElementById(id)?.textContent ?? ''", element)

    @property
    def kind(self):
        return self.page.evaluate("document.getElementById('answer')?.dataset.kind")

    def answered(self, kinds, code=None, seconds=10):
        """Waits for an answer of a kind; milliseconds that took, or None."""
        began = time.perf_counter()
        kinds = [kinds] if isinstance(kinds, str) else kinds

        def is_there():
            # Both at once: between two questions the answer of another bag may come.
            kind, shown = self.page.evaluate(
                "[document.getElementById('answer')?.dataset.kind, document.getElementById('answer-code')?.textContent]")
            return kind in kinds and (code is None or shown == code)

        return (time.perf_counter() - began) * 1000 if settle(is_there, seconds) else None

    @property
    def focus(self):
        return self.page.evaluate("document.activeElement?.id")


class StationWalk:
    """The journeys of a dispatcher, each with what must be true afterwards, as the API sees it."""

    def __init__(self, browser, url, person, codes, findings):
        self.browser, self.url, self.person, self.codes, self.findings = browser, url, person, codes, findings
        self.problems = []

    def all(self):
        context = self.browser.new_context(service_workers="allow")
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self.listen)
        sign_in(page, self.url, "dispatcher")
        scanner = Scanner(page)
        self.fill_a_sack(scanner)
        self.refusals(scanner)
        self.undo(scanner)
        self.stray_focus(scanner)
        self.pauses(scanner)
        self.stall(scanner)
        self.commands(scanner)
        self.outage(context, page, scanner)
        self.findings.check("no script error and no blocked content", not self.problems, "; ".join(self.problems[:3]))
        context.close()
        self.without_script()

    @staticmethod
    def told(scanner):
        """What the station says, for a check that failed."""
        return " ".join([scanner.kind, *(scanner.text(f"answer-{part}") for part in ("code", "title", "detail"))])

    def listen(self, message):
        # Refusals and an outage are expected answers, and the browser reports each.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def fill_a_sack(self, scanner):
        check = self.findings.check
        check("the box has the focus on load", scanner.focus == "code", scanner.focus)
        self.full = self.codes.sack()
        scanner.pull(self.full)
        check("a sack is taken", scanner.answered("sack") is not None, scanner.kind)
        times, silent = [], []
        self.packed = [self.codes.bag() for _ in range(30)]
        for code in self.packed:
            scanner.pull(code)
            times.append(scanner.answered(["linked", "full"], code))
            if times[-1] is None:
                silent.append(f"{code}: {scanner.kind} {scanner.text('answer-code')} {scanner.text('answer-title')}")
        check("30 bags are answered one by one", not silent, "; ".join(silent))
        check("the last one fills the sack", scanner.kind == "full", scanner.kind)
        check("the server has the same 30", sorted(self.person.children(self.full)) == sorted(self.packed))
        known = sorted(each for each in times if each is not None)
        if known:
            self.findings.note(
                f"answers after Enter: median {statistics.median(known):.0f} ms, worst {known[-1]:.0f} ms")
        second, bags = self.codes.sack(), [self.codes.bag() for _ in range(30)]
        for code in [second, *bags]:
            scanner.pull(code)
        done = settle(lambda: scanner.text("sack-n") == "30")
        check("31 pulls without a pause fill the next one", done, scanner.text("sack-n"))
        check("the server has those 30 as well", sorted(self.person.children(second)) == sorted(bags))

    def refusals(self, scanner):
        check = self.findings.check
        scanner.pull(self.full)
        scanner.answered(["duplicate", "sack"])
        scanner.pull(self.packed[3])
        check("a bag again is told as known", scanner.answered("duplicate", self.packed[3]) is not None, scanner.kind)
        extra = self.codes.bag()
        scanner.pull(extra)
        check("a bag too many is refused", scanner.answered("refused", extra) is not None, scanner.kind)
        check("the refusal is announced", settle(lambda: scanner.text("assertive") != ""))
        self.open = self.codes.sack()
        scanner.pull(self.open)
        scanner.answered("sack")
        scanner.pull(self.packed[0])
        refused = scanner.answered("refused", self.packed[0]) is not None
        check("a bag of another sack is refused, with its sack", refused and self.full in scanner.text("answer-detail"),
              scanner.text("answer-detail"))
        scanner.pull("SB1234")
        check("a damaged sack label is no bag", scanner.answered("refused", "SB1234") is not None, scanner.kind)
        label = self.codes.bag()
        self.page_label(scanner, label)
        check("the focus is still in the box", scanner.focus == "code", scanner.focus)

    def page_label(self, scanner, code):
        scanner.pull_label(code, "MUS/2025/001", "01/02/2025")
        self.findings.check("a whole printed label is read", scanner.answered("linked", code) is not None, scanner.kind)
        child = self.person.get(f"/bags/{code}")
        self.findings.check("with its lot", child.get("lot") == "MUS/2025/001", str(child.get("lot")))

    def undo(self, scanner):
        check = self.findings.check
        first, second = self.codes.bag(), self.codes.bag()
        for code in (first, second):
            scanner.pull(code)
            check("a bag to undo is packed", scanner.answered("linked", code) is not None, self.told(scanner))
        scanner.page.keyboard.press("Control+z")
        check("Ctrl+Z undoes the last scan", scanner.answered("undone", second) is not None, scanner.kind)
        check("that bag is loose again", self.person.get(f"/bags/{second}")["parent_code"] is None)
        scanner.pull("CMD:UNDO")
        check("the undo card takes the one before", scanner.answered("undone", first) is not None,
              self.told(scanner))
        check("the sack has neither", not {first, second} & set(self.person.children(self.open)))

    def stray_focus(self, scanner):
        check, page = self.findings.check, scanner.page
        box = page.locator("header input[type=search], header [data-slash]").first
        if check("every page has the any-code box", box.count() == 1):
            box.focus()
            code = self.codes.bag()
            scanner.pull(code)
            check("a scan is taken wherever the focus is", scanner.answered("linked", code) is not None, scanner.kind)
            check("and leaves nothing in the other field", box.input_value() == "", box.input_value())
        page.mouse.click(5, page.viewport_size["height"] - 5)
        check("a tap beside everything gives the focus back", settle(lambda: scanner.focus == "code"), scanner.focus)
        code = self.codes.bag()
        before = len(self.person.children(self.open))
        scanner.pull(code)
        scanner.pull(code)
        scanner.answered("linked", code)
        check("a bounce of the trigger counts once",
              settle(lambda: len(self.person.children(self.open)) == before + 1) and scanner.kind == "linked",
              scanner.kind)
        page.keyboard.press("Escape")
        check("Esc leads to the box", scanner.focus == "code", scanner.focus)

    def pauses(self, scanner):
        """A scanner that pauses after its first characters: the whole code is taken, or nothing of it."""
        check, page = self.findings.check, scanner.page
        code = self.codes.bag()
        scanner.pull(code, pauses={1: 60})
        check("a pause after the first character loses nothing", scanner.answered("linked", code) is not None,
              f"{scanner.kind} {scanner.text('answer-code')}")
        page.evaluate("document.activeElement.blur()")
        code = self.codes.bag()
        scanner.pull(code, pauses={1: 60})
        check("nor where no field has the focus", scanner.answered("linked", code) is not None,
              f"{scanner.kind} {scanner.text('answer-code')}")
        code = self.codes.bag()
        page.focus("header [data-slash]")
        with page.expect_navigation():
            scanner.pull(code, pauses={1: 60})
        check("in another field it counts as writing", f"code={code}" in page.url, page.url)
        page.goto(f"{self.url}/bags/scan?parent={self.open}")
        settle(lambda: scanner.focus == "code" and page.is_visible("#scan-tools"))

    def stall(self, scanner):
        """A server that does not answer: each pull has a sign at once, and what waits can be taken back."""
        check, page = self.findings.check, scanner.page
        before = scanner.text("sack-code")
        sack, bags = self.codes.sack(), [self.codes.bag() for _ in range(3)]
        scanner.pull(sack)
        scanner.answered("sack", sack)
        check("the sack before it is told on the page", f"Left {before} at" in scanner.text("sack-left"), scanner.text("sack-left"))
        page.route("**/api/v1/scans/**", lambda route: None)
        for code in bags:
            scanner.pull(code)
            check("a pull without an answer has a sign", scanner.answered("pending", code, 2) is not None, scanner.kind)
        check("then it says why it waits", settle(lambda: "does not answer" in scanner.text("band"), 10), scanner.text("band"))
        page.locator(f"#recent li:has-text('{bags[0]}') button").click()
        check("what may have arrived can be taken back", scanner.answered("undone", bags[0]) is not None, scanner.kind)
        page.unroute("**/api/v1/scans/**")
        page.evaluate("dispatchEvent(new Event('online'))")
        check("the server hears of it", settle(lambda: sorted(self.person.children(sack)) == bags[1:] and not page.is_visible("#band"), 30),
              str(self.person.children(sack)))
        device = self.person.get(f"/scans?code={bags[1]}")["items"][0]["device_id"]
        check("each scan names its device", bool(device) and 8 <= len(device) <= 64, str(device))

    def commands(self, scanner):
        check = self.findings.check
        scanner.pull("CMD:DONE")
        check("the done card leaves the sack", settle(lambda: scanner.text("sack-code") == "None yet"))
        code = self.codes.bag()
        scanner.pull(code)
        check("a bag without a sack is refused", scanner.answered("refused", code) is not None, scanner.kind)
        scanner.pull("CMD:REPEAT")
        check("the repeat card says it again", scanner.kind == "refused", scanner.kind)

    def outage(self, context, page, scanner):
        """Ten bags with a network, ten without, five after a reload without one, five with it again."""
        check = self.findings.check
        sack, bags = self.codes.sack(), [self.codes.bag() for _ in range(30)]
        ready = page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        check("the station is kept for an outage", ready and settle(lambda: page.evaluate(
            "caches.keys().then(async names => (await Promise.all(names.map(async name =>"
            " (await (await caches.open(name)).keys()).length))).reduce((a, b) => a + b, 0) > 0)")))
        for code in [sack, *bags[:10]]:
            scanner.pull(code)
        check("ten are answered before the outage", scanner.answered("linked", bags[9]) is not None, self.told(scanner))
        context.set_offline(True)
        for code in bags[10:20]:
            scanner.pull(code)
        check("scans without network are kept", scanner.answered("saved", bags[19], 20) is not None, scanner.kind)
        check("the page says so", page.is_visible("#band") and "Offline" in scanner.text("band"), scanner.text("band"))
        scanner.pull(bags[12])
        check("a bag again is known on the device", scanner.answered("duplicate", bags[12]) is not None, scanner.kind)
        scanner.pull("SB12")
        check("a damaged label is refused on the device", scanner.answered("refused", "SB12") is not None, scanner.kind)
        self.reload_offline(page, scanner, sack, bags[20:25])
        context.set_offline(False)
        check("everything is sent when the network is back", settle(
            lambda: len(self.person.children(sack)) == 25, 90), str(len(self.person.children(sack))))
        for code in bags[25:]:
            scanner.pull(code)
        scanner.answered("full", bags[29])
        check("nothing is lost and nothing is doubled", settle(
            lambda: sorted(self.person.children(sack)) == sorted(bags)), str(len(self.person.children(sack))))
        listed = self.person.get(f"/scans?parent_code={sack}&kind=child&limit=200")["items"]
        linked = [scan["code"] for scan in listed if scan["outcome"] == "linked"]
        check("the history has each bag once", sorted(linked) == sorted(bags), str(len(linked)))
        check("the band is gone", settle(lambda: not page.is_visible("#band")), scanner.text("band"))

    def reload_offline(self, page, scanner, sack, bags):
        check = self.findings.check
        try:
            page.reload()
            back = settle(lambda: page.evaluate("document.getElementById('station') !== null"))
        except Exception as problem:  # The browser's own error page.
            back = False
            self.findings.note(str(problem).splitlines()[0])
        if not check("the station loads without network", back):
            return
        settle(lambda: page.is_visible("#band"))
        listed = page.locator("#recent li[data-outcome=saved]")
        check("what waits stands among the last scans, each with an undo",
              settle(lambda: listed.count() == 10 and listed.locator("button").count() == 10),
              ", ".join(listed.locator(".line-code").all_inner_texts()) + f"; the ten before {bags[0]} are expected")
        if scanner.text("sack-code") != sack:
            scanner.pull(sack)
        for code in bags:
            scanner.pull(code)
        check("and scans on", scanner.answered("saved", bags[-1], 20) is not None, scanner.kind)

    def without_script(self):
        check = self.findings.check
        context = self.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, self.url, "dispatcher")
        sack, code = self.codes.sack(), self.codes.bag()

        def enter(text):
            page.fill("#scan-form input[name=code]", text)
            with page.expect_navigation() as navigation:
                page.press("#scan-form input[name=code]", "Enter")
            return navigation.value.status

        enter(sack)
        check("without script: a sack by the form", f"parent={sack}" in page.url, page.url)
        enter(code)
        check("without script: a bag by the form", self.person.get(f"/bags/{code}")["parent_code"] == sack)
        check("without script: the count is shown", page.inner_text("#sack-n") == "1", page.inner_text("#sack-n"))
        status = enter(self.packed[0])
        alert = page.locator("[role=alert]:visible").first
        check("without script: a refusal keeps status, words and what was typed",
              status == 409 and alert.count() == 1 and page.input_value("#scan-form input[name=code]") == self.packed[0],
              f"{status}")
        enter(code)
        button = page.locator("#recent li form button").first
        if check("without script: the last scans have an undo", button.count() == 1):
            button.click()
            check("without script: undone", settle(
                lambda: self.person.get(f"/bags/{code}")["parent_code"] is None))
        context.close()
