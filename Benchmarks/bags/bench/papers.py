"""Papers and live messages: the summary of a day, the trace of a lot, label sheets, EPCIS pages, and who hears of a scan."""

import re
import select
import socket
import time
import uuid
from datetime import date, timedelta

from .portico import API
from .table import Table, percentile

LISTENERS = 200


class Papers(Table):
    """Measures what is printed, traced and told; each method adds a row."""

    def __init__(self, office, is_full):
        """Targets are those of full data."""
        super().__init__(office, is_judged=is_full)
        self.admin = office.admin

    def all(self):
        self.summaries()
        self.trace()
        self.labels()
        self.events()
        self.listeners()

    def timed(self, path):
        """Milliseconds until the whole answer is there, and the answer."""
        began = time.perf_counter()
        answer = self.admin.get(path)
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path} gave {answer.status}: {answer.body[:300]!r}")
        return took, answer

    def summaries(self, days=30):
        """Days that nobody has asked for since the start: each is counted anew."""
        times, scans = [], []
        for back in range(3, 3 + days):
            took, answer = self.timed(f"{API}/summaries/daily?date={date.today() - timedelta(days=back)}")
            times.append(took)
            scans.append(sum(answer.json["totals"]["scans"].values()))
        worst, most = max(times), max(scans)
        self.add(
            "daily summary, first reading", f"p50 {percentile(times, 0.5):.0f}, max {worst:.0f} ms; up to {most} scans",
            "≤ 500 ms for 20,000 scans", worst <= 500 * max(1, most / 20_000) and most >= 18_000,
            p50=percentile(times, 0.5), worst=worst, scans=most)

    def trace(self, rounds=30):
        """The lot with the most bags among the first of this year and the last."""
        lots = [f"{kind}/{year}/{number:03d}" for kind in ("MUS", "MOO")
                for year in (date.today().year - 1, date.today().year) for number in (1, 2, 3)]
        lot, bags = max(
            ((lot, self.timed(f"{API}/trace?lot={lot}")[1].json["children"]) for lot in lots), key=lambda each: each[1])
        times = [self.timed(f"{API}/trace?lot={lot}")[0] for _ in range(rounds)]
        self.add(
            "lot trace", f"p50 {percentile(times, 0.5):.1f}, max {max(times):.1f} ms; {bags} bags",
            "≤ 300 ms for 5000 bags", max(times) <= 300 and bags >= 5000,
            p50=percentile(times, 0.5), worst=max(times), bags=bags)

    def labels(self, rounds=5):
        """1000 labels on A4, 24 to a page."""
        times = []
        for first in range(rounds):
            began = time.perf_counter()
            answer = self.admin.post(f"{API}/labels/sheet", {
                "layout": "a4-24", "product_type": "mustard", "first_serial": 1000 * first, "count": 1000})
            times.append((time.perf_counter() - began) * 1000)
            if answer.status != 200 or not answer.body.startswith(b"%PDF"):
                raise SystemExit(f"the sheet gave {answer.status}: {answer.body[:300]!r}")
        self.add(
            "label sheet of 1000", f"p50 {percentile(times, 0.5):.0f}, max {max(times):.0f} ms", "≤ 2000 ms",
            max(times) <= 2000, p50=percentile(times, 0.5), worst=max(times))

    def events(self, pages=200):
        """Pages of 200 events, each behind the one before."""
        path, times = f"{API}/epcis/events?perPage=200", []
        for _ in range(pages):
            took, answer = self.timed(path)
            times.append(took)
            following = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link") or "")
            if not following:
                break
            path = following[1]
        self.add(
            "EPCIS page of 200", f"p50 {percentile(times, 0.5):.1f}, p99 {percentile(times, 0.99):.1f} ms; {len(times)} pages",
            "p99 ≤ 60 ms", percentile(times, 0.99) <= 60, p50=percentile(times, 0.5), p99=percentile(times, 0.99))

    # Live messages

    def listeners(self, scans=60):
        """From the answer of a scan to its message at each of 200 streams of the area."""
        person = self.office.dispatchers[0]
        sacks = self.office.sacks(person, -(-scans // 30))
        streams = [self.stream(person) for _ in range(LISTENERS)]
        poll = select.epoll()
        for each in streams:
            poll.register(each.fileno(), select.EPOLLIN)
        by_number = {each.fileno(): each for each in streams}
        delays = []
        for index in range(scans):
            code = f"5{int(time.time()) % 10**6:06d}{index:05d}"
            answer = person.post(f"{API}/scans/child", {
                "parent": sacks[index // 30], "code": code, "client_scan_id": str(uuid.uuid4())})
            if answer.status != 201:
                raise SystemExit(f"a scan gave {answer.status}: {answer.body[:300]!r}")
            delays += self.heard(poll, by_number, code.encode(), time.perf_counter())
        for each in streams:
            each.close()
        p50, p99 = percentile(delays, 0.5), percentile(delays, 0.99)
        lost = scans * LISTENERS - len(delays)
        self.add(
            f"live message after a scan, {LISTENERS} listeners",
            f"p50 {p50:.1f}, p99 {p99:.1f} ms; {len(delays)} heard, {lost} lost", "p99 ≤ 300 ms", p99 <= 300 and lost == 0,
            p50=p50, p99=p99, lost=lost)

    def stream(self, person):
        connection = socket.create_connection(("127.0.0.1", self.office.server.port), timeout=10)
        connection.sendall((
            f"GET {API}/stream?topics=area:lucknow HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Cookie: {person.cookie}\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"a stream gave {head[:300]!r}")
        connection.setblocking(False)
        return connection

    def heard(self, poll, streams, mark, began):
        """Milliseconds after which each stream had the message."""
        waiting, kept, delays = set(streams), {}, []
        deadline = began + 5
        while waiting and time.perf_counter() < deadline:
            for number, _ in poll.poll(0.5):
                kept[number] = kept.get(number, b"") + streams[number].recv(1 << 18)
                if number in waiting and mark in kept[number]:
                    delays.append((time.perf_counter() - began) * 1000)
                    waiting.discard(number)
        return delays
