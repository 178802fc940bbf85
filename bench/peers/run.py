#!/usr/bin/python3
"""The estimate beside other methods, on the same cells: score, seconds, memory.

    bench/peers/run.py BUILD [--seeds 401-405] [--size small|national] [--cell 50] [--peers outline,kernel,...] [--out FOLDER]
    bench/peers/run.py BUILD --install      installs from Debian what the peers need, first
    bench/peers/run.py BUILD --growth       mgcv and TMB as the problem grows, until one takes 15 minutes or 16 GB
    bench/peers/run.py BUILD --tiny         one small world on coarse cells and the peers that are here; checks the scores

BUILD holds bench_export_cells and bench_score_cells. mgcv-1000 is mgcv with 1000 knots of place, tmb-150 TMB with nodes every
150 m, as --peers mgcv,mgcv-1000,tmb-150. Peers run one after the other, each in a process of its own, whose seconds
and largest memory are measured; what each is given stands in bench/peers/README.md. FOLDER (default: a temporary one) keeps
table.csv, and forecasts that are there already are not made again.
"""
import argparse
import array
import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
PACKAGES = ["python3-numpy", "python3-scipy", "python3-sklearn", "r-base-core", "r-cran-mgcv", "r-cran-jsonlite", "r-cran-tmb", "g++"]
PYTHON = "/usr/bin/python3"  # Debian's own, for which its packages are

MOST_S, MOST_BYTES = 900, 16 << 30  # of a peer
GROWTH = [("small", 200), ("small", 100), ("small", 50), ("national", 200), ("national", 100), ("national", 50)]

SCORES = [("average_precision", "AP", "%.3f"), ("log_score", "log", "%.4f"), ("brier", "Brier", "%.4f"),
          ("calibration_slope", "slope", "%.2f"), ("calibration_error", "ECE", "%.4f"), ("items_in_1_percent", "in 1 %", "%.3f"),
          ("items_in_5_percent", "in 5 %", "%.3f"), ("items_in_10_percent", "in 10 %", "%.3f"),
          ("occupied_forecast_to_true", "total", "%.2f"), ("seconds", "s", "%.1f"), ("processor", "CPU s", "%.1f"),
          ("memory_mb", "MB", "%.0f")]


def peer_known(name, cell_m, folder):
    """A peer's command, given cells and forecast, and what it needs. TMB's model is compiled into the folder, once."""
    name, _, size = name.partition("-")
    def script(program, name, *before):
        return lambda *files, after=(): [program, os.path.join(HERE, name), *before, *files, *after]
    additive, lattice = script("Rscript", "additive.R"), script("Rscript", "lattice.R")
    spacing_m = size or str(max(300, 2 * cell_m))
    return {
        "outline": (script(PYTHON, "outline.py"), []),
        "kernel": (script(PYTHON, "kernel.py"), ["scipy"]),
        "forest": (script(PYTHON, "trees.py", "forest"), ["sklearn"]),
        "boosting": (script(PYTHON, "trees.py", "boosting"), ["sklearn"]),
        "mgcv": (lambda *files: additive(*files, after=(size or "200",)), ["mgcv", "jsonlite"]),
        "tmb": (lambda *files: lattice(*files, after=(spacing_m, folder)), ["TMB", "jsonlite"]),
    }[name]


def present(need):
    test = ["Rscript", "-e", "library(%s)" % need] if need in ("mgcv", "TMB", "jsonlite") else [PYTHON, "-c", "import " + need]
    try:
        return subprocess.run(test, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        return False


def install():
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run(sudo + ["apt-get", "install", "-y", "--no-install-recommends"] + PACKAGES, check=True)


def measured(command, log, most_s):
    """Seconds of the clock and of the processor, and the largest memory in MB, of a process and those it waited for."""
    # Threads that wait must not take the processor from those that work.
    env = dict(os.environ, OMP_WAIT_POLICY="PASSIVE", OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2")
    begin = time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES)))
        too_long = threading.Timer(most_s, child.kill) if most_s else None
        if too_long:
            too_long.start()
        _, status, used = os.wait4(child.pid, 0)
        if too_long:
            too_long.cancel()
    if status != 0:
        print("%s failed after %.0f s, %.0f s of processor and %.0f MB: see %s" % (
            " ".join(command), time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, log), file=sys.stderr)
        return None
    return {"seconds": time.monotonic() - begin, "processor": used.ru_utime + used.ru_stime, "memory_mb": used.ru_maxrss / 1024}


