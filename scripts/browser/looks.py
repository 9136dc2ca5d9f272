"""Every page as it looks on a phone and a desk, by day and by night, and what axe-core finds on it."""

import os
import re

from axe_playwright_python.sync_playwright import Axe

from station import Scanner, sign_in

# The narrowest phone that must do, and a desk.
SIZES = {"phone": (320, 640), "desk": (1280, 800)}
SCHEMES = ["light", "dark"]
# Tablets, where tables have the least room for their columns, and the desk at 200 %.
BETWEEN = [(768, 1024), (1024, 768), (640, 400)]
# Where people stand and read from a distance.
STANDING = re.compile(r"/bags/(scan(\?.*)?|gate|bills/[0-9]+/gate)$")
# What is pressed and lower or narrower than 44 px. A link within a sentence is as high as its line; a box is as large as the
# label that presses it.
LOW = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")].filter(
  (each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches(".skip")).map((each) => {
    const inSentence = getComputedStyle(each).display === "inline"
      && each.parentElement.textContent.trim() !== each.textContent.trim();
    const pressed = [each, ...(each.labels ?? [])].map((one) => one.getBoundingClientRect());
    const [width, height] = ["width", "height"].map((side) => Math.max(...pressed.map((box) => box[side])));
    return { each, inSentence, width, height };
  }).filter(({ inSentence, width, height }) => !inSentence && width > 1 && (width < 43.5 || height < 43.5)).map(
    ({ each, width, height }) => `${each.tagName.toLowerCase()}.${each.className} “${(each.innerText || each.name || "").trim().slice(0, 20)}” `
      + `${Math.round(width)}×${Math.round(height)}`)"""
# Text below 18 px.
SMALL = """() => [...document.querySelectorAll("main *, dialog *")].filter((each) => each.checkVisibility({ visibilityProperty: true })
  && !each.closest("svg, .unseen") && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
  && parseFloat(getComputedStyle(each).fontSize) < 17.9).map((each) =>
    `${each.tagName.toLowerCase()}.${each.className} “${each.textContent.trim().slice(0, 20)}” ${getComputedStyle(each).fontSize}`)"""
# What lies beyond an edge and can't be scrolled to.
CUT = """() => [...document.querySelectorAll("main *")].filter((each) =>
  ["clip", "hidden"].includes(getComputedStyle(each).overflowX) && each.clientWidth > 1 && each.querySelector("table")
    && each.scrollWidth > each.clientWidth + 1).map((each) => `${each.className} by ${each.scrollWidth - each.clientWidth} px`)"""


class Looks:
    """Looks at pages in every size and scheme."""

    def __init__(self, browser, url, folder, findings):
        self.browser, self.url, self.folder, self.findings = browser, url, folder, findings
        self.axe = Axe()
        self.weights = []
        self.sessions = {}
        os.makedirs(folder, exist_ok=True)

    def all(self, by_role, sizes=tuple(SIZES)):
        """Looks at the addresses of every role; each comes with the status that is expected of it."""
        for role, visits in by_role.items():
            served = [path for path, status in visits if self.is_served(role, path, status)]
            for size in sizes:
                for scheme in SCHEMES:
                    self.look(role, served, size, scheme)
            for size in BETWEEN if len(sizes) > 1 else []:
                self.fit(role, served, size)
            self.weigh(role, served)

    def context(self, role, size=(1280, 800), scheme="light", **more):
        # axe is put into the page from outside, which a strict policy rightly refuses.
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True,
            service_workers="block", storage_state=self.sessions.get(role), **more)
        page = context.new_page()
        if role and role not in self.sessions:
            sign_in(page, self.url, role, "/bags/")
            self.sessions[role] = context.storage_state()
        return context, page

    def is_served(self, role, path, expected):
        """Whether there is a page to look at. What leads elsewhere is only followed."""
        context, page = self.context(role)
        answer = context.request.get(self.url + path, max_redirects=0)
        context.close()
        served = self.findings.check(
            f"{path} as {role or 'nobody'} gives {expected}", answer.status == expected, str(answer.status))
        return served and expected != 303

    def look(self, role, paths, size, scheme):
        context, page = self.context(role, SIZES[size], scheme, reduced_motion="reduce")
        wide, low, small = [], [], []
        for path in paths:
            page.goto(self.url + path)
            page.wait_for_load_state("load")
            name = re.sub(r"[^a-z0-9]+", "-", f"{role or 'nobody'}{path}".lower()).strip("-")
            page.screenshot(path=os.path.join(self.folder, f"{name}.{size}.{scheme}.png"), full_page=True)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)
            low += [f"{path}: {each}" for each in page.evaluate(LOW)]
            if STANDING.search(path):
                small += [f"{path}: {each}" for each in page.evaluate(SMALL)]
            self.judge(page, f"{path} as {role or 'nobody'}, {size}, {scheme}")
        self.findings.check(
            f"pages of {role or 'nobody'} need no sideways scrolling, {size}, {scheme}", not wide, ", ".join(wide))
        who = f"{role or 'nobody'}, {size}, {scheme}"
        self.findings.check(f"what {who} presses has 44 px", not low, "; ".join(low))
        self.findings.check(f"what {who} reads standing has 18 px", not small, "; ".join(small))
        context.close()

    def fit(self, role, paths, size):
        """Whether everything has room, or can be scrolled to in its own frame."""
        context, page = self.context(role, size)
        tight = []
        for path in paths:
            page.goto(self.url + path)
            page.wait_for_load_state("load")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                tight.append(f"{path} scrolls sideways")
            tight += [f"{path}: {cut}" for cut in page.evaluate(CUT)]
        self.findings.check(f"pages of {role or 'nobody'} have room, {size[0]} px wide", not tight, "; ".join(tight))
        context.close()

    def answers(self, person, codes):
        """Every kind of answer of the station on the narrowest phone, by day and by night."""
        for scheme in SCHEMES:
            context, page = self.context("dispatcher", SIZES["phone"], scheme, reduced_motion="reduce")
            page.goto(f"{self.url}/bags/scan")
            scanner, nearly = Scanner(page), codes.sack()
            person.sack(nearly)
            for _ in range(29):
                person.scan(nearly, codes.bag())
            first, second = codes.bag(), codes.bag()
            for code, kind in ((codes.sack(), "sack"), (first, "linked"), ("SB12", "refused"), (first, "duplicate"),
                               (nearly, "sack"), (second, "full"), ("CMD:UNDO", "undone")):
                page.wait_for_timeout(400)
                scanner.pull(code)
                self.answer(page, scanner, kind, scheme)
            page.route("**/api/v1/scans/**", lambda route: None)
            scanner.pull(codes.bag())
            self.answer(page, scanner, "pending", scheme)
            page.wait_for_timeout(5000)
            self.answer(page, scanner, "saved", scheme)
            page.unroute_all(behavior="ignoreErrors")
            context.close()

    def answer(self, page, scanner, kind, scheme):
        name = f"the answer {kind}, {scheme}"
        self.findings.check(f"{name}: is there", scanner.answered(kind) is not None, scanner.kind)
        page.screenshot(path=os.path.join(self.folder, f"answer-{kind}.{scheme}.png"), full_page=True)
        self.judge(page, name)
        wrong = page.evaluate(LOW) + page.evaluate(SMALL)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("scrolls sideways")
        self.findings.check(f"{name}: large enough, and with room", not wrong, "; ".join(wrong))

    def judge(self, page, name):
        violations = self.axe.run(page).response["violations"]
        grave = [each for each in violations if each["impact"] in ("serious", "critical")]
        self.findings.check(f"axe: {name}", not grave, "; ".join(
            f"{each['id']} on {each['nodes'][0]['target'][0]} ({len(each['nodes'])}×)" for each in grave))
        for each in violations:
            if each not in grave:
                self.findings.note(f"{each['impact']}: {each['id']} on {each['nodes'][0]['target'][0]}")

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
