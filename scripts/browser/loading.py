"""A lorry's way from the first sack on its bill to the consignee: the office, the gate, the office again."""

import os
import subprocess

from people import Window
from support import settle


class Loading:
    """One bill of four sacks, and another by forms alone, and a third by keys alone."""

    def __init__(self, day, packed):
        self.day, self.ledger, self.packed = day, day.ledger, packed
        self.sacks = [packed.a, packed.b, packed.c, packed.d]
        self.bags = 30 + 30 + 28 + 15

    def all(self):
        self.other()
        print("Billing")
        with Window(self.day, "biller", "/bags/bills") as window:
            self.fill(window)
            self.complete(window)
        self.keys_alone()
        print("At the gate")
        with Window(self.day, "gatekeeper", "/bags/gate", camera=True) as window:
            self.begin(window)
            self.too_early(window)
            self.camera(window)
            self.outage(window)
            self.leave(window)
        print("Delivery")
        with Window(self.day, "biller", f"/bags/bills/{self.id}") as window:
            self.deliver(window)
        self.gate_without_script()

    def bill(self):
        return self.day.biller.get(f"/bills/{self.id}")

    # The office

    def other(self):
        """Another bill, by forms alone: the foreign sack belongs on it."""
        print("A bill without script")
        check = self.day.check
        with Window(self.day, "biller", "/bags/bills", script=False) as window:
            page = window.page
            page.click("#new-bill summary")
            page.click("#new-bill button[type=submit]")
            check("without script an empty form names what is missing", page.locator("[role=alert] a").count() >= 2)
            window.picture("biller-no-script-errors")
            self.other_code = f"LUC {self.packed.e}/2"
            page.fill("#new-code", self.other_code)
            page.fill("#new-capacity", "2")
            page.select_option("#new-area_code", "lucknow")
            page.click("#new-bill button[type=submit]")
            page.wait_for_url("**done=billed")
            self.ledger.bills_created += 1
            self.other_id = page.url.split("/")[-1].split("?")[0]
            page.fill("#code", self.packed.a[:5])
            page.click("#scan-form button[type=submit]")
            check("without script a refusal keeps what was typed", page.input_value("#code") == self.packed.a[:5]
                  and page.locator("#answer[role=alert]").count() == 1)
            self.ledger.scan("rejected")
            page.fill("#code", self.packed.e)
            page.click("#scan-form button[type=submit]")
            check("without script a sack is put on the bill", window.text("#answer-code") == self.packed.e)
            self.ledger.scan("added")
            page.click("text=Complete the bill")
            page.fill("#complete-short_reason", "Half a lorry")
            page.click("form[action$='/complete'] button")
            page.wait_for_url("**done=complete")
            self.ledger.bills_completed += 1
            window.picture("biller-no-script-bill")
            state = self.day.biller.get(f"/bills/{self.other_id}")["state"]
            check("without script a bill is completed", state == "completed", state)

    def fill(self, window):
        check, page = self.day.check, window.page
        window.picture("biller-bills", guide=True)
        page.click("#new-bill summary")
        self.code = f"LUC {self.packed.a}/1"
        page.fill("#new-code", self.code)
        page.fill("#new-capacity", "4")
        page.select_option("#new-area_code", "lucknow")
        page.fill("#new-consignee", "Kisan Seva Kendra")
        page.fill("#new-destination", "Unnao")
        window.picture("biller-new-bill")
        page.click("#new-bill button[type=submit]")
        page.wait_for_url("**/bags/bills/*done=billed")
        self.ledger.bills_created += 1
        self.id = page.url.split("/")[-1].split("?")[0]
        window.picture("biller-bill-empty")
        for sack in self.sacks[:2]:
            window.pull(sack, "linked")
            self.ledger.scan("added")
        window.pull(self.sacks[0], "duplicate", "already")
        self.ledger.scan("duplicate")
        window.pull(self.packed.e, "refused", self.other_code)
        self.ledger.scan("rejected")
        check("the large figure follows", settle(lambda: "2" in window.text("#big-count .big")), window.text("#big-count"))
        window.picture("biller-refused", guide=True)
        page.keyboard.type(self.sacks[2], delay=90)
        page.keyboard.press("Enter")
        check("a typed sack is put on the bill", window.scanner.answered("linked", self.sacks[2]) is not None, window.scanner.kind)
        self.ledger.scan("added")
        self.take_off(window)
        window.pull(self.sacks[3], "full")
        self.ledger.scan("added")
        check("the list follows", settle(lambda: page.locator("#bill-sacks tbody tr").count() == 4))
        window.picture("biller-bill-full", guide=True)

    def take_off(self, window):
        """The wrong sack comes off again; the page asks first."""
        page = window.page
        settle(lambda: page.locator(f"[aria-label='Take {self.sacks[2]} off the bill']").count() == 1)
        page.click(f"[aria-label='Take {self.sacks[2]} off the bill']")
        dialog = page.locator("dialog[open]")
        asked = settle(lambda: dialog.count() == 1)
        if self.day.check("taking a sack off asks first", asked):
            window.picture("biller-question")
            dialog.locator("button[value=no]").click()
            self.day.check("No leaves it there", self.bill()["linked_count"] == 3)
            page.click(f"[aria-label='Take {self.sacks[2]} off the bill']")
            dialog.locator("button[value=yes]").click()
        page.wait_for_load_state()
        self.day.check("it is off the bill", settle(lambda: self.bill()["linked_count"] == 2), str(self.bill()["linked_count"]))
        settle(lambda: window.scanner.focus == "code")
        window.settle_bounce()
        window.pull(self.sacks[2], "linked")
        self.ledger.scan("added")

    def complete(self, window):
        check, page = self.day.check, window.page
        page.reload()
        page.click("text=Complete the bill")
        page.click("form[action$='/complete'] button")
        page.wait_for_url("**done=complete")
        self.ledger.bills_completed += 1
        bill = self.bill()
        check("the bill is completed with its totals", (bill["state"], bill["linked_count"], bill["child_count"], bill["actual_weight_grams"])
              == ("completed", 4, self.bags, self.bags * 1000), str(bill))
        window.picture("biller-completed", full=True)
        window.go(f"/bags/bills/{self.id}/sheet")
        window.picture("biller-sheet", full=True)
        path = os.path.join(self.day.pictures.folder, "biller-sheet.pdf")
        page.pdf(path=path, format="A4", print_background=True)
        subprocess.run(["pdftoppm", "-r", "80", "-png", path, path[:-4] + "-paper"], check=True)
        drawn = [name for name in os.listdir(self.day.pictures.folder) if name.startswith("biller-sheet-paper")]
        check("the sheet is one page of paper", len(drawn) == 1, str(drawn))
        read = subprocess.run(["zbarimg", "--quiet", "--raw", os.path.join(self.day.pictures.folder, drawn[0])],
                              capture_output=True).stdout.decode().strip()
        check("a scanner reads the bill from the paper", self.code in read, read)

    def keys_alone(self):
        """A third bill, without a mouse from signing in to cancelling."""
        print("With keys alone")
        check = self.day.check
        with Window(self.day, "biller", "/bags/") as window:
            page, keys = window.page, window.page.keyboard
            page.reload()
            keys.press("Tab")
            check("the first Tab is the way past the header", page.evaluate("document.activeElement.className") == "skip")
            window.tab_to("nav.places a[href='/bags/bills']")
            keys.press("Enter")
            page.wait_for_url("**/bags/bills")
            window.tab_to("#new-bill summary")
            keys.press("Enter")
            window.tab_to("#new-code")
            keys.type(f"KEYS {self.packed.a}", delay=60)
            window.tab_to("#new-capacity")
            keys.type("1", delay=60)
            window.tab_to("#new-area_code")
            keys.type("Luc", delay=60)
            keys.press("Enter")
            if "done=billed" not in page.url:
                window.tab_to("#new-bill button[type=submit]")
                keys.press("Enter")
            page.wait_for_url("**done=billed")
            self.ledger.bills_created += 1
            check("the box has the focus", settle(lambda: window.scanner.focus == "code"), window.scanner.focus)
            window.tab_to("#bill-actions details:has(form[action$='/edit']) summary")
            keys.press("Enter")
            window.tab_to("#edit-consignee")
            page.wait_for_timeout(3500)
            check("an empty field of a form keeps the focus", window.scanner.focus == "edit-consignee", window.scanner.focus)
            keys.type("Jai Kisan Agencies", delay=70)
            keys.press("Enter")
            page.wait_for_url("**done=edit*")
            id = page.url.split("/")[-1].split("?")[0]
            bill = self.day.biller.get(f"/bills/{id}")
            check("a bill is opened and edited by keys", bill["consignee"] == "Jai Kisan Agencies", str(bill["consignee"]))
            window.picture("biller-keys")
        self.day.admin.call("POST", f"/bills/{id}/cancel", {"reason": "Opened by mistake"})

    # The gate

    def begin(self, window):
        page = window.page
        window.picture("gate-list", guide=True)
        page.click(f"a[href='/bags/bills/{self.id}/gate']")
        window.picture("gate-ready")
        page.click("text=Start the check")
        page.wait_for_url("**done=start")
        self.day.check("the box at the gate has the focus", window.scanner.focus == "code", window.scanner.focus)
        window.pull(self.sacks[0], "linked", "1 of 4")
        self.ledger.scan("matched")
        window.pull(self.packed.e, "refused", self.other_code)
        self.ledger.scan("rejected")
        self.day.check("the foreign sack stands among the findings", settle(
            lambda: self.packed.e in window.text("#findings") and self.other_code in window.text("#findings")))
        missing = window.text("#missing")
        self.day.check("exactly the others are missing", settle(lambda: all(
            each in window.text("#missing") for each in self.sacks[1:])) and self.sacks[0] not in window.text("#missing"), missing)
        window.picture("gate-foreign", guide=True)

    def too_early(self, window):
        page = window.page
        page.fill("#dispatch-vehicle_number", "UP32 AB 1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        # The page asks the device's store before the form leaves.
        with page.expect_navigation():
            page.click("#dispatch-form button")
        told = page.locator("[role=alert]:visible").all_inner_texts()
        self.day.check("the lorry does not go while sacks are missing", self.bill()["state"] == "loading" and any(
            "missing" in each.lower() or "seen" in each.lower() for each in told), "; ".join(told))
        kept = page.input_value("#dispatch-vehicle_number")
        self.day.check("what was typed stays", kept != "", kept)
        window.picture("gate-too-early", full=True)

    def camera(self, window):
        window.open_camera()
        window.hold(self.sacks[1], ["linked"])
        self.ledger.scan("matched")
        window.picture("gate-camera", top=False)
        window.close_camera()

    def outage(self, window):
        check, page = self.day.check, window.page
        window.go(f"/bags/bills/{self.id}/gate")
        check("the gate is kept for an outage", window.kept())
        window.offline(True)
        window.pull(self.sacks[2], "saved")
        window.settle_bounce()
        window.pull(self.sacks[2], "duplicate")
        window.reload_offline()
        window.pull(self.sacks[3], "saved")
        page.fill("#dispatch-vehicle_number", "UP32AB1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        page.click("#dispatch-form button")
        # A page that came from the device's own store may not know that the network is away; it knows what waits.
        check("dispatch is refused while scans wait, and says why", settle(lambda: (
            window.scanner.kind, window.scanner.text("answer-title")) in (
                ("refused", "Dispatch needs the network"), ("refused", "Dispatch has to wait")))
            and "2 scans wait here" in window.scanner.text("answer-detail")
            and self.bill()["state"] == "loading", f"{window.scanner.text('answer-title')}. {window.scanner.text('answer-detail')}")
        window.picture("gate-offline", guide=True)
        window.offline(False)
        check("what waited is sent by itself", settle(lambda: window.waiting() == 0, 90), str(window.waiting()))
        for _ in range(2):
            self.ledger.scan("matched")
        check("all are seen", settle(lambda: self.bill()["gate_check"]["seen_count"] == 4), str(self.bill()["gate_check"]))
        listed = [each for each in self.day.admin.get("/scans?mine=false&kind=gate&limit=200")["items"]
                  if each["bill_id"] == self.id and each["outcome"] == "matched"]
        check("each sack was seen once", sorted(each["code"] for each in listed) == sorted(self.sacks), str(listed))

    def leave(self, window):
        check, page = self.day.check, window.page
        page.reload()
        page.fill("#dispatch-vehicle_number", "up-32 ab 1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        with page.expect_navigation():
            page.click("#dispatch-form button")
        check("nor while a foreign sack is on it", self.bill()["state"] == "loading")
        page.click(f"[aria-label='{self.packed.e} is unloaded']")
        page.wait_for_url("**done=unloaded")
        window.picture("gate-ready-to-go", guide=True)
        page.fill("#dispatch-vehicle_number", "up-32 ab 1234")
        page.fill("#dispatch-driver_name", "Ram Kumar")
        page.fill("#dispatch-driver_phone", "98123")
        with page.expect_navigation():
            page.click("#dispatch-form button")
        check("a phone without its country is told", "country" in page.inner_text("[role=alert] >> nth=0"))
        page.fill("#dispatch-driver_phone", "+919812345678")
        page.fill("#dispatch-seal_number", "S-77120")
        page.click("#dispatch-form button")
        page.wait_for_url("**done=dispatch")
        self.ledger.bills_dispatched += 1
        self.ledger.shipped += 1
        bill = self.bill()
        check("the lorry has left", (bill["state"], bill["vehicle_number"], bill["dispatched"]["linked_count"])
              == ("dispatched", "UP32AB1234", 4), str(bill))
        window.picture("gate-gone")

    def gate_without_script(self):
        """The other lorry, by forms alone: a foreign sack, the own one, off it goes."""
        print("A gate without script")
        check = self.day.check
        with Window(self.day, "gatekeeper", f"/bags/bills/{self.other_id}/gate", script=False) as window:
            page = window.page
            page.click("text=Start the check")
            foreign = self.packed.a
            page.fill("#code", foreign)
            page.click("#scan-form button[type=submit]")
            self.ledger.scan("rejected")
            check("without script a foreign sack is refused and found", foreign in window.text("#findings")
                  and page.locator("#answer[role=alert]").count() == 1)
            page.fill("#code", self.packed.e)
            page.click("#scan-form button[type=submit]")
            self.ledger.scan("matched")
            check("without script a sack is seen", "1" in window.text("#big-count"), window.text("#big-count"))
            window.picture("gate-no-script")
            page.click(f"[aria-label='{foreign} is unloaded']")
            page.fill("#dispatch-vehicle_number", "22BH1234AA")
            page.fill("#dispatch-driver_name", "Sita Devi")
            page.click("#dispatch-form button")
            page.wait_for_url("**done=dispatch")
            self.ledger.bills_dispatched += 1
            self.ledger.shipped += 1
            state = self.day.biller.get(f"/bills/{self.other_id}")["state"]
            check("without script the lorry leaves", state == "dispatched", state)

    def deliver(self, window):
        page = window.page
        window.picture("biller-dispatched", full=True)
        page.click("text=Record the delivery")
        page.fill("#deliver-received_by", "Mohan Das")
        page.fill("#deliver-note", "All dry")
        page.locator("form[action$='/deliver'] button").evaluate("button => button.scrollIntoView({ block: 'center' })")
        window.picture("biller-deliver", guide=True, top=False)
        page.click("form[action$='/deliver'] button")
        page.wait_for_url("**done=deliver")
        self.ledger.bills_delivered += 1
        self.day.check("the delivery is recorded", self.bill()["state"] == "delivered", self.bill()["state"])
