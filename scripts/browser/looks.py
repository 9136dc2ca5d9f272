"""Every page as it looks on a phone and a desk, by day and by night, and what axe-core finds on it."""

import os
import re

from axe_playwright_python.sync_playwright import Axe

from station import sign_in

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
SCHEMES = ["light", "dark"]


def pages(person, sack, child, bills):
    """Paths by the role that looks at them. What the node does not serve is left out and said."""
    everybody = ["/", "/bags/sign-in"]
    own = ["/bags/account", "/bags/account/second-factor"]
    dispatcher = [
        "/bags/", "/bags/scan", f"/bags/scan?parent={sack}", "/bags/scans", "/bags/find", f"/bags/find?code={child}",
        "/bags/find?code=9999999", "/bags/bags", "/bags/bags?q=ZZZZ", f"/bags/bags/{sack}", f"/bags/bags/{child}",
        "/bags/no-such-page"]
    admin = [
        "/bags/", "/bags/users", "/bags/settings", "/bags/audit", f"/bags/bags/{sack}", "/bags/bills",
        "/bags/bills?q=ZZZZ", "/bags/gate", *(f"/bags/bills/{bill}" for bill in bills.values()),
        *(f"/bags/bills/{bills[state]}/gate" for state in ("completed", "loading") if state in bills),
        *(f"/bags/bills/{bill}/sheet" for bill in list(bills.values())[:1]), "/bags/returns", "/bags/imports", "/bags/exports", "/bags/labels", "/bags/summary"]
    gatekeeper = ["/bags/", "/bags/gate", "/bags/bills"]
    return {None: everybody, "dispatcher": dispatcher + own, "gatekeeper": gatekeeper, "admin": admin + own}


class Looks:
    """Looks at pages in every size and scheme."""

    def __init__(self, browser, url, folder, findings):
        self.browser, self.url, self.folder, self.findings = browser, url, folder, findings
        self.axe = Axe()
        self.absent = []
        self.weights = []
        os.makedirs(folder, exist_ok=True)

    def all(self, by_role):
        for role, paths in by_role.items():
            served = [path for path in paths if self.is_served(role, path)]
            for size in SIZES:
                for scheme in SCHEMES:
                    self.look(role, served, size, scheme)
            self.narrow(role, served)
            self.weigh(role, served)
        if self.absent:
            self.findings.note(f"not served: {', '.join(self.absent)}")

    def context(self, role, size=(1280, 800), scheme="light", **more):
        # axe is put into the page from outside, which a strict policy rightly refuses.
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True,
            service_workers="block", **more)
        page = context.new_page()
        if role:
            sign_in(page, self.url, role, "/bags/")
        return context, page

    def is_served(self, role, path):
        context, page = self.context(role)
        status = page.goto(self.url + path).status
        context.close()
        expected = 404 if path.endswith("no-such-page") else 200
        if status == 404 and expected == 200:
            self.absent.append(f"{path} ({role})")
            return False
        return self.findings.check(f"{path} as {role or 'nobody'} is served", status == expected, str(status))

    def look(self, role, paths, size, scheme):
        context, page = self.context(role, SIZES[size], scheme, reduced_motion="reduce")
        for path in paths:
            page.goto(self.url + path)
            page.wait_for_load_state("load")
            name = re.sub(r"[^a-z0-9]+", "-", f"{role or 'nobody'}{path}".lower()).strip("-")
            page.screenshot(path=os.path.join(self.folder, f"{name}.{size}.{scheme}.png"), full_page=True)
            self.judge(page, f"{path} as {role or 'nobody'}, {size}, {scheme}")
        context.close()

    def judge(self, page, name):
        violations = self.axe.run(page).response["violations"]
        grave = [each for each in violations if each["impact"] in ("serious", "critical")]
        self.findings.check(f"axe: {name}", not grave, "; ".join(
            f"{each['id']} on {each['nodes'][0]['target'][0]} ({len(each['nodes'])}×)" for each in grave))
        for each in violations:
            if each not in grave:
                self.findings.note(f"{each['impact']}: {each['id']} on {each['nodes'][0]['target'][0]}")

    def narrow(self, role, paths):
        """320 pixels wide nothing may need sideways scrolling."""
        context, page = self.context(role, (320, 640))
        wide = []
        for path in paths:
            page.goto(self.url + path)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)
        self.findings.check(f"pages of {role or 'nobody'} fit 320 pixels", not wide, ", ".join(wide))
        context.close()

    def weigh(self, role, paths):
        """First view with an empty cache: at most 4 requests and 60 KB over the wire."""
        heavy = []
        for path in paths:
            context, page = self.context(role)
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.setCacheDisabled", {"cacheDisabled": True})
            sizes = []
            session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
            page.goto(self.url + path)
            page.wait_for_load_state("load")
            self.weights.append((len(sizes), sum(sizes), path))
            if len(sizes) > 4 or sum(sizes) > 60 * 1024:
                heavy.append(f"{path} {len(sizes)} requests, {sum(sizes) / 1024:.0f} KB")
            context.close()
        self.findings.check(f"first views of {role or 'nobody'} are light", not heavy, "; ".join(heavy))
