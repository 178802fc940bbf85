#!/usr/bin/python3
"""Kills firmground at random moments while it writes into PostgreSQL, and looks at what the server, which lives on, is left with.

    tools/postgres.py run tests/faults/server_faults.py [--points N] [--seed N]

FIRMGROUND names the binary. After each kill the register is in the old state or in the new one, `verify` finds it whole and
nothing is left open; the same command once more, at once, completes the work. A restore that was killed has made no programme,
or a whole one.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios", "lib"))
from programme import BINARY, as_json, check, firmground, postgres_place

HEADER = "find_id,release_id,found_on,device,model,count,longitude,latitude\n"
ROWS = 2000
os.environ["FIRMGROUND_AUTHOR"] = "faults"


def write_folder(items):
    """Files to import: the same finds with another count, and a place."""
    os.makedirs("folder", exist_ok=True)
    with open("folder/finds.csv", "w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(f"F-{i},,2022-05-{1 + i % 28:02},UXO,Ağdərə {i},{items},{51 + 0.0001 * (i % 1000):.6f},{41.2 + 0.0001 * (i // 10):.6f}\n"
                        for i in range(ROWS))
    with open("folder/places.csv", "w", encoding="utf-8") as file:
        file.write(f"name,kind,longitude,latitude\nAğdərə {items},village,51.05,41.2\n")


def psql(address, sql):
    return subprocess.run(["psql", "-AtX", "-d", address, "-c", sql], capture_output=True, text=True, check=True).stdout.strip()


def state(address):
    """Entries, and the items that the finds count now."""
    return psql(address, "SELECT (SELECT count(*) FROM firmground.firmground_batch), (SELECT coalesce(sum(count), 0) FROM firmground.finds), "
                         "(SELECT count(*) FROM firmground.places), (SELECT is_open FROM firmground.firmground_gate)")


def killed(moment, *command):
    """Runs the command and kills it at that moment; true when it had not ended by itself."""
    child = subprocess.Popen([BINARY, *command, "--json", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    child.send_signal(signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def duration(*command):
    started = time.monotonic()
    as_json(*command)
    return time.monotonic() - started


def imports(address, points, generator):
    write_folder(1)
    firmground("init", address, "--profile", "invented-country")
    firmground("import", address, "folder")
    write_folder(2)
    whole = duration("import", address, "folder")
    hits = whole_before = 0
    for items in range(3, 3 + points):
        write_folder(items)
        old = state(address)
        hits += killed(generator.uniform(0, 1.1 * whole), "import", address, "folder")
        told = as_json("verify", address)
        check(told["whole"], "after a kill the register is whole")
        after = state(address)
        if after == old:
            again = as_json("import", address, "folder")
            check([f["accepted"] for f in again["files"]] == [1, ROWS] or [f["accepted"] for f in again["files"]] == [ROWS, 1],
                  "and the import that was killed is entered by the next one")
        else:
            whole_before += 1
        batches = int(old.split("|")[0]) + 2
        check(state(address) == f"{batches}|{items * ROWS}|{items}|{old.split('|')[3]}", "in the new state to the last item")
    check(as_json("verify", address)["whole"], "at last the register is whole")
    print(f"{points} kills, {hits} of a running import, {whole_before} after it was committed")
    check(hits > points // 2, "most kills hit a running import")


def restores(points, generator, source):
    firmground("backup", source, "kept.gpkg")
    head = as_json("verify", "kept.gpkg")["head"]
    whole = duration("restore", "kept.gpkg", postgres_place("whole"))
    for point in range(points):
        address = postgres_place(f"restored{point}")
        killed(generator.uniform(0, 1.1 * whole), "restore", "kept.gpkg", address)
        for _ in range(50):  # until the server has noticed, and undone what was under way
            if psql(address, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firmground' AND datname = current_database()") == "0":
                break
            time.sleep(0.1)
        if psql(address, "SELECT count(*) FROM pg_namespace WHERE nspname = 'firmground'") == "0":
            firmground("restore", "kept.gpkg", address)
        check(as_json("verify", address, "--head", head)["whole"], "a restore that was killed made nothing, or everything")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--points", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=None, help="default: other moments each time; any moment must do")
    given = arguments.parse_args()
    seed = given.seed if given.seed is not None else random.randrange(1 << 32)
    print("seed", seed)
    generator = random.Random(seed)
    address = postgres_place("faults")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        imports(address, given.points, generator)
        restores(max(2, given.points // 10), generator, address)
        os.chdir("/")


if __name__ == "__main__":
    main()
