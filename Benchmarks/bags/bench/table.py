"""The table of figures: what was measured, beside what is wanted."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass
class Row:
    """One figure beside its target."""

    name: str
    figure: str
    target: str
    passed: bool | None
    values: dict

    def say(self):
        word = {True: "pass", False: "MISS", None: ""}[self.passed]
        print(f"  {self.name:<52} {self.figure:<46} {self.target:<34} {word}", flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Table:
    """Rows of one subject, each told as it is found."""

    def __init__(self, office, postgresql=False, is_judged=True):
        """Without judgement, as for less data than targets are meant for, rows only have figures."""
        self.office = office
        self.postgresql = postgresql
        self.is_judged = is_judged
        self.rows = []

    def limit(self, sqlite, postgresql):
        return postgresql if self.postgresql else sqlite

    def add(self, name, figure, target, passed, **values):
        row = Row(name, figure, target, passed, values) if self.is_judged else Row(name, figure, "", None, values)
        self.rows.append(row)
        row.say()
