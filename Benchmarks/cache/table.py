"""Makes a table of lines `trace, size, policy, hits in percent`; says where Portico is behind."""

import sys

ratios = {}
policies = []
for line in sys.stdin:
    trace, size, policy, ratio = line.rstrip("\n").split("\t")
    ratios.setdefault((trace, int(size)), {})[policy] = float(ratio)
    if policy not in policies:
        policies.append(policy)

print("| trace | size | " + " | ".join(policies) + " |")
print("|---|---:|" + "---:|" * len(policies))
behind = []
for (trace, size), row in sorted(ratios.items()):
    cells = [f"{row[policy]:.1f}" if policy in row else "–" for policy in policies]
    print(f"| {trace} | {size:,} | " + " | ".join(cells) + " |")
    best = max((value, name) for name, value in row.items() if name != "portico")
    for name, gap in (("theine", row["theine"] - row["portico"]), (best[1], best[0] - row["portico"])):
        limit = 0.05 if name == "theine" else 2
        if gap > limit:
            behind.append(f"{trace} at {size:,}: {gap:.1f} points behind {name}")
print()
print("\n".join(behind) if behind else "Nowhere behind theine, nowhere more than 2 points behind the best policy.")
