"""Prints the medians of a file of figures (contender, what, jobs a second), and how often faster Portico's jobs are done."""

import collections
import statistics
import sys

figures = collections.defaultdict(lambda: collections.defaultdict(list))
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        name, what, rate = line.rstrip("\n").split("\t")
        figures[name][what].append(float(rate))


def median(name, what):
    return statistics.median(figures[name][what])


WHAT = {
    "procrastinate": "procrastinate on PostgreSQL, one place (its default)",
    "procrastinate-16": "procrastinate on PostgreSQL, 16 places",
    "rq": "rq on Redis, as it comes: a process for each job",
    "rq-simple": "rq on Redis, SimpleWorker",
    "celery": "celery on Redis, 16 threads",
    "celery-prefork": "celery on Redis, 2 processes (its default here)",
}

print(f"{'empty jobs a second, medians':58} {'enqueued':>9} {'done':>7}  rounds")
for name, values in figures.items():
    rounds = " ".join(f"{value:.0f}" for value in values["done"])
    print(f"{WHAT.get(name, name):58} {median(name, 'enqueued'):9.0f} {median(name, 'done'):7.0f}  {rounds}")

own = [name for name in figures if name not in WHAT]
if not any(name in WHAT for name in figures):
    sys.exit()
print(f"\n{'jobs done, Portico against':58}" + "".join(f"{name.removeprefix('Portico, '):>28}" for name in own))
for name in figures:
    if name in WHAT:
        ratios = "".join(f"{median(each, 'done') / median(name, 'done'):27.1f}x" for each in own)
        print(f"{WHAT[name]:58}{ratios}")
