"""Runs a steady mixed load against one server and says whether its memory stays flat."""

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import deque

from bench.portico import API
from bench.processes import Server, free_port

from company import Company
from doors import Doors
from packing import Packing
from people import Office, Tally
from reads import Reads
from samples import MIB, Samples
from verdict import HEADING, Verdict, row
from wire import Wire

WORKERS = 24
SAMPLE_SECONDS = 10
# Page cache of SQLite's writer, which keeps what it wrote until this is full; those of the readers are small.
PAGE_CACHE = 16 * MIB


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/soak/run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="length of the run")
    parser.add_argument("--rate", type=float, default=200, help="requests a second, all together")
    parser.add_argument("--scale", choices=["small", "medium", "full"], default="medium", help="size of the data")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL and Redis")
    parser.add_argument("--seed", type=int, default=1, help="of the order of requests")
    parser.add_argument("--json", metavar="FILE", help="every sample as JSON")
    parser.add_argument("--log", metavar="FILE", help="keeps what the server writes")
    return parser.parse_args()


def start(options, data, log):
    port = free_port()
    # Limits count everybody and refuse nobody: their books are part of what is held. Wrong sign-ins seem to come from
    # many networks, or the only one would be locked out.
    command = [
        os.environ["PORTICO_BIN"], "serve", "bags", "--port", str(port), "--data", data, "--demo", "--demo-scale",
        options.scale, "--environment", "testing", "--set", "log.level=warning", "--set", "limits.mode=shadow",
        "--set", "server.trusted_proxies=127.0.0.1/32"]
    if options.postgresql:
        command += ["--set", f"database.url={os.environ['PORTICO_TEST_POSTGRES']}"]
        command += ["--set", f"redis.url={os.environ['PORTICO_TEST_REDIS']}"]
    return Server(command, port, "/readyz", log)


