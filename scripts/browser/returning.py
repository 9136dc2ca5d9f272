"""Sacks that come back: a ticket with an outage in its middle, and one by forms alone that is cancelled."""

from people import Window
from support import settle


class Returning:
    """Two tickets of the sacks that were delivered."""

    def __init__(self, day, packed, bill):
        self.day, self.ledger, self.packed, self.bill = day, day.ledger, packed, bill

    def all(self):
        print("Returns")
        with Window(self.day, "biller", "/bags/returns", camera=True) as window:
            self.open(window, "Return counter")
            self.take(window)
            self.outage(window)
            self.commit(window)
        self.without_script()

    def ticket(self):
        return self.day.biller.get(f"/returns/{self.id}")

    def open(self, window, place):
        page = window.page
        page.click("#new-ticket summary")
        page.select_option("#new-area_code", "lucknow")
        page.fill("#new-location", place)
        page.fill("#new-consignee", "Kisan Seva Kendra")
        page.click("#new-ticket button[type=submit]")
        page.wait_for_url("**/bags/returns/*")
        self.id = page.url.split("/")[-1].split("?")[0]

    def take(self, window):
        check = self.day.check
        check("the box of the ticket has the focus", window.scanner.focus == "code", window.scanner.focus)
        window.pull(self.packed.a, "linked", self.bill.code)
        self.ledger.returned()
        window.page.select_option("#scan-form [name=condition]", "wet")
        window.open_camera()
        window.hold(self.packed.b, ["linked"])
        self.ledger.returned()
        window.picture("returns-camera", top=False)
        window.close_camera()
        window.pull(self.packed.f, "refused", "no bill")
        self.ledger.scan("rejected")
        check("both are listed", settle(lambda: window.page.locator("#sacks tbody tr").count() == 2))
        window.picture("returns-ticket", guide=True)
        held = self.day.biller.get(f"/bags/{self.packed.b}")["hold"]
        check("a wet sack is on hold", held and "wet" in held["reason"], str(held))

    def outage(self, window):
        check = self.day.check
        window.go(f"/bags/returns/{self.id}")
        check("the ticket is kept for an outage", window.kept())
        window.page.select_option("#scan-form [name=condition]", "damaged")
        window.offline(True)
        window.pull(self.packed.c, "saved")
        window.settle_bounce()
        window.pull(self.packed.c, "duplicate")
        window.reload_offline()
        settle(lambda: window.page.is_visible("#band"))
        window.picture("returns-offline")
        check("the scan waits after the page was loaded anew", window.waiting() == 1, str(window.waiting()))
        window.offline(False)
        check("what waited is sent by itself", settle(lambda: window.waiting() == 0, 90), str(window.waiting()))
        self.ledger.returned()
        items = {each["code"]: each["condition"] for each in self.ticket()["items"]}
        check("each sack is on the ticket once, in its condition", items == {
            self.packed.a: "good", self.packed.b: "wet", self.packed.c: "damaged"}, str(items))
        window.settle_bounce()
        window.pull(self.packed.c, "duplicate")
        self.ledger.scan("duplicate")

    def commit(self, window):
        page = window.page
        page.reload()
        page.click("form[action$='/commit'] button")
        dialog = page.locator("dialog[open]")
        if self.day.check("committing asks first", settle(lambda: dialog.count() == 1)):
            dialog.locator("button[value=yes]").click()
        page.wait_for_url("**done=return/commit")
        self.day.check("the ticket is committed", self.ticket()["state"] == "committed", self.ticket()["state"])
        window.picture("returns-committed", full=True)
        window.go(f"/bags/bills/{self.bill.id}")
        self.day.check("the bill tells what came back", "Returned" in window.text("#bill-totals"), window.text("#bill-totals"))
        window.picture("returns-bill", full=True)

    def without_script(self):
        print("A return without script")
        check = self.day.check
        with Window(self.day, "biller", "/bags/returns", script=False) as window:
            page = window.page
            self.open(window, "Weighbridge")
            page.select_option("#scan-form [name=condition]", "expired")
            page.fill("#code", self.packed.d)
            page.click("#scan-form button[type=submit]")
            self.ledger.returned()
            check("without script a sack comes back", window.text("#answer-code") == self.packed.d, window.text("#answer"))
            page.fill("#code", "M444-00")
            page.click("#scan-form button[type=submit]")
            self.ledger.scan("rejected")
            check("without script a refusal keeps what was typed", page.input_value("#code") == "M444-00"
                  and page.locator("#answer[role=alert]").count() == 1)
            window.picture("returns-no-script")
            page.click("form[action$='/cancel'] button")
            page.wait_for_url("**done=return/cancel")
            check("a cancelled ticket puts its sack back", "Back on its bill" in window.text("main"))
            window.picture("returns-cancelled", full=True)
            back = self.day.biller.get(f"/bags/{self.packed.d}")
            check("it is on its bill and not on hold", back["bill"] and back["bill"]["id"] == self.bill.id
                  and back["hold"] is None, f"{back['bill']} {back['hold']}")
