"""The camera of the station before a label of the product's own, read by the decoder that the page brings along."""

import os
import subprocess
import tempfile

from labels import fetch
from station import Scanner, sign_in
from support import settle

WIDTH, HEIGHT = 640, 480
# Pictures a second, and how long the label is before the lens and away from it; the stream begins again after that.
RATE, SEEN, AWAY = 5, 5, 4


def printed(person, code, folder):
    """A label as it is printed: width, height and its grey pixels."""
    status, pdf = fetch(person, "POST", "/labels/sheet", {"layout": "roll-100x50", "codes": [code]})
    if status != 200:
        raise SystemExit(f"printing a label gave {status}: {pdf[:200]}")
    path = os.path.join(folder, "label.pdf")
    with open(path, "wb") as file:
        file.write(pdf)
    picture = subprocess.run(["pdftoppm", "-gray", "-r", "130", "-singlefile", path], check=True, capture_output=True).stdout
    _, size, _, pixels = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, pixels


def film(label, path):
    """A stream of a table on which the label lies for some time, as YUV4MPEG2: brightness, then colours of half the size."""
    width, height, pixels = label
    empty = bytes([120]) * (WIDTH * HEIGHT)
    left, top = (WIDTH - width) // 2, (HEIGHT - height) // 2
    lying = bytearray(empty)
    for row in range(height):
        start = (top + row) * WIDTH + left
        lying[start:start + width] = pixels[row * width:(row + 1) * width]
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    with open(path, "wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420\n".encode())
        for picture in [bytes(lying)] * (RATE * SEEN) + [empty] * (RATE * AWAY):
            file.write(b"FRAME\n" + picture + colours)


class LensWalk:
    """Holds a bag before the camera, takes it away, and holds it there again."""

    def __init__(self, launch, url, person, codes, findings):
        self.launch, self.url, self.person, self.codes, self.findings = launch, url, person, codes, findings
        self.problems, self.sent = [], []

    def all(self):
        sack, bag = self.codes.sack(), self.codes.bag()
        with tempfile.TemporaryDirectory(prefix="portico-lens-") as folder:
            path = os.path.join(folder, "label.y4m")
            film(printed(self.person, bag, folder), path)
            browser = self.launch(["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}"])
            context = browser.new_context(permissions=["camera"])
            page = context.new_page()
            page.on("pageerror", lambda error: self.problems.append(str(error)))
            page.on("request", self.count)
            sign_in(page, self.url, "dispatcher")
            self.look(page, Scanner(page), sack, bag)
            browser.close()

    def count(self, request):
        if request.url.endswith("/scans/child"):
            self.sent.append(request.post_data_json["code"])

    def look(self, page, scanner, sack, bag):
        check = self.findings.check
        scanner.pull(sack)
        check("a sack lies at the camera", scanner.answered("sack", sack) is not None, scanner.kind)
        page.click("#camera")
        check("the camera opens", settle(lambda: page.is_visible("#camera-view")), scanner.text("camera-note"))
        check("the decoder of the page reads a label of our own", scanner.answered("linked", bag, 15) is not None,
              f"{scanner.kind} {scanner.text('answer-code')} {scanner.text('answer-title')}")
        page.wait_for_timeout(2000)
        check("which counts once while it lies there", self.sent == [bag], str(self.sent))
        check("after it was gone for 2 s it counts again", settle(
            lambda: page.evaluate("1") and len(self.sent) == 2, (SEEN + AWAY) * 2)
            and scanner.answered("duplicate", bag) is not None, f"{self.sent} {scanner.kind}")
        check("the server has it once", self.person.children(sack) == [bag], str(self.person.children(sack)))
        page.click("#camera-off")
        check("the camera closes and the box has the focus", settle(
            lambda: not page.is_visible("#camera-view") and scanner.focus == "code"), scanner.focus)
        check("no script error and no blocked content at the camera", not self.problems, "; ".join(self.problems[:3]))
