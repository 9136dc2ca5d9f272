"""What samples say: the table by minute, the slope after the warm-up, and whether memory stayed flat."""

import statistics

from samples import MIB

# Growth of the median from the second quarter of a run to its last that still counts as flat: whichever is more.
SHARE, LEAST = 0.05, 8 * MIB
HEADING = (
    f"{'minute':>6} {'requests':>9} {'per s':>6} {'errors':>6} {'RSS':>7} {'RssAnon':>8} {'files':>6} {'threads':>7} "
    f"{'sockets':>7} {'SQL':>4} {'streams':>7} {'caches':>7} {'database':>8} {'CPU':>5} {'lag':>8}")


def row(minute, before, samples):
    """A line of the table: what happened between a sample and the last of those that followed.

    Memory is the median of these.
    """
    now = samples[-1]
    seconds = max(now.at - before.at, 0.001)
    runs = max(now.lag_count - before.lag_count, 1)
    rss, anon = (statistics.median(getattr(each, name) for each in samples) / MIB for name in ("rss", "rss_anon"))
    return (
        f"{minute:>6} {now.requests - before.requests:>9} {(now.requests - before.requests) / seconds:>6.0f} "
        f"{now.unexpected - before.unexpected:>6} {rss:>7.1f} {anon:>8.1f} {now.descriptors:>6} "
        f"{now.threads:>7} {now.sockets:>7} {now.connections:>4} {now.listening:>7} {now.caches / MIB:>7.1f} "
        f"{now.database / MIB:>8.1f} {(now.cpu_seconds - before.cpu_seconds) / seconds:>5.0%} "
        f"{(now.lag_sum - before.lag_sum) / runs * 1000:>5.2f} ms")


def slope(points):
    """MiB an hour, by least squares over (seconds, bytes)."""
    middle = statistics.mean(at for at, _ in points)
    level = statistics.mean(value for _, value in points)
    spread = sum((at - middle) ** 2 for at, _ in points)
    return sum((at - middle) * (value - level) for at, value in points) / spread * 3600 / MIB if spread else 0.0


class Verdict:
    """One figure of all samples: its level, growth and slope."""

    def __init__(self, samples, seconds, name):
        self.name = name
        points = [(each.at, getattr(each, name)) for each in samples]
        quarters = [[], [], [], []]
        for at, value in points:
            quarters[min(int(at / seconds * 4), 3)].append(value)
        self.level, self.last = statistics.median(quarters[1]), statistics.median(quarters[3])
        self.growth = self.last - self.level
        self.most = max(SHARE * self.level, LEAST)
        self.slope = slope([point for point in points if point[0] > seconds / 4])
        self.is_flat = self.growth <= self.most

    def say(self, title):
        print(
            f"{title:<8} {self.level / MIB:.1f} MiB in the second quarter, {self.last / MIB:.1f} MiB in the last: "
            f"{self.growth / MIB:+.1f} MiB (flat up to {self.most / MIB:.1f}), "
            f"{self.slope:+.1f} MiB an hour after the warm-up: {'flat' if self.is_flat else 'NOT FLAT'}")

    def plain(self):
        return dict(vars(self))
