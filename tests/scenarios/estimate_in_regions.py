"""The estimate by several processes, a region of the country each, says what one process says (needs Open MPI's mpirun)."""
import array
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import BINARY, as_json, check, firmground, fresh, near, skip  # noqa: E402

REGIONS = os.path.join(os.path.dirname(os.path.abspath(BINARY)), "firmground-mpi")


# Open MPI keeps memory to its end, which AddressSanitizer would call a leak of ours.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}


def mpirun(processes, *arguments, expect=0):
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(processes), REGIONS, *map(str, arguments)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    print("%6.1f s  %s" % (time.monotonic() - started, " ".join(command[3:])))
    if (done.returncode == 0) != (expect == 0):
        print(done.stdout[-4000:] + done.stderr[-4000:])
        raise SystemExit("exit status %d, expected %d" % (done.returncode, expect))
    return done


def bands(tif):
    """The five bands of a hazard raster, as lists of floats."""
    raw = tif + ".raw"
    subprocess.run(["gdal_translate", "-q", "-of", "ENVI", "-co", "INTERLEAVE=BSQ", tif, raw], check=True)
    values = array.array("f")
    with open(raw, "rb") as file:
        values.frombytes(file.read())
    cells = len(values) // 5
    return [values[b * cells:(b + 1) * cells] for b in range(5)]


def hold_to(one, many, processes):
    """Probabilities within .005, expected items within 1 % where p > .01 (the stated tolerance)."""
    estimated = [i for i, p in enumerate(one[0]) if p == p]
    check(estimated == [i for i, p in enumerate(many[0]) if p == p], "the same cells are estimated")
    worst = max(abs(one[0][i] - many[0][i]) for i in estimated)
    check(worst < 0.005, "%d processes: probabilities differ by at most %.2g" % (processes, worst))
    worst = max(abs(many[1][i] / one[1][i] - 1) for i in estimated if one[0][i] > 0.01)
    check(worst < 0.01, "and expected items, where p > .01, by at most %.2g %%" % (100 * worst))
    worst = max(abs(one[4][i] - many[4][i]) for i in estimated)
    check(worst < 0.01, "and the share of evidence by at most %.2g" % worst)


def hold_kinds_to(one, many):
    """As many items of each kind in all, and in each polygon within 2 % or a hundredth of an item."""
    def named(kinds):
        return {(of["class"], kind["kind"]): kind for of in kinds for kind in of["kinds"]}
    ours, theirs = named(one["kinds"]), named(many["kinds"])
    check(len(ours) == 5 and sorted(ours) == sorted(theirs), "all kinds of items are told")
    check(all(theirs[k]["finds"] == ours[k]["finds"] for k in ours), "from all finds of the country")
    check(all(near(theirs[k]["items_mean"], ours[k]["items_mean"], 0.005 * ours[k]["items_mean"]) for k in ours),
          "as many items of each")
    far = 0
    for a, b in zip(one["polygons"], many["polygons"]):
        for kind in a["kinds"] or {}:
            items = a["kinds"][kind]["items_mean"]
            far = max(far, abs(b["kinds"][kind]["items_mean"] - items) / (0.02 * items + 0.01))
    check(0 < far < 1, "and of each in every polygon (%.2f of what may differ)" % far)


