"""Measures orjson and the standard library on the list in a file: name, MB/s, records/s.

Usage: orjson_bench.py measure FILE | orjson_bench.py summarise < lines of five rounds
"""

import json
import statistics
import sys
import time

import orjson


def fastest(work, seconds=0.4):
    best = float("inf")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def report(name, size, count, seconds):
    print(name, f"{size / seconds / 1e6:.1f} {count / seconds:.0f}")


def measure(path):
    with open(path, "rb") as file:
        data = file.read()
    records = orjson.loads(data)
    report("orjson.encode", len(orjson.dumps(records)), len(records), fastest(lambda: orjson.dumps(records)))
    report("python.encode", len(json.dumps(records)), len(records), fastest(lambda: json.dumps(records)))
    report("orjson.decode", len(data), len(records), fastest(lambda: orjson.loads(data)))
    report("python.decode", len(data), len(records), fastest(lambda: json.loads(data)))


def summarise(lines):
    speeds, rates = {}, {}
    for line in lines:
        name, speed, rate = line.split()
        speeds.setdefault(name, []).append(float(speed))
        rates.setdefault(name, []).append(float(rate))
    for name, values in speeds.items():
        print(f"{name:20} {statistics.median(values):8.1f} MB/s {statistics.median(rates[name]) / 1e6:6.2f} M records/s")
    for verb in ("encode", "decode"):
        for other in ("foundation", "orjson", "python"):
            ratios = [ours / theirs for ours, theirs in zip(rates[f"portico.{verb}"], rates[f"{other}.{verb}"])]
            spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
            print(f"{verb} portico / {other:11} {statistics.median(ratios):6.2f}  ({spread})")


if sys.argv[1] == "measure":
    measure(sys.argv[2])
else:
    summarise(sys.stdin)
