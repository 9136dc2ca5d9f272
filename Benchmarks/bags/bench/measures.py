"""The figures of the application's own table, as far as the application has the parts they measure."""

import time
import uuid
from urllib.parse import quote

from .load import Plan
from .portico import API, Sample
from .table import MIB, Table, percentile


class Measures(Table):
    """Measures one server after the other row; each method adds rows."""

    def __init__(self, office, wrk, seconds, postgresql):
        super().__init__(office, postgresql)
        self.wrk = wrk
        self.seconds = seconds
        self.peak_under_mix = 0

    def plan(self, **parts):
        return Plan(port=self.office.server.port, reader=self.office.readers, scan_path=f"{API}/scans/child", **parts)

    def run(self, plan, connections, seconds=None):
        return self.wrk.run(plan, self.office.server, connections, seconds or self.seconds)

    def served(self, name, path):
        answer = self.office.admin.get(path)
        if answer.status == 200:
            return True
        self.add(name, f"not served: {answer.status}", "", None)
        return False

    def all(self):
        self.idle()
        self.single_scans()
        self.batches()
        self.scans()
        self.reads(Sample(self.office))
        self.busy()

    def idle(self):
        held = self.office.resident_bytes()
        self.add("memory idle", f"{held / MIB:.0f} MiB", "≤ 150 MiB", held <= 150 * MIB, bytes=held)

    def single_scans(self, count=400):
        """One scan after the other on a server that has nothing else to do."""
        person = self.office.dispatchers[0]
        sacks = self.office.sacks(person, -(-count // 30))
        times = []
        for index in range(count):
            body = {
                "parent": sacks[index // 30], "code": f"8{int(time.time()) % 10**6:06d}{index:05d}",
                "client_scan_id": str(uuid.uuid4())}
            began = time.perf_counter()
            answer = person.post(f"{API}/scans/child", body)
            times.append((time.perf_counter() - began) * 1000)
            if answer.status != 201:
                raise SystemExit(f"a scan gave {answer.status}: {answer.body[:300]!r}")
        times = times[20:]
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        most = self.limit((3, 15), (6, 25))
        self.add(
            "one child scan, idle server", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
            f"p50 ≤ {most[0]} ms, p99 ≤ {most[1]} ms", p50 <= most[0] and p99 <= most[1], p50=p50, p99=p99)

    def batches(self, count=60):
        """What an offline queue sends: a sack, its bags, the next sack."""
        person = self.office.dispatchers[0]
        sacks = self.office.sacks(person, count * 4)
        mark = f"7{int(time.time()) % 10**6:06d}"
        times = []
        for batch in range(count):
            items = [
                {"kind": "child", "parent": sacks[batch * 4 + index // 25], "code": f"{mark}{batch * 100 + index:05d}",
                 "client_scan_id": str(uuid.uuid4())} for index in range(100)]
            began = time.perf_counter()
            answer = person.post(f"{API}/scans/batch", {"items": items})
            times.append((time.perf_counter() - began) * 1000)
            if answer.status != 200 or any(each["status"] != 201 for each in answer.json["results"]):
                raise SystemExit(f"a batch gave {answer.status}: {answer.body[:300]!r}")
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        most = self.limit(150, 250)
        self.add(
            "batch of 100 offline scans", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", f"p99 ≤ {most} ms", p99 <= most,
            p50=p50, p99=p99)

    def scans(self):
        self.run(self.plan(sessions=self.office.sessions(6000), scans=1), 64, 2)
        before = self.linked()
        figures = self.run(self.plan(sessions=self.office.sessions(4000 * self.seconds), scans=1), 64)
        taken = self.linked() - before
        rate, p50, p99 = self.limit((1500, 25, 90), (800, None, 150))
        passed = figures.per_second >= rate and figures.p99 <= p99 and (p50 is None or figures.p50 <= p50)
        target = f"≥ {rate}/s, " + (f"p50 ≤ {p50}, " if p50 else "") + f"p99 ≤ {p99} ms"
        # Requests whose answers wrk no longer waited for are taken too.
        honest = figures.bad == 0 and taken >= figures.requests
        self.add(
            "child scans accepted, 64 connections",
            f"{figures.per_second:.0f}/s, p50 {figures.p50:.1f}, p99 {figures.p99:.1f} ms, {figures.bad} bad", target,
            passed and honest, linked=taken, **vars(figures))

    def linked(self):
        return self.office.admin.get(f"{API}/stats").json["scans"]["linked"]

    def reads(self, sample):
        codes = sample.codes
        most = self.limit((5, 10, 15, 15), (10, 15, 25, 25))
        far = f"{API}/bags?limit=50&cursor={sample.cursor}"
        self.read("bag by code", [f"{API}/bags/{code}" for code in codes], most[0])
        self.read("resolve", [f"{API}/resolve?code={code}" for code in codes], most[1])
        self.read("bag list, first page", [f"{API}/bags?limit=50"], most[2])
        self.read(f"bag list at row {sample.row}", [far], most[2], ["biller"])
        self.read("prefix search", [f"{API}/bags?q={quote(code[:4])}" for code in codes[:1000]], most[3])
        self.read("suffix search", [f"{API}/bags?q=%2A{quote(code[-4:])}" for code in codes[:1000]], most[3])
        self.read("stats", [f"{API}/stats"], 5)
        self.read("dashboard page", ["/bags/"], 48)
        self.mix(codes)

    def read(self, name, paths, most, who=None):
        """Latency over 8 connections, and the rate over 64."""
        if not self.served(name, paths[0]):
            return
        # Bags of another area do not exist for a dispatcher, and cursors belong to the list they came from.
        people = [self.office.biller.cookie] * 3 + ([] if who else [self.office.admin.cookie])
        plan = self.plan(paths=paths)
        plan.reader = people
        self.run(plan, 8, 1)
        calm = self.run(plan, 8)
        busy = self.run(plan, 64, max(2, self.seconds // 2))
        self.add(
            name, f"p50 {calm.p50:.2f}, p99 {calm.p99:.2f} ms; {busy.per_second:.0f}/s, {calm.bad + busy.bad} bad",
            f"p99 ≤ {most} ms", calm.p99 <= most and calm.bad + busy.bad == 0, calm=vars(calm), busy=vars(busy))

    def mixed_paths(self, codes):
        paths = []
        for index, code in enumerate(codes):
            paths.append([
                f"{API}/bags/{code}", f"{API}/resolve?code={code}", f"{API}/bags/{code}", f"{API}/bags?limit=50",
                f"{API}/bags/{code}", f"{API}/stats", f"{API}/bags?q={quote(code[:4])}", f"{API}/bags/{code}",
                f"{API}/bags?q=%2A{quote(code[-4:])}", f"{API}/bags/{code}/history"][index % 10])
        return [path for path in paths if self.office.admin.get(path).status == 200]

    def mix(self, codes):
        paths = self.mixed_paths(codes[:1000])
        plan = self.plan(paths=paths, sessions=self.office.sessions(1000 * self.seconds + 2000), scans=0.2)
        plan.reader = [self.office.biller.cookie] * 3 + [self.office.admin.cookie]
        self.run(plan, 100, 2)
        figures = self.run(plan_with_fresh(plan, self.office.sessions(1500 * self.seconds)), 100)
        rate, p99 = self.limit((3000, 100), (1500, 150))
        self.peak_under_mix = figures.peak_bytes
        self.add(
            "80 % reads, 20 % scans, 100 users",
            f"{figures.per_second:.0f}/s, p50 {figures.p50:.1f}, p99 {figures.p99:.1f} ms, {figures.error_share:.3%} bad",
            f"≥ {rate}/s, p99 ≤ {p99} ms, < 0.06 %",
            figures.per_second >= rate and figures.p99 <= p99 and figures.error_share < 0.0006, **vars(figures))
        self.pausing(plan)

    def pausing(self, plan):
        """1000 users who rest for a second after each answer, every second request a scan."""
        plan = plan_with_fresh(plan, self.office.sessions(1000 * (self.seconds + 4)))
        plan.scans, plan.pause = 0.5, 1000
        figures = self.run(plan, 1000, self.seconds + 2)
        p95, p99 = self.limit((100, 200), (None, 250))
        passed = figures.p99 <= p99 and (p95 is None or figures.p95 <= p95) and figures.error_share < 0.0006
        self.add(
            "1000 users with 1 s pause, 500 scanning",
            f"{figures.per_second:.0f}/s, p95 {figures.p95:.1f}, p99 {figures.p99:.1f} ms, {figures.error_share:.3%} bad",
            (f"p95 ≤ {p95}, " if p95 else "") + f"p99 ≤ {p99} ms, < 0.06 %", passed, **vars(figures))

    def busy(self):
        peak = max(self.peak_under_mix, self.office.resident_bytes())
        self.add("memory under the mix", f"{peak / MIB:.0f} MiB", "≤ 350 MiB", peak <= 350 * MIB, bytes=peak)


def plan_with_fresh(plan, sessions):
    return Plan(**{**vars(plan), "sessions": sessions})