def hold_besides_to(one, many):
    """What polygons would hold without evidence, and which survey of them pays, as far as other draws tell the same."""
    ours, theirs = ({p["id"]: p["without"] for p in e["without_evidence"]} for e in (one, many))
    told = [id for id in ours if ours[id] and theirs[id]]
    check(len(told) > 0.95 * sum(1 for id in ours if ours[id]), "evidence is told of %d polygons" % len(told))
    pairs = [(a, b) for id in told for a in ours[id] for b in theirs[id] if a["evidence"] == b["evidence"]]
    items = max(abs(b["items_mean"] - a["items_mean"]) / (0.01 + 0.02 * a["items_mean"]) for a, b in pairs)
    check(0 < items < 1, "they would hold as many items without it (%.2f of what may differ)" % items)
    chance = sorted(abs(a["probability_none"] - b["probability_none"]) for a, b in pairs)[len(pairs) * 99 // 100]
    check(chance < 0.1, "with nearly the chance of none (.99: %.3f; of other draws)" % chance)
    ours, theirs = ({s["id"]: s for s in e["surveys"]["ranking"]} for e in (one, many))
    both = sorted(set(ours) & set(theirs))
    check(len(both) > 0.95 * len(ours) and len(theirs) <= len(ours), "surveys are told of %d polygons" % len(both))
    items = sum(theirs[id]["items_mean"] for id in both) / sum(ours[id]["items_mean"] for id in both)
    check(near(items, 1, 0.03), "of ground with about as many items (%.3f times)" % items)


def one_is_killed():
    """Starts two processes and kills one of them while both are at work; gives how it ended."""
    started = subprocess.Popen(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", REGIONS, "estimate", "country.gpkg"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
    said = ""
    while "placing records" not in said:
        line = started.stdout.readline()
        if not line:
            raise SystemExit("ended before anybody was killed: " + said[-2000:])
        said += line
    with open("/proc/%d/task/%d/children" % (started.pid, started.pid), encoding="utf-8") as file:
        os.kill(int(file.read().split()[-1]), signal.SIGKILL)
    said += started.communicate(timeout=60)[0]
    return started.returncode, said


if not shutil.which("mpirun") or not os.path.exists(REGIONS):
    skip("no MPI on this machine; ./test installs it (openmpi-bin, libopenmpi-dev)")

fresh("country", "country.gpkg", "other.gpkg", "one.tif", "two.tif", "four.tif")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "country.gpkg", "--profile", "invented-country")
firmground("import", "country.gpkg", "country", "-q")

asked = ("country.gpkg", "--draws", 200, "--without-evidence", "--surveys")
one = as_json("estimate", *asked, "--out", "one.tif", "--table", "one.csv", "-q")
whole = bands("one.tif")
for processes, name in ((2, "two"), (4, "four")):
    done = mpirun(processes, "estimate", *asked, "--out", name + ".tif", "--table", name + ".csv", "--json", "-q")
    many = json.loads(done.stdout)
    hold_to(whole, bands(name + ".tif"), processes)
    check(near(many["items_mean"], one["items_mean"], 0.001 * one["items_mean"]), "the total is the same")
    check(many["cells"] == one["cells"], "over as many cells")
    check(near(many["items_p05"], one["items_p05"], 0.15 * one["items_p05"]) and
          near(many["items_p95"], one["items_p95"], 0.15 * one["items_p95"]), "its interval rests on other draws, and is about as wide")
    hold_kinds_to(one, many)
    hold_besides_to(one, many)
    settings = json.loads(many["stamp"]["settings"])
    check(settings["regions"] == processes and settings["overlap_cells"] == 60, "the stamp says how many regions, and their overlap")
    check(len(many["peak_mb_by_process"]) == processes, "and every process tells the memory that it took")
    with open("one.csv", encoding="utf-8") as a, open(name + ".csv", encoding="utf-8") as b:
        rows, others = a.read().splitlines(), b.read().splitlines()
    check(len(rows) == len(others) and len(rows) > 1000, "every hazard is in the table")
    check([r.split(",")[0] for r in rows] == [r.split(",")[0] for r in others], "in the same order")
    items, other = (sum(float(r.split(",")[3]) for r in t[1:]) for t in (rows, others))
    check(near(items, other, 0.002 * items), "and holds as many items (%.1f, %.1f)" % (items, other))

# What they leave is what an update, and a closer look, starts from.
updated = as_json("estimate", "country.gpkg", "--update", "-q")
check(updated["cells_changed"] == 0 and near(updated["items_mean"], many["items_mean"], 1e-6 * many["items_mean"]),
      "an update after them, without news, says what they said")
hazard = max(many["without_evidence"], key=lambda polygon: polygon["items_mean"] if polygon["without"] else 0)
zoomed = as_json("zoom", "country.gpkg", hazard["id"], "--out", "zoomed.tif", "-q")
check(near(zoomed["items_mean"], hazard["items_mean"], 0.15 * hazard["items_mean"]),
      "and %s is looked at closely (%.1f items of %.1f)" % (hazard["id"], zoomed["items_mean"], hazard["items_mean"]))

# What is wrong is said once, by one process, and ends all of them.
wrong = mpirun(2, "estimate", "country.gpkg", "--cell", "wide", expect=2)
check((wrong.stdout + wrong.stderr).count("--cell") == 1, "a bad argument is told once")
missing = mpirun(2, "estimate", "other.gpkg", "-q", expect=1)
check(missing.stderr.count("firmground: ") == 1, "a missing programme is told once: " + missing.stderr.splitlines()[0])
narrow = mpirun(4, "estimate", "country.gpkg", "--mode", "presence-only", "--cell", 5000, "-q", expect=1)
check("PI-0501" in narrow.stderr and narrow.stderr.count("PI-0501") == 1, "too many regions for the country are refused")
status, said = one_is_killed()
check(status != 0 and "signal 9" in said, "a process that is killed ends the others, and mpirun says why")
