"""Writes the traces into a folder, one object number in a line: a million requests for about 100,000 objects each."""

import pathlib
import sys

import numpy

REQUESTS = 1_000_000
OBJECTS = 100_000
random = numpy.random.default_rng(42)


def zipf(alpha, count=REQUESTS, objects=OBJECTS):
    weights = numpy.arange(1, objects + 1, dtype=float) ** -alpha
    bounds = numpy.cumsum(weights) / weights.sum()
    ranks = numpy.searchsorted(bounds, random.random(count))
    # Which object has which rank is drawn anew with every call.
    return random.permutation(objects)[ranks]


def scanned():
    """Zipf 0.9, and after every 100,000 requests a walk through 20,000 objects that are never seen again."""
    parts = []
    for number in range(10):
        parts.append(zipf_one[number * 80_000 : (number + 1) * 80_000])
        parts.append(numpy.arange(20_000) + OBJECTS + number * 20_000)
    return numpy.concatenate(parts)


def loop():
    """20,000 objects in turn, again and again: twice what the larger cache holds."""
    return numpy.arange(REQUESTS) % 20_000


def shifting():
    """Zipf 0.9 whose most popular objects are others after every 100,000 requests."""
    return numpy.concatenate([zipf(0.9, 100_000) for _ in range(10)])


folder = pathlib.Path(sys.argv[1])
zipf_one = zipf(0.9)
traces = {
    "zipf-0.7": zipf(0.7),
    "zipf-0.9": zipf_one,
    "zipf-1.0": zipf(1.0),
    "scans": scanned(),
    "loop": loop(),
    "shifting": shifting(),
}
for name, requests in traces.items():
    numpy.savetxt(folder / name, requests, fmt="%d")
