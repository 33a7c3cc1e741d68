"""Runs a command and says how much memory it and its children took at most.

    peak_memory.py OUT.json COMMAND…

OUT.json: largest_mib, the most that a single process of them held (from the kernel);
together_mib, the most that all of them held at one time (resident sets added, looked at 50 times a
second, so memory that they share counts more than once).
"""
import json
import os
import pathlib
import sys
import time

PAGE = os.sysconf("SC_PAGE_SIZE")


def children_of():
    found = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            found.setdefault(parent, []).append(int(folder.name))
    return found


def resident(process, children):
    try:
        pages = int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * PAGE + sum(resident(child, children) for child in children.get(process, []))


def main():
    out, *command = sys.argv[1:]
    process = os.spawnvp(os.P_NOWAIT, command[0], command)
    together = 0
    begun = time.perf_counter()
    while True:
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            break
        together = max(together, resident(process, children_of()))
        time.sleep(0.02)
    pathlib.Path(out).write_text(json.dumps({"largest_mib": usage.ru_maxrss / 1024,
                                             "together_mib": together / 2**20,
                                             "seconds": time.perf_counter() - begun}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
