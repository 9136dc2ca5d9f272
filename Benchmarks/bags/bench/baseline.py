"""Figures beside those of an earlier run: what has become worse, by how much."""

import json
from dataclasses import dataclass

HIGHER, LOWER = 1, -1

# What is better of each value that a row keeps. Counts, sizes of what was sent and the like are not compared.
BETTER = {
    "per_second": HIGHER, "per_cpu_second": HIGHER, "share": HIGHER, "ratio": HIGHER, "cpu_ratio": HIGHER,
    "p50": LOWER, "p95": LOWER, "p99": LOWER, "worst": LOWER, "seconds": LOWER, "first_byte": LOWER,
}

# Differences below these are what a clock or a page of memory makes, whatever their ratio is.
SMALLEST = {"p50": 0.1, "p95": 0.2, "p99": 0.5, "worst": 1.0, "seconds": 0.05, "first_byte": 0.005, "bytes": 1024 * 1024}

# Rows that tell what the machine can do, or how well it holds files, and nothing of the program.
OF_THE_MACHINE = ("8 KiB made durable on this disk", "database's files held in memory")

# Runs that may be compared agree in these.
TERMS = ("scale", "engine", "cores", "seconds")


@dataclass
class Change:
    """One value beside the one of the baseline."""

    row: str
    value: str
    before: float
    now: float
    better: int
    tolerance: float

    @property
    def ratio(self):
        """Now to before; 1.2 is a fifth more, whether that is good or bad."""
        return self.now / self.before

    @property
    def is_worse(self):
        """Whether it is worse by more than the tolerance, and by more than a clock makes."""
        smallest = SMALLEST.get(self.value.rsplit(".")[-1], 0)
        return (self.now - self.before) * -self.better > max(self.before * self.tolerance, smallest)

    def line(self):
        mark = "  WORSE" if self.is_worse else ""
        return f"  {self.row:<52} {self.value:<20} {self.before:>14,.2f} {self.now:>14,.2f} {self.ratio:>7.2f}×{mark}"


def values_of(row):
    """The comparable values of a row by name, with those of runs inside it: `calm.p99`."""
    found = {}
    for name, value in row["values"].items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": number for inner, number in values_of({"values": value}).items()})
        elif name in BETTER and isinstance(value, (int, float)):
            found[name] = value
    # Bytes alone are what is held or kept; beside a time they are what was sent.
    if list(row["values"]) == ["bytes"]:
        found["bytes"] = row["values"]["bytes"]
    return found


def table(document):
    """All comparable values of a run, by row and name."""
    rows = {row["name"]: values_of(row) for row in document["rows"] if row["name"] not in OF_THE_MACHINE}
    for each in document["side_by_side"]:
        rows[f"beside the rival: {each['name']}"] = {name: each[name] for name in ("ratio", "cpu_ratio") if name in each}
    return rows


def differing_terms(document, baseline):
    """Why two runs cannot be compared, if so."""
    return [f"{term} {baseline.get(term)} there, {document.get(term)} here" for term in TERMS
            if baseline.get(term) != document.get(term)]


def changes(document, baseline, tolerance=0.1):
    """Every value that both runs have, and the names of rows that only the baseline has."""
    now, before, found = table(document), table(baseline), []
    for row, values in now.items():
        for name, value in values.items():
            earlier = before.get(row, {}).get(name)
            if earlier and earlier > 0:
                better = BETTER.get(name.rsplit(".")[-1], LOWER)
                found.append(Change(row, name, earlier, value, better, tolerance))
    return found, [row for row, values in before.items() if values and row not in now]


def compare(document, baseline, tolerance=0.1, is_whole=True):
    """Prints the comparison; returns the rows that are worse, or gone from a whole run."""
    found, gone = changes(document, baseline, tolerance)
    print(f"\nBeside the baseline of {baseline['taken_at']}: before, now, now to before; "
          f"WORSE is more than {tolerance:.0%} to the bad", flush=True)
    for change in found:
        print(change.line(), flush=True)
    worse = list(dict.fromkeys(change.row for change in found if change.is_worse))
    if is_whole:
        for row in gone:
            print(f"  {row:<52} is in the baseline and was not measured", flush=True)
        worse += gone
    print(f"{len([each for each in found if not each.is_worse])} of {len(found)} values as good as before" +
          (f"; worse: {', '.join(worse)}" if worse else ""), flush=True)
    return worse


def read(path):
    """The figures of an earlier run.

    Ends the program when the file holds none.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        document["rows"], document["side_by_side"], document["taken_at"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SystemExit(f"{path} holds no figures of an earlier run: {problem}") from None
    return document


def store(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
