"""What each piece of evidence is worth, and which survey to begin with: told beside an estimate, in words, JSON and a table."""
import csv
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh, get_json, served

fresh("country", "island.gpkg", "hazards.csv", "tasks.csv", "updated.csv", "new-finds.csv")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")

refused = as_json("estimate", "island.gpkg", "--mode", "presence-only", "--cell", 1000, "--surveys", "-q", expect=1)["error"]
check(refused["code"] == "ES-0008" and "--surveys" in refused["remedy"], refused["message"])

plain = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "-q")
check("surveys" not in plain and "without_evidence" not in plain, "nobody asked for surveys")
told = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--surveys", "--without-evidence", "--loss-per-item", 50000,
               "--table", "hazards.csv", "-q")
check(told["items_mean"] == plain["items_mean"] and told["items_p95"] == plain["items_p95"], "the estimate is the same")

settings = told["surveys"]["settings"]
check(settings["loss_per_item"] == 50000 and settings["survey_detection_mines"] == 0.6, "settings are told: %s" % settings)
ranking = told["surveys"]["ranking"]
check([s["rank"] for s in ranking] == list(range(1, len(ranking) + 1)) and len(ranking) > 20, "%d polygons are ranked" % len(ranking))
per_m2 = [s["net_saving"] / s["area_m2"] for s in ranking]
check(per_m2 == sorted(per_m2, reverse=True), "what saves most for each square metre comes first")
check(all(0 <= s["value"] <= s["value_of_knowing"] + 1e-6 for s in ranking), "no survey is worth more than knowing the number")
check(all(s["items_sd_after"] <= s["items_sd"] and 0 <= s["chance_of_change"] <= 1 for s in ranking), "uncertainty is expected to fall")
check(all(s["decision_now"] in ("clear", "release") for s in ranking), "decisions are clear and release")

rows = list(csv.DictReader(open("hazards.csv", encoding="utf-8")))
check(None not in rows[0] and all(None not in row.values() for row in rows), "each row has all columns")
by_id = {row["id"]: row for row in rows}
first = ranking[0]
check(by_id[first["id"]]["survey_rank"] == "1" and by_id[first["id"]]["survey"] == first["survey"], "the table says the same as the JSON")
words = " ".join(row["without_evidence"] for row in rows)
check("without the minefield record" in words and "items expected instead of" in words and "near by" in words,
      "what evidence is worth is told in words")
kept = as_json("estimate", "island.gpkg", "--update", "-q")
nets = {s["id"]: s["net_saving"] for s in kept["surveys"]["ranking"]}
check(kept["items_mean"] == plain["items_mean"] and kept["without_evidence"] == told["without_evidence"] and
      kept["surveys"]["settings"] == settings and len(nets) == len(ranking) and
      all(abs(nets[s["id"]] - s["net_saving"]) <= 1e-5 * abs(s["net_saving"]) for s in ranking),  # six digits are kept
      "an update without a change tells what was told besides")
check("surveys" not in as_json("estimate", "island.gpkg", "--update", "--table", "tasks.csv", "--polygons", "tasks", "-q"), "of hazards alone")
check("excludes" in firmground("estimate", "island.gpkg", "--update", "--surveys", expect=2).stderr, "surveys are asked of the whole estimate")

shown = firmground("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--surveys", "--without-evidence", "-q").stdout
check("Which survey first" in shown and "decision are people's" in shown and "instead of" in shown, "a person reads it too")
check("safe" not in shown.lower() and "cleared" not in shown.lower(), "no estimate is called that")

