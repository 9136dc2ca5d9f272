"""What the machine is able to do at this moment, and the aftermath of loading."""

import ctypes
import mmap
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


def database_files(data, database):
    """The files that hold the rows: of SQLite in a folder, or of a PostgreSQL on this machine."""
    if database is None:
        return [os.path.join(data, name) for name in sorted(os.listdir(data)) if name.endswith(".sqlite")]
    answer = subprocess.run(["psql", "-qXAtc", "SHOW data_directory", database], capture_output=True, text=True)
    folder = os.path.join(answer.stdout.strip(), "base")
    return [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]


def settle(database):
    """Lets PostgreSQL finish at once what it would do in the first minutes after a load."""
    for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
        subprocess.run(["psql", "-qXc", statement, database], check=True, stderr=subprocess.DEVNULL)


class Held:
    """Files that stay in memory until they are let go.

    Virtual machines may take memory back from the page cache within seconds, however much is free, and then every read of
    a page of the database waits for the disk. A machine that is not tidied up like that has the file in memory after its
    first hour, which is what the figures are about. `share` tells how much of it was there of its own accord.
    """

    def __init__(self, paths):
        self.bytes = 0
        self.share = 0.0
        self.is_locked = True
        self._c = ctypes.CDLL(None, use_errno=True)
        self._c.mmap.restype = ctypes.c_void_p
        self._c.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        self._c.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._c.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
        self._c.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._maps = []
        self.renew(paths)

    def renew(self, paths):
        """Holds what the files are now; they grow."""
        earlier, self._maps, self.bytes, resident = self._maps, [], 0, 0
        for path in paths:
            try:
                resident += self._hold(path)
            except OSError:  # another user's, or gone meanwhile
                self.is_locked = False
        self.share = resident / max(1, self.bytes)
        self._let_go(earlier)

    def _hold(self, path):
        """Bytes of a file that were in memory already."""
        size = os.path.getsize(path)
        if size == 0:
            return 0
        with open(path, "rb") as file:
            place = self._c.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
        if place in (None, ctypes.c_void_p(-1).value):
            self.is_locked = False
            return 0
        pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
        states = (ctypes.c_ubyte * pages)()
        self._c.mincore(place, size, states)
        if self._c.mlock(place, size) != 0:
            self.is_locked = False
        self._maps.append((place, size))
        self.bytes += size
        return sum(state & 1 for state in bytes(states)) * mmap.PAGESIZE

    def let_go(self):
        self._let_go(self._maps)
        self._maps = []

    def _let_go(self, maps):
        for place, size in maps:
            self._c.munmap(place, size)
