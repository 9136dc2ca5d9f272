"""The same questions to the PyPI package `limits` with its storage in memory. Prints name, value, unit per line."""

import resource
import subprocess
import sys
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

DECISIONS = 200_000
KEYS = 10_000


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def measure(name, strategy):
    limiter = strategy(MemoryStorage())
    item = RateLimitItemPerMinute(6000)
    began = time.perf_counter()
    for step in range(DECISIONS):
        limiter.hit(item, str(step * 7919 % KEYS))
    taken = time.perf_counter() - began
    print(f"{name}, 10,000 keys\t{DECISIONS / taken:.0f}\tdecisions/s")
    print(f"{name}, per check\t{taken / DECISIONS * 1e9:.0f}\tns")


def measure_memory(name, strategy, keys=200_000):
    limiter = strategy(MemoryStorage())
    item = RateLimitItemPerMinute(6000)
    before = resident_bytes()
    for key in range(keys):
        limiter.hit(item, str(key))
    print(f"{name}, {keys:,} keys, resident memory\t{(resident_bytes() - before) / keys:.0f}\tbytes/key")


STRATEGIES = {
    "fixed window": FixedWindowRateLimiter,
    "moving window": MovingWindowRateLimiter,
    "sliding window counter": SlidingWindowCounterRateLimiter,
}

if len(sys.argv) > 1:
    measure_memory(sys.argv[1], STRATEGIES[sys.argv[1]])
else:
    for title, kind in STRATEGIES.items():
        measure(title, kind)
    # Each in a process of its own, or memory that one has freed hides what the next one takes.
    for title in STRATEGIES:
        sys.stdout.flush()
        subprocess.run([sys.executable, __file__, title], check=True)
