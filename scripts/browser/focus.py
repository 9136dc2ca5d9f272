"""The box of the station under everything that takes the focus away, and scanners of every temper."""

from station import Scanner, sign_in
from support import settle

# Writes down what is spoken; the voices of a headless browser are none.
EARS = """
window.spoken = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
speechSynthesis.getVoices = () => [{ lang: "en-IN", localService: true }];
speechSynthesis.speak = ({ text }) => spoken.push(text);
"""


class FocusWalk:
    """A dispatcher who only ever looks up to the answer."""

    def __init__(self, browser, url, person, codes, findings):
        self.browser, self.url, self.person, self.codes, self.findings = browser, url, person, codes, findings
        self.problems = []

    def all(self):
        context = self.browser.new_context(service_workers="allow")
        context.add_init_script(EARS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        sign_in(page, self.url, "dispatcher")
        self.page, self.scanner = page, Scanner(page)
        self.sack = self.new_sack()
        self.after_answers()
        self.help()
        self.shortcuts_off()
        self.window()
        self.other_fields()
        self.endings()
        self.bounce()
        self.left()
        self.many()
        self.check("no script error at the box", not self.problems, "; ".join(self.problems[:3]))
        context.close()

    def check(self, *words):
        return self.findings.check(*words)

    def back(self, when):
        self.check(f"the focus is in the box {when}", settle(lambda: self.scanner.focus == "code", 5), self.scanner.focus)

    def pull(self, code, kinds, **how):
        self.scanner.pull(code, **how)
        return self.scanner.answered(kinds, code) is not None

    def told(self):
        return " ".join([self.scanner.kind, *(self.scanner.text(f"answer-{part}") for part in ("code", "title", "detail"))])

    def new_sack(self):
        code = self.codes.sack()
        self.check(f"{code} is taken", self.pull(code, "sack"), self.told())
        return code

    def after_answers(self):
        self.back("on load")
        bag = self.codes.bag()
        for code, kind in ((bag, "linked"), ("SB12", "refused"), (bag, "duplicate")):
            self.page.evaluate("document.activeElement.blur()")
            self.check(f"a scan without any focus is answered {kind}", self.pull(code, kind), self.told())
            self.back(f"after {kind}")
        self.page.locator("#recent li button").first.click()
        self.check("a tap on Undo takes it back", self.scanner.answered("undone", bag) is not None, self.told())
        self.back("after a tap on Undo")

    def help(self):
        dialog = self.page.locator("#help-dialog[open]")
        for way in ("Escape", "button"):
            self.page.keyboard.press("?")
            self.check("? opens the help", settle(lambda: dialog.count() == 1, 3))
            if way == "Escape":
                self.page.keyboard.press("Escape")
            else:
                dialog.locator(".buttons button").click()
            self.check(f"the help is closed by {way}", settle(lambda: dialog.count() == 0, 3))
            self.back(f"after the help was closed by {way}")
        self.check("nothing is left in the box", self.page.input_value("#code") == "", self.page.input_value("#code"))

    def shortcuts_off(self):
        switch = self.page.locator("#help-dialog [data-shortcuts]")
        for is_on in (False, True):
            self.page.click("#help")
            switch.set_checked(is_on)
            self.page.keyboard.press("Escape")
            self.page.keyboard.press("?")
            opened = settle(lambda: self.page.locator("#help-dialog[open]").count() == 1, 1)
            self.check(f"with single keys switched {'on' if is_on else 'off'} ? {'helps' if is_on else 'is text'}", opened == is_on)
            self.page.keyboard.press("Escape")
            self.page.fill("#code", "")

    def window(self):
        for event, target in (("focus", "window"), ("visibilitychange", "document")):
            self.page.evaluate(f"document.activeElement.blur(); {target}.dispatchEvent(new Event('{event}'))")
            self.back(f"when the window has its {event}")

    def other_fields(self):
        box = self.page.locator("header [data-slash]").first
        box.focus()
        self.page.wait_for_timeout(2500)
        self.check("an empty field has the focus for some time", self.scanner.focus != "code", self.scanner.focus)
        self.back("after 3 s in another empty field")
        box.focus()
        self.page.keyboard.type("25", delay=90)
        self.page.wait_for_timeout(3500)
        self.check("a field with words in it keeps the focus", self.scanner.focus != "code", self.scanner.focus)
        bag = self.codes.bag()
        self.check("a scan behind the words is taken", self.pull(bag, "linked"), self.told())
        self.check("and the words stay as they were", box.input_value() == "25", box.input_value())
        box.fill("")
        self.back("after that")

    def endings(self):
        """Enter, Tab or 100 ms of silence; as slow as 40 ms a key, as short as four characters."""
        self.check("a scanner that sends Tab is read", self.pull(self.codes.bag(), "linked", end="Tab"), self.told())
        self.back("after Tab")
        self.check("a scanner without an end is read", self.pull(self.codes.bag(), "linked", end=None), self.told())
        # What comes sooner after a silence may be the rest of that code.
        self.page.wait_for_timeout(500)
        self.page.evaluate("document.activeElement.blur()")
        self.check("so is one that takes 38 ms a key", self.pull(self.codes.bag(), "linked", gap=38), self.told())
        short = self.codes.bag()[-4:]
        self.page.evaluate("document.activeElement.blur()")
        self.check("and a code of four characters", self.pull(short, ["linked", "duplicate", "refused"]), self.told())
        before = self.told()
        self.page.evaluate("document.activeElement.blur()")
        self.scanner.pull(short[:3])
        self.page.wait_for_timeout(400)
        self.check("three characters are none", self.told() == before, self.told())

    def bounce(self):
        bag = self.codes.bag()
        self.check("a bag is packed", self.pull(bag, "linked"), self.told())
        self.page.wait_for_timeout(500)
        self.scanner.pull(bag)
        self.page.wait_for_timeout(250)
        self.check("the same within 800 ms is dropped", self.scanner.kind == "linked", self.told())
        self.page.wait_for_timeout(900)
        self.check("later it is a scan again", self.pull(bag, "duplicate"), self.told())

    def left(self):
        sack = self.codes.sack()
        self.person.sack(sack)
        for _ in range(28):
            self.person.scan(sack, self.codes.bag())
        self.check("a sack that others filled is taken", self.pull(sack, ["sack", "duplicate"]), self.told())
        self.page.evaluate("window.spoken = []")
        self.new_sack()
        words = self.scanner.text("sack-left")
        self.check("how a sack was left stands on the page", words == f"Left {sack} at 28 of 30.", words)
        spoken = self.page.evaluate("spoken")
        digits = " ".join(sack[2:])
        self.check("and is said aloud, its digits one by one", spoken == [f"Left SB{digits} at 28 of 30."], str(spoken))

    def many(self):
        """A server that is slow for a moment: 200 pulls wait in order, one more is too fast, and nothing is lost."""
        held, stalled = [], [True]
        self.page.route("**/api/v1/scans/**", lambda route: held.append(route) if stalled else route.continue_())
        # However slow the machine is that plays this, the page does not give the server up.
        self.page.evaluate("window.limit = AbortSignal.timeout; AbortSignal.timeout = () => new AbortController().signal")
        wanted, pulled = {}, []
        while len(pulled) < 200:
            if len(pulled) % 31 == 0:
                sack = self.codes.sack()
                wanted[sack] = []
                pulled.append(sack)
            else:
                wanted[sack].append(self.codes.bag())
                pulled.append(wanted[sack][-1])
        extra = self.codes.bag()
        # As the scanners of phones do, which put in the whole code at once.
        for code in [*pulled, extra]:
            self.page.keyboard.insert_text(code)
        said = self.scanner.answered("refused", extra) is not None
        self.check("200 pulls wait; one more is told to wait", said and "Too fast" in self.scanner.text("answer-title"), self.told())
        self.page.evaluate("AbortSignal.timeout = window.limit")
        stalled.clear()
        for route in held:
            route.continue_()
        self.page.unroute("**/api/v1/scans/**")
        self.check("all 200 arrive in order", settle(lambda: all(
            sorted(self.person.children(sack)) == bags for sack, bags in wanted.items()), 30),
            str([len(self.person.children(sack)) for sack in wanted]))
        self.check("the one that was refused is nowhere", not any(extra in self.person.children(sack) for sack in wanted))
        self.back("after all of them")