# What was told is kept with the estimate and served; the same figures everywhere.
with served("island.gpkg") as url:
    surveys = get_json(url + "/api/surveys?limit=1000")
    check(surveys["settings"]["loss_per_item"] == 25000 and surveys["polygons"] == "hazards", "the ranking names its costs and polygons")
    check(surveys["ranking"][0]["id"] in shown and surveys["ranking"][0]["net_saving"] > 0, "the first of the ranking is the one that was printed")
    check(surveys["stamp"]["id"] in shown and not surveys["stale"], "with the stamp that was printed")
    first = surveys["ranking"][0]
    hazard = get_json("%s/api/records/hazards/%s" % (url, first["id"]))["estimate"]
    best = hazard["surveys"]["kinds"][0]
    check(hazard["surveys"]["rank"] == 1 and best["survey"] == first["survey"] and best["net_saving"] == first["net_saving"],
          "its own record tells the same survey and rank")
    check(all(k["items_p05"] <= k["items_p95"] for k in hazard["kinds"].values()) and len(hazard["kinds"]) >= 2, "and kinds with their intervals")
    other = next(r for r in get_json(url + "/api/search?q=TK-0")["results"] if r["kind"] == "tasks")
    task = get_json("%s/api/records/tasks/%s" % (url, other["id"]))["estimate"]
    check(task["surveys"] is None and task["without"] is None and "--polygons tasks" in task["command"],
          "of tasks nobody asked: null, and the command that tells it: " + task["command"])
    told_words = [w["evidence"] for s in surveys["ranking"][:40]
                  for w in get_json("%s/api/records/hazards/%s" % (url, s["id"]))["estimate"]["without"]]
    check(any(w.startswith("the ") for w in told_words), "what evidence is worth is served in words")

    # A mine is found beside a hazardous area: its surveys and what its evidence is worth are told anew, the others stay.
    finds = list(csv.DictReader(open("country/finds.csv", encoding="utf-8")))
    with open("new-finds.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(finds[0]))
        writer.writeheader()
        writer.writerow(dict(next(f for f in finds if f["release_id"] and "AP" in f["device"]), find_id="NEW-1", count="9"))
    firmground("import", "island.gpkg", "new-finds.csv", "--as", "finds", "-q")
    updated = as_json("estimate", "island.gpkg", "--update", "--table", "updated.csv", "-q")
    before = {s["id"]: s for s in surveys["ranking"]}
    now = {s["id"]: s for s in updated["surveys"]["ranking"]}
    differ = [i for i in now if i in before and now[i]["items_mean"] != before[i]["items_mean"]]  # a thousand are served
    check(len(now) == surveys["ranked"] and 0 < len(differ) < len(now) / 2, "%d of %d polygons have other surveys" % (len(differ), len(now)))
    per_m2 = [s["net_saving"] / s["area_m2"] for s in updated["surveys"]["ranking"]]
    check(per_m2 == sorted(per_m2, reverse=True), "they are ranked among all")
    table = {row["id"]: row for row in csv.DictReader(open("updated.csv", encoding="utf-8"))}
    check(table[updated["surveys"]["ranking"][0]["id"]]["survey_rank"] == "1" and
          "items expected instead of" in " ".join(row["without_evidence"] for row in table.values()), "the table too")
    for _ in range(100):
        estimate = get_json(url + "/api/estimate")
        if estimate["stamp"]["id"] == updated["stamp"]["id"]:
            break
        time.sleep(0.2)
    check(estimate["told_besides"]["why_not"] is None and estimate["told_besides"]["surveys"], "after an update they are told")
    hazard = get_json("%s/api/records/hazards/%s" % (url, differ[0]))["estimate"]
    check(hazard["kinds"] and hazard["without"] is not None and
          abs(hazard["surveys"]["kinds"][0]["items_mean"] - now[differ[0]]["items_mean"]) <= 1e-5 * now[differ[0]]["items_mean"], "of a hazard too, the same figures")
    shown = firmground("estimate", "island.gpkg", "--update", "-q").stdout
    check("Which survey first" in shown and "AV mines" in shown and "instead of" in shown, "a person reads them after an update")
command = hazard["command"].split()
check(command[1:3] == ["estimate", "island.gpkg"] and "--surveys" in command and "--cell" in command, " ".join(command))
again = as_json(*command[1:], "-q")
check(len(again["surveys"]["ranking"]) == len(now), "the command that is told makes them anew")
