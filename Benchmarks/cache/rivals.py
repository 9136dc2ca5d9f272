"""Plays the traces of a folder to `theine` and to the policies of `libcachesim`: prints trace, size, policy, hits in percent."""

import pathlib
import sys

import libcachesim
from theine import Cache

SIZES = (1_000, 10_000)
POLICIES = {
    "FIFO": libcachesim.FIFO,
    "LRU": libcachesim.LRU,
    "Clock": libcachesim.Clock,
    "ARC": libcachesim.ARC,
    "LIRS": libcachesim.LIRS,
    "2Q": libcachesim.TwoQ,
    "SIEVE": libcachesim.Sieve,
    "S3-FIFO": libcachesim.S3FIFO,
    "W-TinyLFU": libcachesim.WTinyLFU,
}


def show(trace, size, policy, ratio):
    print(f"{trace}\t{size}\t{policy}\t{ratio * 100:.2f}", flush=True)


def theine(path, size):
    cache = Cache(size)
    hits = requests = 0
    with open(path, encoding="ascii") as file:
        for line in file:
            key = int(line)
            requests += 1
            if cache.get(key)[1]:
                hits += 1
            else:
                cache.set(key, True)
    cache.close()
    return hits / requests


def simulated(path, size, policy):
    parameters = libcachesim.ReaderInitParam(ignore_obj_size=True, has_header=False, delimiter=",")
    reader = libcachesim.TraceReader(str(path), libcachesim.TraceType.PLAIN_TXT_TRACE, parameters)
    misses, _ = policy(cache_size=size).process_trace(reader)
    return 1 - misses


for trace in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    for size in SIZES:
        show(trace.name, size, "theine", theine(trace, size))
        for name, policy in POLICIES.items():
            show(trace.name, size, name, simulated(trace, size, policy))
