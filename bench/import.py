#!/usr/bin/python3
"""Finds from CSV into a programme, with all checks, beside ogr2ogr into a GeoPackage, which checks nothing.

    bench/import.py FIRMGROUND [ROWS] [ROUNDS]      default 1000000 rows, 3 rounds

Both run in turn, so that a busy machine slows both. Prints the median of processor seconds (user and system) and of the
clock for each, their ratios (budget: 1.5) and the most memory that ours took (budget: 1 GB), and checks that every find
is in both.
"""
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

BUDGET_RATIO, BUDGET_MB = 1.5, 1024


def make_country(rows):
    releases = max(1, rows // 10)
    generator = random.Random(1)
    corners = [(50.7 + 1.7 * generator.random(), 41.0 + 1.4 * generator.random()) for _ in range(releases)]
    with open("finds.csv", "w", encoding="utf-8") as out:
        out.write("find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n")
        for i in range(rows):
            west, south = corners[i % releases]
            out.write(f"F-{i:07},LR-{i % releases:06},2024-{1 + i % 12:02}-02,AP mine,PMN-2,1,12.5,"
                      f"{west + 0.001 * generator.random():.8f},{south + 0.001 * generator.random():.8f}\n")
    features = [{"type": "Feature", "properties": {"release_id": f"LR-{i:06}", "outcome": "cleared", "method": "manual",
                 "completed_on": "2024-12-31"}, "geometry": {"type": "Polygon", "coordinates": [[[w, s], [w + 0.001, s],
                 [w + 0.001, s + 0.001], [w, s + 0.001], [w, s]]]}} for i, (w, s) in enumerate(corners)]
    with open("land-release.geojson", "w", encoding="utf-8") as out:
        json.dump({"type": "FeatureCollection", "features": features}, out)


def measured(*command):
    """Processor seconds, seconds of the clock, and most MB of one run."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} failed")
    return used.ru_utime + used.ru_stime, time.monotonic() - begin, used.ru_maxrss / 1024


def count(path):
    return sqlite3.connect(path).execute("SELECT count(*) FROM finds").fetchone()[0]


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    firmground = os.path.realpath(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_country(rows)
        measured(firmground, "init", "empty.gpkg", "--profile", "invented-country", "-q")
        measured(firmground, "import", "empty.gpkg", "land-release.geojson", "-q")
        ours, theirs = [], []
        for _ in range(rounds):
            shutil.copy("empty.gpkg", "ours.gpkg")
            ours.append(measured(firmground, "import", "ours.gpkg", "finds.csv", "-q"))
            if os.path.exists("theirs.gpkg"):
                os.remove("theirs.gpkg")
            theirs.append(measured("ogr2ogr", "-f", "GPKG", "theirs.gpkg", "finds.csv", "-oo", "X_POSSIBLE_NAMES=longitude", "-oo",
                                   "Y_POSSIBLE_NAMES=latitude", "-oo", "AUTODETECT_TYPE=YES", "-a_srs", "EPSG:4326"))
        again = measured(firmground, "import", "ours.gpkg", "finds.csv", "-q")
        assert count("ours.gpkg") == count("theirs.gpkg") == rows
    median = [[statistics.median(run[i] for run in runs) for i in (0, 1)] for runs in (ours, theirs)]
    peak = max(run[2] for run in ours)
    print(f"rows {rows}, {rounds} rounds in turn")
    for name, values in zip(("firmground import", "ogr2ogr"), median):
        print(f"{name:18} {values[0]:7.2f} s processor {values[1]:7.2f} s clock")
    print(f"{'import again':18} {again[0]:7.2f} s processor {again[1]:7.2f} s clock (nothing changes)")
    ratio = median[0][0] / median[1][0]
    print(f"ratio {ratio:.2f} of processor time, {median[0][1] / median[1][1]:.2f} of the clock (budget {BUDGET_RATIO}); "
          f"at most {peak:.0f} MB (budget {BUDGET_MB})")
    return 0 if ratio <= BUDGET_RATIO and peak <= BUDGET_MB else 1


if __name__ == "__main__":
    sys.exit(main())
