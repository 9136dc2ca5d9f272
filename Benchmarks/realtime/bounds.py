"""What a figure must keep to, one line each; the status of a run is 1 when one does not."""


class Bounds:
    """Figures beside the most they may be. Where they come from: §7 of the platform and W3 of its checklist."""

    def __init__(self, is_judged=True):
        """Without judgement, as for a rival, figures are only told."""
        self.is_judged = is_judged
        self.missed = []

    def say(self, name, figure, most=None, unit=""):
        """Prints a figure; with `most` also whether it keeps to it."""
        most = most if self.is_judged else None
        word = "" if most is None else "pass" if figure <= most else "MISS"
        bound = "" if most is None else f"≤ {most:g}"
        print(f"{name:<66} {figure:>12,.2f} {unit:<6} {bound:>12} {word}".rstrip(), flush=True)
        if word == "MISS":
            self.missed.append(name)

    def status(self):
        if self.missed:
            print(f"missed: {'; '.join(self.missed)}", flush=True)
        return 1 if self.missed else 0
