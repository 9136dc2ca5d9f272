"""The servers under measurement: started on free ports, watched through the kernel, ended with their children."""

import http.client
import os
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that serves HTTP on a port of 127.0.0.1."""

    def __init__(self, command, port, ready, log, environment=None, patience=900):
        self.port = port
        self.ready = ready
        self.log = open(log, "ab")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **(environment or {})})
        self.await_ready(patience, log)
        self.seconds_to_ready = time.perf_counter() - began

    def await_ready(self, patience, log):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                with open(log, encoding="utf-8", errors="replace") as lines:
                    raise SystemExit(f"the server ended with {self.process.returncode}:\n" + lines.read()[-3000:])
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", self.ready)
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.01)
        self.stop()
        raise SystemExit(f"no answer from {self.ready} within {patience} s")

    def family(self):
        """The process and all that descend from it."""
        family = [self.process.pid]
        for pid in family:
            try:
                threads = os.listdir(f"/proc/{pid}/task")
                for thread in threads:
                    with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                        family += [int(child) for child in children.read().split()]
            except OSError:
                continue
        return family

    def cpu_seconds(self):
        ticks = 0
        for pid in self.family():
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as line:
                    fields = line.read().rpartition(") ")[2].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                continue
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        """Memory of the family by the kernel's account; shared pages count in each."""
        total = 0
        for pid in self.family():
            try:
                with open(f"/proc/{pid}/statm", encoding="ascii") as line:
                    total += int(line.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                continue
        return total

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()
