"""A demo that is killed at any moment can be started again, and never touches a file it did not make."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import BINARY, as_json, check, firmground, fresh  # noqa: E402

DEMO = "demo.gpkg"


def killed_at(step):
    """Starts the demo and kills it, as a power cut would, when it says that it is at the step."""
    demo = subprocess.Popen([BINARY, "demo", "--into", DEMO], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    for line in demo.stderr:
        if step in line:
            demo.send_signal(signal.SIGKILL)
            break
    demo.wait()
    check(demo.returncode == -signal.SIGKILL, "the demo was killed at '%s'" % step)


fresh(DEMO, "demo.unfinished.gpkg", "demo.unfinished.files")
killed_at("Importing: entering")
check(not os.path.exists(DEMO), "a register that is not complete does not stand where a complete one is expected")
killed_at("Estimating what remains")
check(os.path.exists(DEMO), "a complete register stays when only the estimate was cut off")

resumed = as_json("demo", "--into", DEMO)
check(resumed["country_reused"] and not resumed["estimate_reused"], "the demo goes on with the stage that was cut off")
check(resumed["situation"]["estimate"]["items_mean"] > 0, "and ends with an estimate")
again = as_json("demo", "--into", DEMO)
check(again["country_reused"] and again["estimate_reused"], "the next demo finds everything")
check(again["situation"] == resumed["situation"], "and reports the same")
check(not os.path.exists("demo.unfinished.gpkg") and not os.path.exists("demo.unfinished.files"), "nothing unfinished is left lying")

other = firmground("demo", "--into", DEMO, "--seed", 2, expect=1).stderr
check("--force" in other, "another country does not replace this one unasked")
firmground("init", "mine.gpkg", "--profile", "invented-country") if not os.path.exists("mine.gpkg") else None
before = open("mine.gpkg", "rb").read()
refused = firmground("demo", "--into", "mine.gpkg", "--force", expect=1).stderr
check("was not made by" in refused and open("mine.gpkg", "rb").read() == before, "a register that is no demo is never overwritten")
