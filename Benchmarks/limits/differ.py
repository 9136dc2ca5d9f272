"""Compares decisions with those of the PyPI package `limits`, whose clock is ours. See README.md for what must agree."""

import argparse
import random
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from unittest import mock

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, memory
from limits.strategies import SlidingWindowCounterRateLimiter

START = 1_780_000_000_000
ACCOUNTS = 3


@dataclass
class Schedule:
    """One rule and the requests under it, in the order of their instants."""

    name: str
    algorithm: str
    quota: int
    seconds: int
    burst: int
    requests: list = field(default_factory=list)  # (milliseconds, account, cost)

    @property
    def window(self):
        """Milliseconds. `limits` counts what came exactly a window ago and we do not: ours is one longer for the log."""
        return self.seconds * 1000 + (1 if self.algorithm == "sliding_log" else 0)

    def lines(self):
        yield f"rule {self.name} {self.algorithm} {self.quota} {self.window} {self.burst}"
        for now, account, cost in self.requests:
            yield f"ask {now} {self.name} {account} {cost}"


def schedule(number, algorithm, numbers, requests):
    quota = numbers.choice([1, 2, 3, 5, 10, 30, 100, 400])
    seconds = numbers.choice([1, 2, 7, 10, 60, 3600])
    burst = numbers.choice([quota, max(1, quota // 3), quota * 2]) if algorithm == "token_bucket" else quota
    made = Schedule(f"{algorithm}.{number}", algorithm, quota, seconds, burst)
    now = START + numbers.randrange(1_000_000)
    pace = seconds * 1000 / quota
    mean = pace
    for _ in range(requests):
        if numbers.random() < 0.02:
            # Bursts, traffic about the limit, and quiet times, during which a whole window may pass.
            mean = pace * numbers.choice([0.05, 0.3, 0.8, 1, 1.2, 3])
            now += numbers.choice([0, 0, seconds * 1000, numbers.randrange(2_000 * seconds + 1)])
        # Whole paces in between make ties with the window's edge common.
        step = int(pace) if numbers.random() < 0.1 else int(numbers.expovariate(1 / mean))
        now += step // ACCOUNTS if numbers.random() < 0.5 else step
        cost = 1 if numbers.random() < 0.7 else numbers.randint(1, min(quota + 1, 8))
        made.requests.append((now, numbers.randrange(ACCOUNTS), cost))
    return made


class Rival:
    """The storage of `limits` with a clock that stands where it is put, and without its clean-up thread."""

    def __init__(self):
        self.now = START
        clock = mock.patch.object(memory.time, "time", lambda: self.now / 1000)
        clock.start()
        mock.patch.object(memory.threading, "Timer", mock.MagicMock()).start()
        self.storage = MemoryStorage()

    def fits(self, key, limit, seconds, cost, at):
        """Whether the exact log would admit so much at an instant. Changes nothing."""
        before, self.now = self.now, at
        self.storage.events["scratch"] = list(self.storage.events.get(key, []))
        answer = self.storage.acquire_entry("scratch", limit, seconds, cost)
        del self.storage.events["scratch"]
        self.now = before
        return answer


class Check:
    """Goes through one schedule with our decisions; `disagreements` says what cannot be."""

    def __init__(self, made):
        self.made = made
        self.rival = Rival()
        self.admitted = 0
        self.between = 0
        self.disagreements = []

    def run(self, answers):
        judge = getattr(self, self.made.algorithm)
        for request, answer in zip(self.made.requests, answers, strict=True):
            conforms, _, retry = (int(word) for word in answer.split())
            now, account, cost = request
            self.rival.now = now
            self.admitted += conforms
            wrong = judge(now, f"account-{account}", cost, conforms == 1, retry)
            if wrong:
                self.disagreements.append(f"{self.made}: {request}: {answer}: {wrong}"[:400])

    def sliding_log(self, now, key, cost, conforms, retry):
        made, rival = self.made, self.rival
        if rival.storage.acquire_entry(key, made.quota, made.seconds, cost) != conforms:
            return "the exact log decides otherwise"
        if conforms or cost > made.quota or now % 5:
            return None
        if not rival.fits(key, made.quota, made.seconds, cost, now + retry):
            return "it does not fit when we say that it will"
        return (
            "it would have fitted earlier"
            if rival.fits(key, made.quota, made.seconds, cost, now + retry - 1)
            else None
        )

    def sliding_window(self, now, key, cost, conforms, _):
        made, storage = self.made, self.rival.storage
        item = RateLimitItemPerSecond(made.quota, made.seconds)
        limiter = SlidingWindowCounterRateLimiter(storage)
        last, _, present, _ = storage.get_sliding_window(item.key_for(key), made.seconds)
        left = made.window - now % made.window
        estimate = Fraction(last * left, made.window) + present
        theirs = limiter.test(item, key, cost=cost)
        if conforms != (estimate + cost <= made.quota):
            return f"its counts give {float(estimate)}"
        if conforms and not (theirs and limiter.hit(item, key, cost=cost)):
            return "it refuses what we admit"
        if theirs and not conforms:
            # It rounds the estimate down, so it admits up to one unit more than the quota.
            self.between += 1
            return None if estimate + cost < made.quota + 1 else "it admits more than the rounding explains"
        return None

    def token_bucket(self, now, key, cost, conforms, _):
        made, rival = self.made, self.rival
        fits = rival.fits(key, min(made.quota, made.burst), made.seconds, cost, now)
        if conforms:
            self.between += not fits
            most = made.quota + made.burst
            return None if rival.storage.acquire_entry(key, most, made.seconds, cost) else f"more than {most} in a window"
        return "a window with room for it" if fits else None


def decide(program, schedules):
    """Our answers, schedule by schedule."""
    text = "\n".join(line for made in schedules for line in made.lines()) + "\n"
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    answers = iter(done.stdout.splitlines())
    return [[next(answers) for _ in made.requests] for made in schedules]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schedules", type=int, default=24)
    parser.add_argument("--requests", type=int, default=2500)
    arguments = parser.parse_args()
    numbers = random.Random(arguments.seed)
    algorithms = ["sliding_log", "sliding_window", "token_bucket"]
    schedules = [
        schedule(number, algorithms[number % 3], numbers, arguments.requests) for number in range(arguments.schedules)
    ]
    found = []
    totals = {name: [0, 0, 0] for name in algorithms}
    for made, answers in zip(schedules, decide(arguments.program, schedules), strict=True):
        check = Check(made)
        check.run(answers)
        found += check.disagreements
        for place, count in enumerate([len(answers), check.admitted, check.between]):
            totals[made.algorithm][place] += count
    words = {
        "sliding_log": "all decisions and sampled waits equal those of its moving window; between: none",
        "sliding_window": "equal to its counts in fractions; between: it admits by rounding down, we refuse",
        "token_bucket": "between the exact logs of min(quota, burst) and quota + burst; between: beyond the first",
    }
    for name, (decisions, admitted, between) in totals.items():
        print(f"{name}\t{decisions} decisions\t{admitted} admitted\t{between} between\t{words[name]}")
    for line in found[:10]:
        print(f"DISAGREEMENT\t{line}", file=sys.stderr)
    print(f"{len(found)} disagreements in {sum(total[0] for total in totals.values())} decisions, seed {arguments.seed}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
