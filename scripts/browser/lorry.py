"""A bill from its opening to the lorry's departure: the office fills it, the gate checks it, also without a network."""

from station import Scanner, sign_in
from support import Person, settle


class LorryWalk:
    """The journey of one lorry, with what must be true afterwards, as the API sees it."""

    def __init__(self, browser, url, packer, codes, findings):
        self.browser, self.url, self.packer, self.codes, self.findings = browser, url, packer, codes, findings
        self.office = Person(url, "biller")
        self.problems = []

    def all(self):
        self.sacks = [self.pack() for _ in range(4)]
        self.fill()
        self.check_lorry()
        self.findings.check(
            "no script error and no blocked content on the way", not self.problems, "; ".join(self.problems[:3]))
        self.without_script()

    def pack(self):
        sack = self.codes.sack()
        self.packer.sack(sack)
        for _ in range(2):
            self.packer.scan(sack, self.codes.bag())
        return sack

    def page(self, role, path):
        context = self.browser.new_context(service_workers="allow")
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self.listen)
        sign_in(page, self.url, role, path)
        return context, page

    def listen(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def bill(self):
        return self.office.get(f"/bills/{self.id}")

    def fill(self):
        check = self.findings.check
        context, page = self.page("biller", "/bags/bills")
        page.click("#new-bill summary")
        page.fill("#new-code", f"Walk {self.sacks[0]}")
        page.fill("#new-capacity", "4")
        page.select_option("#new-area_code", "lucknow")
        page.fill("#new-consignee", "Kisan Seva Kendra")
        page.click("#new-bill button[type=submit]")
        page.wait_for_url("**/bags/bills/*done=billed")
        self.id = page.url.split("/")[-1].split("?")[0]
        scanner = Scanner(page)
        check("the box of the bill has the focus", scanner.focus == "code", scanner.focus)
        for sack in self.sacks[:2]:
            scanner.pull(sack)
            check(f"{sack} is put on the bill", scanner.answered("linked", sack) is not None, scanner.kind)
        page.wait_for_timeout(900)
        scanner.pull(self.sacks[0])
        check("a sack again is told as known", scanner.answered("duplicate", self.sacks[0]) is not None, scanner.kind)
        scanner.pull("SB99999")
        check("a sack that nobody packed is refused", scanner.answered("refused", "SB99999") is not None, scanner.kind)
        check("the list of sacks follows", settle(lambda: page.locator("#bill-sacks tbody tr").count() == 2))
        check("the server has both", self.bill()["linked_count"] == 2)
        page.click("text=Complete the bill")
        page.click("form[action$='/complete'] button")
        check("a short bill asks for the reason", page.locator("[role=alert]").count() > 0)
        page.fill("#complete-short_reason", "Lorry full")
        page.click("form[action$='/complete'] button")
        page.wait_for_url("**done=complete")
        check("the bill is completed", self.bill()["state"] == "completed")
        context.close()

    def check_lorry(self):
        check = self.findings.check
        context, page = self.page("gatekeeper", "/bags/gate")
        page.click(f"a[href='/bags/bills/{self.id}/gate']")
        page.click("text=Start the check")
        page.wait_for_url("**done=start")
        scanner = Scanner(page)
        check("the box at the gate has the focus", scanner.focus == "code", scanner.focus)
        scanner.pull(self.sacks[0])
        check("a sack of the bill is seen", scanner.answered("linked", self.sacks[0]) is not None, scanner.kind)
        scanner.pull(self.sacks[2])
        check("a foreign sack is refused", scanner.answered("refused", self.sacks[2]) is not None, scanner.kind)
        check("and stands among the findings", settle(lambda: self.sacks[2] in page.inner_text("#findings")))
        check("what is missing is listed", settle(lambda: self.sacks[1] in page.inner_text("#missing")))
        self.outage(context, page, scanner)
        page.click(f"[aria-label='{self.sacks[2]} is unloaded']")
        page.wait_for_url("**done=unloaded")
        check("nothing foreign is left", self.bill()["gate_check"]["findings"][0]["resolution"] == "unloaded")
        self.dispatch(page)
        context.close()

    def outage(self, context, page, scanner):
        check = self.findings.check
        context.set_offline(True)
        scanner.pull(self.sacks[1])
        check("without network a sack is saved", scanner.answered("saved", self.sacks[1]) is not None, scanner.kind)
        page.fill("#dispatch-vehicle_number", "UP32AB1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        page.click("#dispatch-form button")
        check("the lorry stays until the network is back", "network" in scanner.text("answer-title").lower())
        context.set_offline(False)
        check("the saved sack is sent by itself", settle(
            lambda: self.bill()["gate_check"]["seen_count"] == 2, 30), str(self.bill()["gate_check"]))
        check("all are seen", settle(lambda: "Every sack was seen" in page.inner_text("#missing")))

    def dispatch(self, page):
        page.fill("#dispatch-vehicle_number", "up-32 ab 1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        page.fill("#dispatch-driver_phone", "12")
        page.click("#dispatch-form button")
        self.findings.check("a phone that is none is told", "country" in page.inner_text("[role=alert]"))
        page.fill("#dispatch-driver_phone", "+919812345678")
        page.click("#dispatch-form button")
        page.wait_for_url("**done=dispatch")
        bill = self.bill()
        self.findings.check(
            "the lorry has left", bill["state"] == "dispatched" and bill["vehicle_number"] == "UP32AB1234")

    def without_script(self):
        """The same by forms alone."""
        check = self.findings.check
        status, made, _ = self.office.call(
            "POST", "/bills", {"code": f"Forms {self.sacks[3]}", "capacity": 1, "area_code": "lucknow"})
        check("a bill is opened", status == 201, str(made))
        context = self.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        path = f"/bags/bills/{made['id']}"
        sign_in(page, self.url, "biller", path)
        page.fill("#code", "SB1")
        page.click("#scan-form button[type=submit]")
        check("without script a refusal says why and keeps what was typed",
              page.input_value("#code") == "SB1" and page.locator("#answer[role=alert]").count() == 1)
        page.fill("#code", self.sacks[3])
        page.click("#scan-form button[type=submit]")
        check("without script a sack is put on the bill", "scan=" in page.url and page.inner_text("#answer-code") == self.sacks[3])
        page.goto(f"{self.url}{path}/sheet")
        check("the sheet has the code of the bill", page.locator("svg.qr").count() == 1)
        context.close()
