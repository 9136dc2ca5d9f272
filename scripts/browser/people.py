"""Somebody at a window of the browser: signed in, with a scanner and perhaps a camera, and somebody who takes pictures."""

import base64
import os

from station import Scanner, sign_in
from support import settle

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
HEAVIEST = 60_000

# Headless browsers have no detector, so what lies before the camera is said to this one. The picture is a real stream.
# Without it the page reads the stream with its own decoder.
DETECTOR = """
window.before = [];
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "data_matrix", "code_128"]; }
  constructor({ formats }) { window.formats = formats; }
  async detect(video) {
    if (!video.videoWidth) throw new Error("no picture");
    return window.before.map((rawValue) => ({ rawValue }));
  }
};
"""


class Pictures:
    """Screenshots for people to look at, and those among them that stand in the user guide."""

    def __init__(self, folder, guide):
        self.folder, self.guide = folder, guide
        for each in filter(None, (folder, guide)):
            os.makedirs(each, exist_ok=True)
            for name in os.listdir(each):
                if name.endswith((".png", ".webp", ".pdf")):
                    os.remove(os.path.join(each, name))

    def take(self, page, name, guide=False, full=False):
        page.screenshot(path=os.path.join(self.folder, f"{name}.png"), full_page=full, animations="disabled")
        if guide and self.guide:
            self.small(page, os.path.join(self.guide, f"{name}.webp"))

    def small(self, page, path):
        """The same for the guide: what a person sees without scrolling, light enough for a page with several."""
        session = page.context.new_cdp_session(page)
        for quality in (80, 65, 50, 35):
            answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            data = base64.b64decode(answer["data"])
            if len(data) <= HEAVIEST:
                break
        with open(path, "wb") as file:
            file.write(data)
        session.detach()


class Window:
    """One person's browser."""

    def __init__(self, day, role, path, size=None, script=True, camera=False, detector=True, **options):
        self.day, self.role, self.has_script = day, role, script
        self.context = day.browser.new_context(
            **(size or DESK), locale="en-IN", timezone_id="Asia/Kolkata", java_script_enabled=script,
            permissions=["camera"] if camera else [], reduced_motion="reduce", **options)
        if camera and detector:
            self.context.add_init_script(DETECTOR)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: day.problems.append(f"{role}: {error}"))
        self.page.on("console", self.listen)
        sign_in(self.page, day.url, role, path)
        self.scanner = Scanner(self.page)

    def __enter__(self):
        return self

    def __exit__(self, problem, *_):
        if problem:
            self.picture("broken", full=True)
        self.context.close()

    def listen(self, message):
        # Refusals and an outage are expected answers, and the browser reports each.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.day.problems.append(f"{self.role}: {message.text}")

    def go(self, path):
        self.page.goto(self.day.url + path)

    def picture(self, name, guide=False, full=False, top=True):
        if top and self.has_script:
            self.page.evaluate("scrollTo(0, 0)")
        self.day.pictures.take(self.page, name, guide, full)

    def text(self, selector):
        return self.page.inner_text(selector)

    def pull(self, code, kinds, words=""):
        """One pull of the trigger, and the answer it must have."""
        self.scanner.pull(code)
        came = self.scanner.answered(kinds, code) is not None
        said = f"{self.scanner.text('answer-title')}. {self.scanner.text('answer-detail')}"
        self.day.check(f"{self.role}: {code} is answered {kinds}{f', {words}' if words else ''}",
                       came and words.lower() in said.lower(), f"{self.scanner.kind}: {said}")

    def settle_bounce(self):
        """The same code within 800 ms is a bounce of the trigger; this waits until it is not."""
        self.page.wait_for_timeout(850)

    def offline(self, is_offline):
        self.context.set_offline(is_offline)

    def kept(self):
        """Waits until this page is kept for an outage, so that it can be loaded without a network."""
        path = self.page.evaluate("location.pathname")
        return settle(lambda: self.page.evaluate(
            "async (path) => { await navigator.serviceWorker.ready; const names = await caches.keys();"
            " for (const name of names) if (await (await caches.open(name)).match(path)) return true;"
            " return false; }", path))

    def reload_offline(self):
        """Loads the page again without a network; whether it came."""
        try:
            self.page.reload()
        except Exception as problem:  # The browser's own error page.
            return self.day.check(f"{self.role}: the page loads without network", False, str(problem).splitlines()[0])
        return self.day.check(f"{self.role}: the page loads without network", settle(
            lambda: self.page.evaluate("document.getElementById('station') !== null && !document.getElementById('scan-tools').hidden")))

    def waiting(self):
        """How many scans wait on the device."""
        return int(self.page.evaluate("localStorage.getItem('portico.waiting') ?? '0'"))

    def open_camera(self):
        self.page.click("#camera")
        is_open = settle(lambda: self.page.is_visible("#camera-view") and self.page.evaluate("!!window.formats"))
        self.day.check(f"{self.role}: the camera opens", is_open, self.scanner.text("camera-note"))

    def hold(self, code, kinds):
        """Holds a code before the camera until it is answered, takes it away."""
        self.page.evaluate("code => { window.before = [code]; }", code)
        came = self.scanner.answered(kinds, code) is not None
        self.day.check(f"{self.role}: the camera reads {code}", came, f"{self.scanner.kind} {self.scanner.text('answer-title')}")
        # Still before the lens: it is the same sack, not the next scan.
        self.page.wait_for_timeout(1200)
        self.day.check(f"{self.role}: {code} counts once while it is before the lens", self.scanner.kind in kinds, self.scanner.kind)
        self.page.evaluate("window.before = []")

    def close_camera(self):
        self.page.click("#camera-off")
        self.day.check(f"{self.role}: the camera closes and the box has the focus", settle(
            lambda: not self.page.is_visible("#camera-view") and self.scanner.focus == "code"), self.scanner.focus)

    def tab_to(self, selector, most=80):
        """Presses Tab until the element has the focus; whether that came."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return True
            self.page.keyboard.press("Tab")
        return self.day.check(f"{self.role}: Tab leads to {selector}", False)
