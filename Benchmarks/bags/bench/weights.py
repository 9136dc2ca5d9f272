"""Scans, and reads with scans among them, with SQLite's writing thread at the usual weight and at its own, in turn."""

import os
import statistics

from .table import Table

USUAL, OWN = 0, -5


class Weights(Table):
    """Changes the weight of one thread of the running server between rounds, so that all else is the same."""

    def __init__(self, measures, rounds):
        super().__init__(measures.office)
        self.measures, self.rounds = measures, rounds

    def all(self, codes):
        paths = self.measures.mixed_paths(codes[:1000])
        kinds = {"child scans accepted, 64 connections": self.scans, "80 % reads, 20 % scans, 100 users": lambda: self.mix(paths)}
        found = {(name, weight): [] for name in kinds for weight in (USUAL, OWN)}
        for turn in range(self.rounds):
            for weight in (USUAL, OWN) if turn % 2 == 0 else (OWN, USUAL):
                os.setpriority(os.PRIO_PROCESS, self.writer(), weight)
                for name, run in kinds.items():
                    found[name, weight].append(run())
        for (name, weight), runs in found.items():
            rate, half, most = (statistics.median(getattr(run, of) for run in runs) for of in ("per_second", "p50", "p99"))
            each = " ".join(f"{run.p99:.0f}" for run in runs)
            self.add(
                f"{name}, niceness {weight}", f"{rate:.0f}/s, p50 {half:.1f}, p99 {most:.1f} ms (p99 of each: {each})", "", None,
                runs=[vars(run) for run in runs])

    def writer(self):
        """The id of the thread that writes."""
        for pid in self.office.server.family():
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/comm", encoding="ascii") as name:
                    if name.read().strip() == "sqlite-write":
                        return int(thread)
        raise SystemExit("no thread of the server is called sqlite-write")

    def scans(self):
        sessions = self.office.sessions(4000 * self.measures.seconds)
        return self.measures.run(self.measures.plan(sessions=sessions, scans=1), 64)

    def mix(self, paths):
        plan = self.measures.plan(paths=paths, sessions=self.office.sessions(1500 * self.measures.seconds), scans=0.2)
        plan.reader = [self.office.biller.cookie] * 3 + [self.office.admin.cookie]
        return self.measures.run(plan, 100)