def said(log):
    with open(log, encoding="utf-8") as lines:
        return "; ".join(line.strip() for line in lines if (": " in line or ", " in line) and not line.startswith(("Loading", "This is")))[-300:]


def own_cost(cells):
    """The estimate alone begins where the peers do: at covariates and effort by cell."""
    with open(cells, "rb") as file:
        ours = json.loads(file.readline())["ours"]
    return dict(ours["estimate"], memory_mb=ours["memory_mb"])


def run_world(build, seed, arguments, folder):
    """Rows of the table of one world."""
    cells = os.path.join(folder, "cells-%d" % seed)
    if not os.path.exists(cells):
        subprocess.run([os.path.join(build, "bench_export_cells"), "world", str(seed), cells + ".part", "--size", arguments.size,
                        "--cell", str(arguments.cell)], check=True)
        os.rename(cells + ".part", cells)
    costs = {"firmground": own_cost(cells)}
    forecasts = {}
    for peer in arguments.peers:
        command, needs = peer_known(peer, arguments.cell, folder)
        missing = [need for need in needs if not present(need)]
        if missing:
            print("%s: not run, %s is not installed (--install)" % (peer, ", ".join(missing)))
            continue
        stem = os.path.join(folder, "%s-%d" % (peer, seed))
        if peer.startswith("tmb"):
            subprocess.run(["Rscript", os.path.join(HERE, "lattice.R"), "compile", "-", "-", folder], check=True, capture_output=True)
        if not os.path.exists(stem + ".json"):
            cost = measured(command(cells, stem + ".forecast"), stem + ".log", MOST_S if arguments.growth else None)
            if cost is None:
                continue
            with open(stem + ".json", "w", encoding="utf-8") as out:
                json.dump(dict(cost, said=said(stem + ".log")), out)
        with open(stem + ".json", encoding="utf-8") as file:
            costs[peer] = json.load(file)
        forecasts[peer] = stem + ".forecast"
    scored = subprocess.run([os.path.join(build, "bench_score_cells"), cells] + ["%s=%s" % one for one in forecasts.items()],
                            check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in scored.splitlines()]
    return [dict(costs[row["forecaster"]], world=seed, **row) for row in rows]


def number(form, value):
    return form % value if value is not None and math.isfinite(value) else "-"


def print_table(title, rows):
    print("\n" + title)
    print("| | " + " | ".join(head for _, head, _ in SCORES) + " |\n|" + "---|" * (len(SCORES) + 1))
    for row in rows:
        print("| %s | " % row["forecaster"] + " | ".join(number(form, row[key]) for key, _, form in SCORES) + " |")


def means(rows, of):
    result = []
    for forecaster in dict.fromkeys(row["forecaster"] for row in rows):
        own = [row for row in rows if row["forecaster"] == forecaster and row["of"] == of]
        mean = {"forecaster": forecaster}
        for key, _, _ in SCORES:
            known = [row[key] for row in own if row[key] is not None]
            mean[key] = sum(known) / len(known) if known else None
        result.append(mean)
    return result


def print_levels(rows):
    """Ratio of average precision to the strongest peer, by world, and against what log score is better."""
    for of in ("any", "mines"):
        ratios, better, worlds = [], 0, sorted({row["world"] for row in rows})
        for world in worlds:
            here = [row for row in rows if row["world"] == world and row["of"] == of]
            own, peers = here[0], here[1:]
            if not peers:
                return
            ratios.append(own["average_precision"] / max(peer["average_precision"] for peer in peers))
            better += all(own["log_score"] < peer["log_score"] for peer in peers)
        print("%s: AP over that of the strongest peer of each world %.2f (%s); log score better than every peer in %d of %d worlds"
              % (of, sum(ratios) / len(ratios), ", ".join("%.2f" % ratio for ratio in ratios), better, len(worlds)))


