"""Prints labels, draws them with poppler and reads them with zbar. Called by scripts/check-labels."""

import http.client
import json
import os
import subprocess
import sys
import time

from support import API, Findings, Node, Person

LAYOUTS = {"a4-24": 24, "a4-8": 8, "roll-100x50": 1}
# Columns, width and height of a label in millimetres.
GRID = {"a4-24": (3, 70, 37), "a4-8": (2, 105, 74), "roll-100x50": (1, 100, 50)}
# That of the label printers of warehouses, in dots an inch.
RESOLUTION = 203
MIXED = ["SB00001", "M444-00042", "2903411", "389012340000000015", "RTN-20261122-0A1F", "CMD:UNDO", "CMD:DONE",
         "CMD:REPEAT", "ABCDEFGHIJKLMNOPQRST"]


def fetch(person, method, path, body=None):
    connection = http.client.HTTPConnection(person.address, timeout=60)
    connection.request(method, API + path, None if body is None else json.dumps(body), person.headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def read_code(pdf, page, place, layout):
    """The text of one label: the decoder is not at its best with many codes in one picture."""
    columns, width, height = GRID[layout]
    top = (297 - LAYOUTS[layout] // columns * height) / 2 if columns > 1 else 0
    box = [place % columns * width, top + place // columns * height, width, height]
    x, y, w, h = (round(value / 25.4 * RESOLUTION) for value in box)
    picture = subprocess.run(
        ["pdftoppm", "-r", str(RESOLUTION), "-f", str(page), "-l", str(page), "-x", str(x), "-y", str(y), "-W", str(w),
         "-H", str(h), "-png", pdf], check=True, capture_output=True).stdout
    run = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-"], input=picture, capture_output=True)
    return run.stdout.decode().strip()


def draw(pdf, folder):
    """One picture for each page, to be looked at."""
    stem = pdf[:-4]
    subprocess.run(["pdftoppm", "-r", "100", "-png", pdf, stem], check=True)
    return [name for name in os.listdir(folder) if name.startswith(os.path.basename(stem) + "-") and name.endswith("png")]


def check_sheet(person, folder, findings, layout, body, expected, name):
    status, data = fetch(person, "POST", "/labels/sheet", {"layout": layout, **body})
    if not findings.check(f"{name}: {layout} answers 200", status == 200, data[:200].decode(errors="replace")):
        return
    findings.check(f"{name}: {layout} is PDF 1.4 without object streams",
                   data.startswith(b"%PDF-1.4") and b"ObjStm" not in data)
    pdf = os.path.join(folder, f"{name}-{layout}.pdf")
    with open(pdf, "wb") as file:
        file.write(data)
    pages = -(-len(expected) // LAYOUTS[layout])
    pictures = draw(pdf, folder)
    findings.check(f"{name}: {layout} has {pages} pages", len(pictures) == pages, f"{len(pictures)}")
    found = [read_code(pdf, index // LAYOUTS[layout] + 1, index % LAYOUTS[layout], layout)
             for index in range(len(expected))]
    wrong = [(code, text) for code, text in zip(expected, found) if code != text]
    findings.check(f"{name}: every code of {layout} is read back, each at its place", not wrong, f"{wrong[:5]}")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.endswith((".png", ".pdf")):
            os.remove(os.path.join(folder, name))
    findings = Findings()
    node = Node(os.environ.get("PORTICO_BINARY", ".build/debug/portico"))
    try:
        person = Person(node.url, "biller")
        for layout in LAYOUTS:
            check_sheet(person, folder, findings, layout, {"codes": MIXED}, MIXED, "mixed")
        row = [f"SB{serial:05}" for serial in range(70_001, 70_051)]
        check_sheet(person, folder, findings, "a4-24",
                    {"product_type": "mustard", "first_serial": 70_001, "count": 50}, row, "row")
        started = time.monotonic()
        status, data = fetch(person, "POST", "/labels/sheet",
                             {"layout": "a4-24", "product_type": "mustard", "first_serial": 1, "count": 1000})
        elapsed = time.monotonic() - started
        findings.note(f"1000 labels: {elapsed:.2f} s, {len(data)} bytes")
        findings.check("1000 labels in two seconds", status == 200 and elapsed <= 2, f"{elapsed:.2f} s")
    finally:
        node.stop()
    print(f"{findings.made - len(findings.failed)} of {findings.made} checks passed; pictures in {folder}")
    return 1 if findings.failed else 0


if __name__ == "__main__":
    sys.exit(main())
