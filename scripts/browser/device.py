"""A device at the packing table: what it keeps, what it sends and in which order, and servers in trouble."""

import threading

from station import Scanner, sign_in
from support import settle

# Writes down in which order scans are written on the device and sent, and what the page sounds like.
LISTENER = """
window.diary = [];
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (entry) {
  if (window.isBroken) throw new DOMException("no room", "QuotaExceededError");
  this.transaction.addEventListener("complete", () => diary.push(`kept ${entry.client_scan_id}`));
  return add.call(this, entry);
};
const send = window.fetch;
window.fetch = (address, options) => {
  for (const [, id] of String(options?.body ?? "").matchAll(/"client_scan_id":"([^"]+)"/g)) diary.push(`sent ${id}`);
  return send(address, options);
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  diary.push(`heard ${this.frequency.value}`);
  return start.apply(this, when);
};
"""
KEPT = """(name) => new Promise((resolve, reject) => {
  const request = indexedDB.open("bags-station");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const all = request.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""
# Scans of the person at hand, put into the store as if they had been made here.
STUFF = """([codes, sack]) => new Promise((resolve, reject) => {
  const { user, userName } = document.getElementById("station").dataset;
  const request = indexedDB.open("bags-station");
  request.onsuccess = () => {
    const transaction = request.result.transaction("scans", "readwrite");
    for (const code of codes) {
      transaction.objectStore("scans").add({
        client_scan_id: crypto.randomUUID(), user_id: user, user_name: userName, kind: code === sack ? "parent" : "child",
        code, shown: code, device_id: "device-stuffed", parent: code === sack ? null : sack, bill_id: null,
        ticket_id: null, attempts: 1, scanned_at: new Date().toISOString(),
      });
    }
    transaction.oncomplete = () => { request.result.close(); resolve(); };
    transaction.onabort = () => reject(transaction.error);
  };
})"""


def answering(status):
    """Answers a request as a server in trouble does."""
    def answer(route):
        route.fulfill(status=status, content_type="application/problem+json", body='{"code":"trial","title":"Trial"}',
                      headers={"Retry-After": "1"} if status == 429 else {})
    return answer


def killing(node, delay):
    """Kills the server so many seconds after it got a request; without a delay when it has done its work, before the answer."""
    shots = []

    def let_pass(route):
        if delay is None and not shots:
            shots.append(route.fetch())
            node.kill()
            return route.abort()
        if not shots:
            shots.append(threading.Timer(delay, node.kill))
            shots[0].start()
        return route.continue_()

    return let_pass


class Device:
    """One device at the packing table, with somebody signed in."""

    def __init__(self, walk, role="dispatcher", context=None, script=""):
        self.walk, self.url = walk, walk.url
        self.context = context or walk.browser.new_context(service_workers="allow")
        self.context.add_init_script(LISTENER + script)
        self.page = self.open()
        sign_in(self.page, self.url, role)
        self.scanner = Scanner(self.page)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def open(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.walk.problems.append(str(error)))
        return page

    def kept(self, name="scans"):
        return self.page.evaluate(KEPT, name)

    def diary(self, word):
        return [each.split(" ", 1)[1] for each in self.page.evaluate("diary") if each.startswith(word)]

    def waits(self, count, seconds=15):
        return settle(lambda: len(self.kept()) == count, seconds)

    def pull(self, code, kinds):
        self.scanner.pull(code)
        return self.scanner.answered(kinds, code) is not None

    def sack(self):
        """A new sack at the station, with the server's word for it."""
        code = self.walk.codes.sack()
        self.walk.findings.check(f"{code} is taken", self.pull(code, "sack"), self.told())
        return code

    def bags(self, count, kinds="saved"):
        codes = [self.walk.codes.bag() for _ in range(count)]
        answers = [self.pull(code, kinds) for code in codes]
        self.walk.findings.check(f"{count} scans are answered {kinds}", all(answers), self.told())
        return codes

    def settled_in(self):
        """Waits until the browser keeps the station for an outage."""
        settle(lambda: self.page.evaluate(
            "async () => { await navigator.serviceWorker.ready; for (const name of await caches.keys())"
            " if (await (await caches.open(name)).match('/bags/scan')) return true; return false; }"))

    def away(self, is_away):
        if is_away:
            self.settled_in()
        self.context.set_offline(is_away)

    def online(self):
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def told(self):
        words = [self.scanner.text(f"answer-{part}") for part in ("code", "title", "detail")]
        return " ".join([self.scanner.kind or "nothing", *words, self.scanner.text("band")])

    def reload(self):
        self.page.reload()
        settle(lambda: self.page.is_visible("#scan-tools"))