class Load:
    """All that happens to the server, at a steady rate."""

    def __init__(self, options, server):
        self.rate, self.random, self.tally = options.rate, random.Random(options.seed), Tally()
        self.office = Office(server.port, self.tally, self.random)
        seen = deque(maxlen=5000)
        self.reads = Reads(self.office, seen)
        kinds = Packing(self.office, seen).kinds() + self.reads.kinds() + Doors(self.office).kinds()
        self.shares, self.acts = zip(*kinds)
        self.company = Company(self.office)
        self.queue = asyncio.Queue(maxsize=WORKERS)
        self.acted = 0

    async def work(self):
        """One worker, with a connection of its own."""
        wire = Wire(self.office.port)
        while True:
            act = await self.queue.get()
            await act(wire)
            self.acted += 1
            self.queue.task_done()

    async def pace(self):
        """Hands out acts so that requests come at the rate; what a slow server missed is not made up for."""
        due = time.monotonic()
        while True:
            # Some acts are several requests, which is only known afterwards.
            each = self.tally.requests / self.acted if self.acted > 100 else 1.2
            due = max(due + each / self.rate, time.monotonic() - 0.5)
            await asyncio.sleep(max(0, due - time.monotonic()))
            await self.queue.put(self.random.choices(self.acts, self.shares)[0])

    async def run(self, seconds, samples):
        await self.office.sign_in()
        wire = Wire(self.office.port)
        await self.reads.prepare(wire)
        wire.close()
        everything = [self.pace()] + [self.work() for _ in range(WORKERS)] + self.company.tasks()
        tasks = [asyncio.create_task(each) for each in everything]
        try:
            await self.watch(seconds, samples, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def watch(self, seconds, samples, tasks):
        """Takes samples and tells every minute how things are."""
        pause = min(SAMPLE_SECONDS, seconds / 24)
        print(HEADING, flush=True)
        began = samples.began = time.monotonic()
        told, minute, since = samples.take(), 1, []
        while time.monotonic() - began < seconds - 0.01:
            await asyncio.sleep(max(0, len(samples.all) * pause - (time.monotonic() - began)))
            for task in tasks:
                if task.done():
                    raise task.exception() or SystemExit("a part of the load ended")
            now = await asyncio.to_thread(samples.take)
            since.append(now)
            if now.at >= minute * 60 - pause / 2 or now.at >= seconds - 0.01:
                print(row(minute, told, since), flush=True)
                told, minute, since = now, minute + 1, []


async def recount(office):
    """Whether counters still equal a recount."""
    wire = Wire(office.port)
    answer = await wire.call("GET", f"{API}/stats/verify", office.admin.fields())
    wire.close()
    is_equal = answer.status == 200 and answer.json.get("equal") is True
    print(f"Counters equal a recount: {'yes' if is_equal else f'NO ({answer.status} {answer.body[:300]!r})'}")
    return is_equal


def say_answers(tally):
    print("\nAnswers by kind")
    for kind, statuses in sorted(tally.answers.items()):
        print(f"  {kind:<22} " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    print(f"{tally.requests} requests, {tally.unexpected} not answered as expected")
    for example in tally.examples:
        print(f"  {example}")


def say_memory(samples, seconds, is_sqlite):
    """The verdicts on memory."""
    warm = min(samples, key=lambda each: abs(each.at - seconds / 4))
    print(f"\nThe warm-up ended after {warm.at / 60:.1f} minutes", end="")
    if is_sqlite:
        written = warm.database - samples[0].database
        print(f"; {written / MIB:.0f} MiB had been added to the database, of which SQLite's writer keeps {PAGE_CACHE / MIB:.0f}",
              end="" if written >= PAGE_CACHE else ": ITS CACHE WAS NOT FULL, so growth may be that")
    print()
    verdicts = [Verdict(samples, seconds, "rss"), Verdict(samples, seconds, "rss_anon")]
    for verdict, title in zip(verdicts, ("RSS", "RssAnon")):
        verdict.say(title)
    return verdicts


def finish(options, seconds, load, samples, is_equal):
    say_answers(load.tally)
    verdicts = say_memory(samples.all, seconds, not options.postgresql)
    is_flat = all(each.is_flat for each in verdicts)
    has_passed = is_flat and is_equal and load.tally.unexpected == 0
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({
                "taken_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "options": vars(options),
                "cores": os.cpu_count(), "passed": has_passed, "flat": is_flat, "counters_equal": is_equal,
                "verdicts": [each.plain() for each in verdicts], "answers": load.tally.answers,
                "unexpected": load.tally.examples, "samples": samples.plain()}, file, indent=1)
            file.write("\n")
    print(f"Memory {'stays flat' if is_flat else 'GROWS'} over {options.minutes:g} minutes"
          + ("" if has_passed or not is_flat else "; but see the answers above"), flush=True)
    return has_passed


def main():
    options = arguments()
    # Ends like an interrupted run, with the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seconds = options.minutes * 60
    folder = tempfile.mkdtemp(prefix="portico-soak-")
    data, log = os.path.join(folder, "data"), options.log or os.path.join(folder, "server.log")
    server = None
    try:
        print(f"Portico on {'PostgreSQL and Redis' if options.postgresql else 'SQLite'}, {options.scale} demonstration "
              f"data, {options.rate:g} requests a second for {options.minutes:g} minutes, {platform.machine()}, "
              f"{os.cpu_count()} cores shared with the load; MiB", flush=True)
        server = start(options, data, log)
        load = Load(options, server)
        samples = Samples(server, data, load.tally, load.company)

        async def everything():
            await load.run(seconds, samples)
            return await recount(load.office)

        is_equal = asyncio.run(everything())
        has_passed = finish(options, seconds, load, samples, is_equal)
        if server.process.poll() is not None:
            raise SystemExit(f"the server ended with {server.process.returncode}")
    except BaseException:
        if os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as lines:
                print("the server said:\n" + lines.read()[-2000:], file=sys.stderr)
        raise
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if has_passed else 1)


if __name__ == "__main__":
    main()