def grow(arguments, folder):
    """Seconds of mgcv and TMB over ours on larger and larger problems. A peer that failed once is not tried on a larger one."""
    peers = [peer for peer in arguments.peers if peer.partition("-")[0] in ("mgcv", "tmb")]
    seed = arguments.seeds[0]
    for size, cell in GROWTH:
        arguments.size, arguments.cell, arguments.peers = size, cell, peers
        own_folder = os.path.join(folder, "%s-%d" % (size, cell))
        os.makedirs(own_folder, exist_ok=True)
        rows = [row for row in run_world(arguments.build, seed, arguments, own_folder) if row["of"] == "any"]
        print_table("%s, cells of %d m: %d cells never searched" % (size, cell, rows[0]["cells"]), rows)
        for row in rows[1:]:
            print("%s: %.1f times our seconds, %.1f times our processor seconds; %s" % (
                row["forecaster"], row["seconds"] / rows[0]["seconds"], row["processor"] / rows[0]["processor"], row["said"]))
        peers = [row["forecaster"] for row in rows[1:]]
        sys.stdout.flush()
        if not peers:
            return


def average_precision(score, outcome):
    """By its definition, to check bench_score_cells."""
    groups = {}
    for s, y in zip(score, outcome):
        group = groups.setdefault(s, [0, 0])
        group[0] += 1
        group[1] += y
    seen = positives = total = 0
    for s in sorted(groups, reverse=True):
        seen += groups[s][0]
        positives += groups[s][1]
        total += groups[s][1] * positives / seen
    return total / positives


def check_scores(cells, rows):
    """Recomputes average precision, log score and Brier score of the estimate from the file, without the program that scored."""
    with open(cells, "rb") as file:
        header = json.loads(file.readline())
        columns = {}
        for column in header["columns"]:
            columns[column["name"]] = array.array("f")
            columns[column["name"]].fromfile(file, header["rows"])
    judged = [i for i, searched in enumerate(columns["searched"]) if searched == 0]
    p = [columns["firmground any"][i] for i in judged]
    y = [columns["mines remaining"][i] + columns["erw remaining"][i] > 0 for i in judged]
    own = next(row for row in rows if row["forecaster"] == "firmground" and row["of"] == "any")
    kept = [min(max(one, 1e-6), 1 - 1e-6) for one in p]
    expected = {"average_precision": average_precision(p, y), "brier": sum((a - b) ** 2 for a, b in zip(p, y)) / len(p),
                "log_score": -sum(math.log(a if b else 1 - a) for a, b in zip(kept, y)) / len(p)}
    for key, value in expected.items():
        if abs(own[key] - value) > 1e-6:
            sys.exit("%s is %.8f, scored as %.8f" % (key, value, own[key]))
    outline = [row for row in rows if row["forecaster"] == "outline"]
    if len(outline) != 2 or any(row["cells"] != len(judged) for row in rows):
        sys.exit("a forecaster was not judged on the same cells")
    print("scores agree on %d cells" % len(judged))


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--seeds", type=seeds_of, default="401-405")
    parser.add_argument("--size", default="small", choices=("small", "national"))
    parser.add_argument("--cell", type=int, default=50)
    parser.add_argument("--peers", type=lambda text: text.split(","), default="outline,kernel,forest,boosting,mgcv,tmb")
    parser.add_argument("--out")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    if arguments.install:
        install()
    if arguments.tiny:
        arguments.seeds, arguments.cell, arguments.peers = [1], 200, ["outline", "kernel"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(arguments.out or temporary)
        os.makedirs(folder, exist_ok=True)
        if arguments.growth:
            grow(arguments, folder)
            return
        rows = []
        for seed in arguments.seeds:
            rows += run_world(arguments.build, seed, arguments, folder)
            print_table("world %d, any item" % seed, [row for row in rows if row["world"] == seed and row["of"] == "any"])
            sys.stdout.flush()
        if arguments.tiny:
            check_scores(os.path.join(folder, "cells-1"), rows)
        print_table("mean of %d worlds, any item" % len(arguments.seeds), means(rows, "any"))
        print_table("mean of %d worlds, mines" % len(arguments.seeds), means(rows, "mines"))
        print_levels(rows)
        with open(os.path.join(folder, "table.csv"), "w", encoding="utf-8", newline="") as out:
            names = ["world", "forecaster", "of", "cells", "occupied"] + [key for key, _, _ in SCORES] + ["said"]
            table = csv.DictWriter(out, names, extrasaction="ignore")
            table.writeheader()
            table.writerows(rows)


main()
