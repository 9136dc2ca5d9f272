"""The administrator's day: labels in the morning, a file at noon, the figures in the evening."""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone

from epcis import fetch
from labels import read_code
from people import PHONE, Window
from support import API, settle


class Office:
    """What the administrator does, and the figures that must come of everything."""

    def __init__(self, day):
        self.day, self.ledger, self.codes = day, day.ledger, day.codes

    # Morning

    def morning(self):
        print("Labels and people")
        with Window(self.day, "admin", "/bags/") as window:
            window.picture("admin-dashboard", guide=True)
            self.labels(window)
            self.people(window)

    def labels(self, window):
        check, page = self.day.check, window.page
        window.go("/bags/labels")
        form = "form[action='/bags/labels'] >> nth=0 >> "
        first = 95_000
        page.select_option(f"{form}[name=product_type]", "mustard")
        page.fill(f"{form}[name=first_serial]", str(first))
        page.fill(f"{form}[name=count]", "30")
        page.click(f"{form}button[value=preview]")
        check("the preview shows the first labels", page.locator(".label-sheet li").count() == 24)
        window.picture("admin-labels", guide=True)
        self.printed(window, f"{form}button[value=print]", "sheet", "a4-24", [f"SB{first + each}" for each in range(30)], 24)
        window.go("/bags/labels")
        self.printed(window, "text=Print the cards", "cards", "a4-8", ["CMD:UNDO", "CMD:DONE", "CMD:REPEAT"], 8)

    def printed(self, window, button, name, layout, codes, per_page):
        """A sheet as the button gives it, drawn by another program and read by another decoder."""
        folder = self.day.pictures.folder
        path = os.path.join(folder, f"labels-{name}.pdf")

        def keep(route):
            # The browser's own viewer takes a file that it shows; this is what it was given.
            answer = route.fetch()
            with open(path, "wb") as file:
                file.write(answer.body())
            route.fulfill(response=answer)

        window.page.route("**/bags/labels", keep)
        window.page.click(button)
        printed = settle(lambda: os.path.exists(path) and os.path.getsize(path) > 0)
        window.page.unroute("**/bags/labels")
        if not self.day.check(f"the {name} is printed", printed):
            return
        subprocess.run(["pdftoppm", "-r", "60", "-png", path, path[:-4]], check=True)
        pages = [each for each in os.listdir(folder) if each.startswith(f"labels-{name}-")]
        self.day.check(f"the {name} has {-(-len(codes) // per_page)} pages", len(pages) == -(-len(codes) // per_page), str(pages))
        wrong = [code for index, code in enumerate(codes)
                 if read_code(path, index // per_page + 1, index % per_page, layout) != code]
        self.day.check(f"every code of the {name} is read from paper", not wrong, str(wrong[:5]))

    def people(self, window):
        page = window.page
        window.go("/bags/users/new")
        page.fill("[name=email]", "asha.rani@example.org")
        page.fill("[name=name]", "Asha Rani")
        page.select_option("[name=role]", "gatekeeper")
        page.select_option("[name=area_code]", "lucknow")
        window.picture("admin-person", guide=True)
        page.select_option("[name=area_code]", "")
        page.click("main form button[type=submit]")
        self.day.check("a gatekeeper without an area is refused", page.locator("[role=alert]").count() > 0)
        window.picture("admin-person-refused")
        page.select_option("[name=area_code]", "lucknow")
        page.click("main form button[type=submit]")
        page.wait_for_url("**/bags/users?done=*")
        self.day.check("the person is there", "asha.rani@example.org" in window.text("main") or "Asha Rani" in window.text("main"))
        window.picture("admin-people", full=True)
        for name in ("settings", "audit", "exports"):
            window.go(f"/bags/{name}")
            window.picture(f"admin-{name}", full=True)

    # Noon

    def imports(self):
        print("A file")
        check = self.day.check
        sack, bags = self.codes.sack(), [self.codes.bag() for _ in range(3)]
        rows = "\n".join(["code,parent_code,lot", *(f"{bag},{sack},{self.day.lot}" for bag in bags), "12,,"])
        path = os.path.join(self.day.pictures.folder, "bags.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(rows + "\n")
        with Window(self.day, "admin", "/bags/imports") as window:
            page = window.page
            page.select_option("[name=kind]", "bags")
            page.select_option("[name=area_code]", "lucknow")
            page.set_input_files("#f-file", path)
            page.click("text=Send the file")
            page.wait_for_url("**/bags/imports/*")
            check("the trial ends and says what is wrong", settle(
                lambda: "would be refused" in window.text("main"), 60), window.text("main")[:200])
            window.picture("admin-import", guide=True)
            check("the trial writes nothing", self.day.admin.call("GET", f"/bags/{sack}")[0] == 404)
            page.click("text=Import the good rows now")
            check("the good rows are imported", settle(
                lambda: self.day.admin.call("GET", f"/bags/{sack}")[0] == 200
                and len(self.day.admin.children(sack)) == 3, 60))
            check("the page says so", settle(lambda: "Imported" in window.text("main"), 30), window.text("main")[:200])
            window.picture("admin-imported", full=True)
        self.ledger.imported += 3

    # Evening

    def evening(self, packed):
        print("Figures")
        self.summary()
        self.trace(packed)
        self.events()
        verified = self.day.admin.get("/stats/verify")
        self.day.check("the counters equal a recount", verified["equal"], str(verified["drift"]))
        self.day.check("the audit is one unbroken chain", settle(
            lambda: self.day.admin.get("/audit/verify")["ok"]), str(self.day.admin.get("/audit/verify")))

    def summary(self):
        check = self.day.check
        now = self.day.summary()
        done = {name: now["totals"][name] - self.day.before["totals"][name] for name in self.ledger.totals()}
        check("the summary tells exactly what was done", done == self.ledger.totals(), f"{done} for {self.ledger.totals()}")
        before = self.day.before["totals"]["scans"]
        scans = {name: count - before.get(name, 0) for name, count in now["totals"]["scans"].items()}
        scans = {name: count for name, count in scans.items() if count}
        check("and every scan by its outcome", scans == dict(self.ledger.scans), f"{scans} for {dict(self.ledger.scans)}")
        with Window(self.day, "admin", "/bags/summary") as window:
            rows = {row.locator("th").inner_text(): row.locator("td >> nth=0").inner_text()
                    for row in window.page.locator("section[aria-labelledby=totals-title] tbody tr").all()}
            check("the page shows the same figures", rows["Bags linked"].replace("\u202f", "").strip() == str(now["totals"]["children_linked"])
                  and rows["Bills dispatched"].strip() == str(now["totals"]["bills_dispatched"]), str(rows))
            window.picture("admin-summary", guide=True)
            window.picture("admin-summary-all", full=True)
            window.go("/bags/")
            tile = window.page.locator("[data-live='today.linked']").first
            stands = now["totals"]["children_linked"] - now["totals"]["children_undone"]
            check("the dashboard counts what still stands", tile.count() == 0 or tile.inner_text().strip() == str(stands),
                  tile.inner_text() if tile.count() else "")
            window.picture("admin-dashboard-evening", full=True)
        with Window(self.day, "admin", "/bags/summary", PHONE) as window:
            window.picture("admin-summary-phone", full=True)
        with Window(self.day, "biller", "/bags/summary") as window:
            window.picture("biller-summary", full=True)

    def trace(self, packed):
        with Window(self.day, "biller", "/bags/find") as window:
            window.go(f"/bags/find?tab=lot&lot={self.day.lot}")
            self.day.check("the lot leads to the sacks it went into", packed.c in window.text("main"))
            window.picture("biller-trace", guide=True)
            window.go(f"/bags/bags/{packed.b}")
            self.day.check("the history of a sack has every hand", all(
                each in window.text("main") for each in ("Sent back", "Delivered", "Left on", "Seen at the gate", "Put on bill", "First seen")),
                           window.text("main")[-800:])
            window.picture("biller-sack", guide=True)
            window.picture("biller-sack-all", full=True)

    def events(self):
        """The EPCIS events of the day, each against what was done and all against the schema of GS1."""
        check = self.day.check
        end = datetime.now(timezone.utc) + timedelta(hours=1)
        words = "%Y-%m-%dT%H:%M:%SZ"
        status, data, _ = fetch(self.day.admin, f"{API}/exports/epcis.json?from={self.day.began.strftime(words)}&to={end.strftime(words)}")
        document = self.day.validate(data) if status == 200 else None
        if not check("the events of the day are exported", document is not None, str(status)):
            return
        events = document["epcisBody"]["eventList"]

        def count(step, action, declared=False):
            return sum(1 for each in events if each["bizStep"] == step and each["action"] == action
                       and ("errorDeclaration" in each) == declared)

        found = {
            "packed": sum(len(each["childEPCs"]) for each in events if each["bizStep"] == "packing" and "errorDeclaration" not in each),
            "undone": count("packing", "ADD", True), "shipped": count("shipping", "OBSERVE"),
            "returned": sum(1 for each in events if each.get("disposition") == "returned" and "errorDeclaration" not in each),
            "delivered": sum(1 for each in events if each["bizStep"] == "receiving" and each.get("disposition") != "returned")}
        expected = self.ledger.events()
        check("the events tell exactly what was done", found == expected, f"{found} for {expected}")
        self.events_by_hand(len(events))

    def events_by_hand(self, least):
        """The same by the form of the page, as a biller takes it: whole days of the warehouse."""
        with Window(self.day, "biller", "/bags/exports") as window:
            form = window.page.locator("form:has(input[name=name][value=epcis])")
            india = timezone(timedelta(hours=5, minutes=30))
            form.locator("[name=from]").fill(self.day.began.astimezone(india).strftime("%Y-%m-%d"))
            form.locator("[name=to]").fill(datetime.now(india).strftime("%Y-%m-%d"))
            with window.page.expect_download() as download:
                form.locator("button[value=json]").click()
            with open(download.value.path(), encoding="utf-8") as file:
                events = json.load(file)["epcisBody"]["eventList"]
            self.day.check("the page of exports gives the events as a file", len(events) >= least, f"{len(events)} for {least}")
