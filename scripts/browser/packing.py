"""The dispatcher's morning at the packing table, on a phone with a scanner."""

from people import PHONE, Window
from support import settle


class Packing:
    """Fills the sacks of the day. What must be there afterwards is in the day's ledger."""

    def __init__(self, day):
        self.day, self.ledger, self.codes = day, day.ledger, day.codes
        self.api = day.dispatcher

    def all(self):
        print("Packing")
        with Window(self.day, "dispatcher", "/bags/", PHONE, service_workers="block") as window:
            self.slow_script(window)
        with Window(self.day, "dispatcher", "/bags/scan", PHONE) as window:
            self.full(window)
            self.quick(window)
            self.short(window)
            self.outage(window)
            self.foreign(window)
            self.look_up(window)
        self.by_camera()

    def sack(self, window, code, capacity):
        window.pull(code, "sack", f"of {capacity}")
        self.ledger.scan("created")
        return code

    def bags(self, window, count):
        codes = [self.codes.bag() for _ in range(count)]
        silent = []
        for code in codes:
            window.scanner.pull(code)
            if window.scanner.answered(["linked", "full"], code) is None:
                silent.append(f"{code}: {window.scanner.kind} {window.scanner.text('answer-title')}")
        self.day.check(f"{count} {'bags are' if count > 1 else 'bag is'} answered", not silent, "; ".join(silent))
        self.ledger.linked(count)
        return codes

    def same(self, sack, bags):
        self.day.check(f"{sack} holds exactly its {len(bags)} bags", settle(
            lambda: sorted(self.api.children(sack)) == sorted(bags)), str(len(self.api.children(sack))))

    def slow_script(self, window):
        """On a slow network people write, and scanners scan, before the script has come."""
        check, page = self.day.check, window.page
        held = []
        page.route("**/station*.js", lambda route: held.append(route))
        for typed, then in (("7", "7"), ("SB", "")):
            page.goto(f"{self.day.url}/bags/scan", wait_until="commit")
            settle(lambda: page.evaluate("document.activeElement?.id") == "code" and held)
            page.keyboard.type(typed)
            held.pop().continue_()
            settle(lambda: page.evaluate("!document.getElementById('scan-tools').hidden"))
            page.wait_for_timeout(200)
            page.keyboard.type(then)
            value = page.input_value("#code")
            check(f"what is typed before the script has come stays: {typed + then}", value == typed + then, value)

    def full(self, window):
        window.picture("dispatcher-start", guide=True)
        self.day.check("the box has the focus on a phone as well", window.scanner.focus == "code", window.scanner.focus)
        self.a = self.sack(window, self.codes.sack(), 30)
        first = self.bags(window, 12)
        window.picture("dispatcher-packing", guide=True)
        first += self.bags(window, 18)
        self.day.check("the thirtieth fills it", window.scanner.kind == "full", window.scanner.kind)
        window.picture("dispatcher-full", guide=True)
        self.ledger.filled += 1
        extra = self.codes.bag()
        window.pull(extra, "refused", "full")
        self.ledger.scan("rejected")
        self.first = first
        self.same(self.a, first)

    def quick(self, window):
        self.b = self.codes.sack()
        bags = [self.codes.bag() for _ in range(30)]
        for code in [self.b, *bags]:
            window.scanner.pull(code)
        self.day.check("31 pulls without a pause fill a sack", settle(lambda: window.scanner.text("sack-n") == "30"),
                       window.scanner.text("sack-n"))
        self.ledger.scan("created")
        self.ledger.linked(30)
        self.ledger.filled += 1
        self.same(self.b, bags)

    def short(self, window):
        self.c = self.sack(window, self.codes.sack(), 30)
        bags = self.bags(window, 27)
        window.pull(self.first[0], "refused", self.a)
        self.ledger.scan("rejected")
        window.picture("dispatcher-refused", guide=True)
        window.pull(bags[3], "duplicate")
        self.ledger.scan("duplicate")
        wrong = self.bags(window, 1)[0]
        window.page.click("#recent li button >> nth=0")
        self.day.check("the button beside a scan takes it back", window.scanner.answered("undone", wrong) is not None,
                       window.scanner.kind)
        self.ledger.undone += 1
        window.picture("dispatcher-undone")
        label = self.codes.bag()
        window.scanner.pull_label(label, self.day.lot, "01/02/2026")
        self.day.check("a whole printed label is read", window.scanner.answered("linked", label) is not None, window.scanner.kind)
        self.ledger.linked(1)
        self.same(self.c, [*bags, label])

    def outage(self, window):
        """Five bags with a network, five without, five after a reload without one."""
        self.d = self.sack(window, self.codes.moong(), 15)
        bags = self.bags(window, 5)
        self.day.check("the station is kept for an outage", window.kept())
        window.offline(True)
        rest = [self.codes.bag() for _ in range(10)]
        for code in rest[:5]:
            window.pull(code, "saved")
        window.picture("dispatcher-offline", guide=True)
        window.pull(rest[2], "duplicate")
        window.pull(self.a[:4], "refused")
        window.picture("dispatcher-offline-refused")
        self.day.check("the band says how many wait", "5 scans" in window.scanner.text("band"), window.scanner.text("band"))
        if window.reload_offline():
            if window.scanner.text("sack-code") != self.d:
                window.scanner.pull(self.d)
                self.ledger.scan("found")
            for code in rest[5:]:
                window.pull(code, "saved")
        window.offline(False)
        self.day.check("what waited is sent by itself", settle(lambda: window.waiting() == 0, 90), str(window.waiting()))
        self.ledger.linked(10)
        self.ledger.filled += 1
        self.same(self.d, bags + rest)
        listed = self.api.get(f"/scans?parent_code={self.d}&kind=child&limit=200")["items"]
        self.day.check("nothing arrived twice", sorted(each["code"] for each in listed) == sorted(bags + rest), str(len(listed)))

    def foreign(self, window):
        """A sack for no lorry at all, and one for another lorry."""
        self.f = self.sack(window, self.codes.sack(), 30)
        self.bags(window, 1)
        self.e = self.sack(window, self.codes.sack(), 30)
        self.bags(window, 3)
        window.page.reload()
        window.picture("dispatcher-list", full=True)

    def look_up(self, window):
        window.go(f"/bags/find?code={self.first[0]}")
        self.day.check("find tells the sack of a bag", self.a in window.text("main"))
        window.picture("dispatcher-find", guide=True)
        typo = self.first[0][:-1] + ("1" if self.first[0][-1] == "0" else "0")
        window.go(f"/bags/find?code={'9' + typo[1:]}")
        window.picture("dispatcher-unknown")
        window.go("/bags/scans")
        window.picture("dispatcher-history")
        window.go("/bags/")
        window.picture("dispatcher-dashboard")
        window.go("/bags/labels")
        window.picture("dispatcher-labels", full=True)
        window.go(f"/bags/bags/{self.a}")
        window.picture("dispatcher-sack", full=True)

    def by_camera(self):
        """The same table with the camera of the phone instead of a scanner."""
        with Window(self.day, "dispatcher", "/bags/scan", PHONE, camera=True) as window:
            window.open_camera()
            window.hold(self.e, ["duplicate", "sack"])
            self.ledger.scan("found")
            bag = self.codes.bag()
            window.hold(bag, ["linked"])
            self.ledger.linked(1)
            window.picture("dispatcher-camera", guide=True, top=False)
            window.close_camera()
            self.day.check("the camera's bag is in the sack", bag in self.api.children(self.e))
        with Window(self.day, "dispatcher", "/bags/scan", PHONE) as window:
            window.page.click("#camera")
            self.day.check("a camera that is not allowed says how to allow it, and the box stays", settle(
                lambda: "Allow it" in window.scanner.text("camera-note")) and window.page.is_visible("#code"),
                window.scanner.text("camera-note"))
