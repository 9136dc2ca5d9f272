"""Three times as many requests as the server can answer: how many it still answers, and who else notices."""

import http.client
import os
import threading
import time

from .load import Plan
from .portico import API
from .table import Table, percentile

TIMES = 3
PAUSE = 1000


class Overload(Table):
    """Measures the peak about the load that the server just answers, then sends three times that."""

    def __init__(self, office, wrk, seconds):
        super().__init__(office)
        self.wrk, self.seconds = wrk, seconds

    def all(self):
        self.part()
        paths = [f"{API}/bags?limit=200", f"{API}/bags?limit=200&kind=parent", "/bags/"]
        plan = Plan(port=self.office.server.port, paths=paths, reader=[self.office.biller.cookie])
        rough = self.wrk.run(plan, self.office.server, 32, 4).per_second
        # The same people in every run, who rest between requests: only their number differs.
        plan.pause = PAUSE
        runs = [self.run(plan, rough * share) for share in (0.8, 1, 1.2)]
        peak = max(runs, key=lambda run: run[0])[0]
        with LifeSigns(self.office.server.port) as signs:
            good, under = self.run(plan, rough * TIMES)
        share = good / peak
        self.add(
            "answered under three times the load",
            f"{good:.0f} of {under.per_second:.0f}/s, {share:.0%} of the peak of {peak:.0f}/s",
            "≥ 90 % of the peak", share >= 0.9, peak=peak, under=vars(under), share=share)
        self.add(
            "a sign of life meanwhile", f"p50 {percentile(signs.times, 0.5):.1f}, p99 {percentile(signs.times, 0.99):.1f} ms; "
            f"{signs.bad} of {len(signs.times)} refused", "all answered", signs.bad == 0 and len(signs.times) > 0, times=signs.times)

    def run(self, plan, offered):
        """Good answers a second and all figures of a run in which so many requests a second are sent."""
        figures = self.wrk.run(plan, self.office.server, int(offered * PAUSE / 1000), self.seconds)
        return (figures.requests - figures.bad) / figures.requests * figures.per_second, figures

    def part(self):
        """Gives the server one half of the cores and the load the other: refusing costs the load more than the server."""
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            return
        half = len(cores) // 2
        for pid in self.office.server.family():
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(thread), cores[:half])
        os.sched_setaffinity(0, cores[half:])


class LifeSigns:
    """Asks ten times a second on a connection of its own whether the server is alive."""

    def __init__(self, port):
        self.port, self.times, self.bad = port, [], 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.ask, daemon=True)

    def ask(self):
        while not self.ended.wait(0.1):
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/livez")
                self.bad += connection.getresponse().status != 200
            except OSError:
                self.bad += 1
            connection.close()
            self.times.append((time.perf_counter() - began) * 1000)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
