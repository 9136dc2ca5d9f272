"""Runs wrk with a plan and reads its figures."""

import json
import os
import subprocess
import threading
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THREADS = 2


@dataclass
class Plan:
    """What wrk sends; see load.lua."""

    port: int
    paths: list = field(default_factory=list)
    reader: list = field(default_factory=lambda: [""])
    sessions: list = field(default_factory=list)
    scan_path: str = ""
    scans: float = 0
    pause: int = 0


@dataclass
class Figures:
    """What came back; latencies in milliseconds."""

    requests: int
    per_second: float
    per_cpu_second: float
    p50: float
    p95: float
    p99: float
    bad: int
    peak_bytes: int

    @property
    def error_share(self):
        return self.bad / max(self.requests, 1)


def quoted(text):
    return json.dumps(text)


def written(plan, run):
    """The plan as Lua."""
    sessions = ",\n".join(
        "{cookie=%s,csrf=%s,sacks={%s}}" % (quoted(cookie), quoted(csrf), ",".join(map(quoted, sacks)))
        for cookie, csrf, sacks in plan.sessions)
    return "return {run=%s,scans=%s,pause=%s,scan_path=%s,\nreader={%s},\npaths={%s},\nsessions={%s}}\n" % (
        quoted(f"{run:03d}"), plan.scans, plan.pause or "nil", quoted(plan.scan_path),
        ",".join(map(quoted, plan.reader)), ",".join(map(quoted, plan.paths)), sessions)


class Wrk:
    """Runs of wrk, each with codes of its own: `run_number` is the last one used on these data."""

    def __init__(self, folder, run_number=0):
        self.folder = folder
        self.run_number = run_number

    def run(self, plan, server, connections, seconds):
        self.run_number += 1
        path = os.path.join(self.folder, "plan.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(written(plan, self.run_number))
        before = server.cpu_seconds()
        with MemoryWatch(server) as memory:
            output = subprocess.run(
                ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
                 os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{plan.port}"],
                env={**os.environ, "PORTICO_BENCH_PLAN": path, "PORTICO_BENCH_THREADS": str(THREADS)},
                capture_output=True, text=True, check=False)
        used = server.cpu_seconds() - before
        line = next((line for line in output.stdout.splitlines() if line.startswith("RESULT ")), None)
        if line is None:
            raise SystemExit("wrk gave no result:\n" + output.stdout + output.stderr)
        raw = json.loads(line[7:])
        return Figures(
            requests=raw["requests"], per_second=raw["requests"] / raw["microseconds"] * 1e6,
            per_cpu_second=raw["requests"] / max(used, 0.01), p50=raw["p50"] / 1000, p95=raw["p95"] / 1000,
            p99=raw["p99"] / 1000, bad=raw["bad_status"] + raw["broken"], peak_bytes=memory.peak)


class MemoryWatch:
    """The most memory a server held while this was open, looked at twice a second."""

    def __init__(self, server):
        self.server = server
        self.peak = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.ended.wait(0.5):
            self.peak = max(self.peak, self.server.resident_bytes())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.peak = max(self.peak, self.server.resident_bytes())
        self.ended.set()
        self.thread.join()
