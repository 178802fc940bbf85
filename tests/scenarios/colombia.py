"""A real register with all its dirt: 16,497 mine and UXO events of Colombia, 1990-2009 (docs/real-input.md walks through it).

Runs where FIRMGROUND_DATA names the folder that holds colombia-events-1990-2009.csv.
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import as_json, check, firmground, fresh, get_json, served, skip  # noqa: E402

EVENTS = "colombia-events-1990-2009.csv"
DATA = os.environ.get("FIRMGROUND_DATA", "")
if not DATA or not os.path.isfile(os.path.join(DATA, EVENTS)):
    skip("FIRMGROUND_DATA names no folder with %s" % EVENTS)
MAPPING = os.path.join(os.environ["FIRMGROUND_SOURCE"], "docs/examples/colombia-events.mapping.toml")
PROGRAMME = "colombia.gpkg"


def events_enter():
    fresh(PROGRAMME)
    shutil.copy(os.path.join(DATA, EVENTS), EVENTS)  # refused rows are written beside the file
    firmground("init", PROGRAMME, "--crs", "EPSG:9377", "--name", "Colombia")
    outcome = as_json("import", PROGRAMME, EVENTS, "--as", "accidents", "--mapping", MAPPING, "--keep-good")
    check(outcome["rows"] == 16497 and outcome["accepted"] == 16496, "16,496 of 16,497 events enter")
    refused = [issue for issue in outcome["issues"] if issue["row"] == 5779]
    check(len(refused) == 1 and "minus sign" in refused[0]["error"], "the one in the Indian Ocean is refused, with the likely cause")
    check("CO05779" in open(EVENTS + ".refused.csv", encoding="utf-8").read(), "and kept in a file with its reason")


def later_events_lie_where_the_map_is_dark():
    estimate = as_json("estimate", PROGRAMME, "--mode", "presence-only", "--until", "2007-12-31", "--cell", 2000)
    check(estimate["mode"] == "presence-only", "the estimate says that it is from events alone")
    scores = as_json("validate", PROGRAMME, "--cell", 2000, "--events-from", 2008, "--events-until", 2009)["scores"]
    ours = next(s for s in scores if s["forecaster"] == "firmground")
    peer = next(s for s in scores if s["forecaster"].startswith("kernel density"))
    for score in (ours, peer):
        print("          %-24s top 1 %%: %.3f  5 %%: %.3f  10 %%: %.3f  log score %.4f" % (
            score["forecaster"], score["share_in_riskiest_1_percent"], score["share_in_riskiest_5_percent"],
            score["share_in_riskiest_10_percent"], score["log_score"]))
    check(ours["share_in_riskiest_1_percent"] >= 0.18, "the riskiest hundredth of the ground holds a good part of the events of 2008-2009")
    for share in ("1", "5", "10"):
        key = "share_in_riskiest_%s_percent" % share
        check(ours[key] > peer[key], "more of them lie in the riskiest %s %% than by kernel density" % share)
    check(ours["log_score"] < peer["log_score"], "and the log score is better")


def the_map_is_served():
    with served(PROGRAMME) as url:
        check(get_json(url + "/api/estimate")["mode"] == "presence-only", "the server says how the map was made")
        at = get_json(url + "/api/hazard/at?lon=-75.2&lat=7.1")
        check(at["estimated"] and at["expected_items"] > 0, "and shows Antioquia, where most events were, as estimated")


events_enter()
later_events_lie_where_the_map_is_dark()
the_map_is_served()
