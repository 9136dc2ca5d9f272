"""Holds the medians of a file of figures (contender, what, jobs a second) against the bounds of a part: `speed` or `age`.

Prints a line for each bound, and ends with status 1 when one is missed or nothing was measured for it.
"""

import collections
import statistics
import sys

# On SQLite, with the places a worker has of itself.
LEAST = 5000
# Of what a table with a thousand finished jobs does.
SHARE = 0.8

done = collections.defaultdict(list)
with open(sys.argv[2], encoding="utf-8") as file:
    for line in file:
        name, what, rate = line.rstrip("\n").split("\t")
        if what == "done":
            done[name].append(float(rate))


def median(name):
    return statistics.median(done[name]) if done[name] else None


def speed():
    rate = median("Portico, SQLite, default places")
    said = "nothing was measured" if rate is None else f"{rate:.0f}"
    yield f"small jobs a second on SQLite, at least {LEAST}: {said}", rate is not None and rate >= LEAST


def age():
    for engine in ("SQLite", "PostgreSQL"):
        young, old = median(f"{engine}, 1,000 finished"), median(f"{engine}, 1,000,000 finished")
        share = old / young if young and old is not None else None
        said = "nothing was measured" if share is None else f"{share:.0%}"
        what = f"{engine} beside a million finished jobs, at least {SHARE:.0%} of beside a thousand"
        yield f"{what}: {said}", share is not None and share >= SHARE


missed = 0
print()
for text, is_met in {"speed": speed, "age": age}[sys.argv[1]]():
    print(f"{'met   ' if is_met else 'MISSED'}  {text}")
    missed += not is_met
sys.exit(1 if missed else 0)
