"""What each piece of evidence is worth, and which survey to begin with: told beside an estimate, in words, JSON and a table."""
import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

fresh("country", "island.gpkg", "hazards.csv")
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
check(kept["items_mean"] == plain["items_mean"], "an update finds the estimate with what was told besides")
check("excludes" in firmground("estimate", "island.gpkg", "--update", "--surveys", expect=2).stderr, "surveys need the whole estimate")

shown = firmground("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--surveys", "--without-evidence", "-q").stdout
check("Which survey first" in shown and "decision are people's" in shown and "instead of" in shown, "a person reads it too")
check("safe" not in shown.lower() and "cleared" not in shown.lower(), "no estimate is called that")
