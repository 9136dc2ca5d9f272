"""Medians, quantiles, and the two-sample test of Kolmogorov and Smirnov."""

import math


def quantile(sample, share):
    """The value below which this share of the sample lies, between its two neighbours in proportion."""
    ordered = sorted(sample)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(sample):
    return quantile(sample, 0.5)


def distance(one, other):
    """D: the greatest distance between the two empirical distribution functions, equal values taken together."""
    one, other = sorted(one), sorted(other)
    greatest = 0.0
    first = second = 0
    while first < len(one) and second < len(other):
        value = min(one[first], other[second])
        while first < len(one) and one[first] == value:
            first += 1
        while second < len(other) and other[second] == value:
            second += 1
        greatest = max(greatest, abs(first / len(one) - second / len(other)))
    return greatest


def probability(greatest, count, other_count):
    """How likely a distance of `greatest` or more is when both samples come from one distribution.

    Q(x) = 2 * sum over j >= 1 of (-1)^(j-1) * exp(-2 j^2 x^2) at x = D * (r + 0.12 + 0.11 / r), r = sqrt(n m / (n + m)):
    Kolmogorov's limit with the correction of M. A. Stephens (1970) for samples that are not large.
    """
    root = math.sqrt(count * other_count / (count + other_count))
    x = greatest * (root + 0.12 + 0.11 / root)
    if x < 0.2:
        # Here Q differs from 1 by less than 1e-12, and the sum converges slowly.
        return 1.0
    total = sum((-1) ** (j - 1) * math.exp(-2 * j * j * x * x) for j in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def compare(one, other):
    """D and its p-value."""
    greatest = distance(one, other)
    return greatest, probability(greatest, len(one), len(other))
