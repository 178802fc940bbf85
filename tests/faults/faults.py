#!/usr/bin/python3
"""Kills firmground, or fills its disk, at one change of a file after the other, and looks at what is left.

    tests/faults/faults.py [--points N] [--modes kill,torn,full,fail] [--works import,...] [--seed N]

FIRMGROUND names the binary, FIRMGROUND_FAULTS the library of faults.c (both are set by ctest). With --points 0 every
change is tried; else N of them for each work and mode, the first and the last among them.

After each fault: SQLite's integrity check, the R-trees and the foreign keys are in order; the register is in the old
state or in the new one, in all its tables; a run that said it was done is there; a run that failed said why in words;
the same command once more completes the work, and the state is the new one to the last row.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

FIRMGROUND = os.environ.get("FIRMGROUND", "")
SHIM = os.environ.get("FIRMGROUND_FAULTS", "")
FINDS = "find_id,release_id,found_on,device,model,count,longitude,latitude\n"
RANDOM = {"uuid", "link_hash", "leaves"}
CLOCK = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def finds(first, last, items):
    rows = (f"F-{i},,2022-05-{1 + i % 28:02},UXO,Ağdərə {i},{items},{51 + 0.0001 * (i % 1000):.6f},{41.2 + 0.0001 * (i // 10):.6f}\n"
            for i in range(first, last))
    return FINDS + "".join(rows)


def run(*command, cwd, mode=None, at=0, count=None):
    env = dict(os.environ, FIRMGROUND_AUTHOR="faults")
    if mode:
        env |= {"LD_PRELOAD": SHIM, "FAULTS_MODE": mode, "FAULTS_AT": str(at)}
        if count:
            env["FAULTS_COUNT"] = count
    return subprocess.run([FIRMGROUND, *command, "--json", "--quiet"], cwd=cwd, env=env, capture_output=True, timeout=120)


def check(path):
    """Complaints about the file, and a digest of everything in it but clocks and random numbers."""
    database = sqlite3.connect(path)
    complaints = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    complaints += [f"foreign key: {row}" for row in database.execute("PRAGMA foreign_key_check")]
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    state = []
    for table in tables:
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        # How an R-tree is packed may differ; what it finds may not.
        if table.startswith("rtree_"):
            if not table.endswith(("_node", "_parent", "_rowid")):
                verdict = database.execute("SELECT rtreecheck(?)", (table,)).fetchone()[0]
                complaints += [] if verdict == "ok" else [f"{table}: {verdict}"]
            continue
        kept = [f'"{name}"' for name in columns if name not in RANDOM]
        if kept:
            rows = database.execute(f'SELECT {", ".join(kept)} FROM "{table}" ORDER BY {", ".join(kept)}')
            state += [(table, *("a time" if isinstance(v, str) and CLOCK.fullmatch(v) else v for v in row)) for row in rows]
    database.close()
    return complaints, state


class Work:
    """A command, the file that it changes, and what that file may look like afterwards."""

    def __init__(self, name, command, target):
        self.name, self.command, self.target = name, command, target

    def prepare(self, source, folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)

    def state(self, folder):
        path = os.path.join(folder, self.target)
        if not os.path.exists(path):
            return [], "absent"
        if path.endswith(".gpkg"):
            return check(path)
        with open(path, "rb") as file:
            return [], file.read()


WORKS = [
    Work("import", ["import", "p.gpkg", "finds.csv"], "p.gpkg"),
    Work("folder", ["import", "p.gpkg", "folder"], "p.gpkg"),
    Work("init", ["init", "new.gpkg", "--profile", "invented-country"], "new.gpkg"),
    Work("export-gpkg", ["export", "p.gpkg", "out.gpkg", "--as", "finds", "--overwrite"], "out.gpkg"),
    Work("export-xlsx", ["export", "p.gpkg", "out.xlsx", "--as", "finds", "--overwrite"], "out.xlsx"),
    Work("export-csv", ["export", "p.gpkg", "out.csv", "--as", "finds", "--overwrite"], "out.csv"),
]


def make_source(folder):
    os.makedirs(os.path.join(folder, "folder"))
    for name, text in (("before.csv", finds(0, 150, 1)), ("finds.csv", finds(100, 300, 2)), ("folder/finds.csv", finds(120, 200, 3))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(folder, "folder", "places.csv"), "w", encoding="utf-8") as file:
        file.write("name,kind,longitude,latitude\nAğdərə,village,51.05,41.2\n")
    for command in (["init", "p.gpkg", "--profile", "invented-country"], ["import", "p.gpkg", "before.csv", "--as", "finds"]):
        done = run(*command, cwd=folder)
        assert done.returncode == 0, done.stderr.decode()


def fault(work, mode, at, source, folder, old, new):
    """What is wrong after one fault; nothing when all is well."""
    work.prepare(source, folder)
    done = run(*work.command, cwd=folder, mode=mode, at=at)
    complaints, state = work.state(folder)
    where = f"{work.name}, {mode} at change {at}"
    if complaints:
        return [f"{where}: {c}" for c in complaints]
    if state not in (old, new):
        return [f"{where}: neither the old state nor the new"]
    if done.returncode == 0 and state != new:
        return [f"{where}: said done, and it is not there"]
    if mode in ("kill", "torn") and done.returncode not in (0, -signal.SIGKILL):
        return [f"{where}: ended with {done.returncode}: {done.stderr.decode()}"]
    if mode in ("full", "fail") and done.returncode != 0:
        try:
            error = json.loads(done.stdout)["error"]
        except (ValueError, KeyError):
            return [f"{where}: ended with {done.returncode} and no error in words: {done.stderr.decode()[-300:]}"]
        if done.returncode != 1 or not error["remedy"]:
            return [f"{where}: {error}"]
    if work.name == "init" and state == new:
        return []  # a second init refuses, as it must
    again = run(*work.command, cwd=folder)
    complaints, state = work.state(folder)
    if again.returncode != 0 or complaints or state != new:
        return [f"{where}: a second run ended with {again.returncode}, {complaints}: {again.stderr.decode()[-300:]}"
                + ("" if state == new else " (not the new state)")]
    return []


def points(total, wanted, seed):
    if wanted == 0 or wanted >= total:
        return list(range(1, total + 1))
    chosen = {1, total} | {1 + (total - 1) * i // max(1, wanted - 1) for i in range(wanted)}
    generator = random.Random(seed)
    return sorted({min(total, max(1, at + generator.choice((-1, 0, 1)))) for at in chosen} | {1, total})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--points", type=int, default=0)
    arguments.add_argument("--modes", default="kill,torn,full,fail")
    arguments.add_argument("--works", default=",".join(work.name for work in WORKS))
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if not FIRMGROUND or not SHIM or not os.path.exists(SHIM):
        print("FIRMGROUND and FIRMGROUND_FAULTS must name the binary and the library of faults")
        return 77
    wrong, tried = [], 0
    # In memory where there is room: hundreds of databases are made and thrown away.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as place:
        source, folder = os.path.join(place, "source"), os.path.join(place, "work")
        os.makedirs(source)
        make_source(source)
        for work in (w for w in WORKS if w.name in given.works.split(",")):
            work.prepare(source, folder)
            _, old = work.state(folder)
            count = os.path.join(place, "count")
            done = run(*work.command, cwd=folder, mode="count", count=count)
            assert done.returncode == 0, done.stderr.decode()
            total = int(open(count).read())
            _, new = work.state(folder)
            assert old != new and total > 0, work.name
            for mode in given.modes.split(","):
                chosen = points(total, given.points, given.seed)
                before = len(wrong)
                for at in chosen:
                    wrong += fault(work, mode, at, source, folder, old, new)
                tried += len(chosen)
                print(f"{work.name:12} {mode:5} {len(chosen):5} of {total} changes of files, {len(wrong) - before} wrong", flush=True)
    for line in wrong[:20]:
        print(line)
    print(f"{tried} faults, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
