"""What the machine is able to do at this moment, and the aftermath of loading."""

import os
import subprocess
import tempfile
import time


def durable_writes(folder, count=400):
    """Milliseconds that each of many small durable writes takes: half of all, and all but one of a hundred.

    They tell how far the figures of scans can be trusted: a disk that has been written to for minutes may be slowed down
    by its host.
    """
    milliseconds = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fdatasync(file.fileno())
            milliseconds.append((time.perf_counter() - began) * 1000)
    milliseconds.sort()
    return milliseconds[count // 2], milliseconds[count * 99 // 100]


def settle(database):
    """Lets PostgreSQL finish at once what it would do in the first minutes after a load."""
    for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
        subprocess.run(["psql", "-qXc", statement, database], check=True, stderr=subprocess.DEVNULL)
