"""The whole life of a programme in PostgreSQL, beside the same life in a file: every answer must be the same one."""
import difflib
import json
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh, postgres_place

FILES = "country"
TODAY = ("--today", "2026-11-25")
os.environ["FIRMGROUND_AUTHOR"] = "Leyla"
os.environ["FIRMGROUND_PASSPHRASE"] = "lamp river seven moss gate"
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
# Of a clock, of random numbers, and of which store it is.
OF_ONE_RUN = {"out", "path", "peak_mb", "entered_at", "made_at", "age", "seconds", "uuid", "head", "audit_head", "link_hash", "from", "to", "file", "replaced", "bytes"}


def of_any_store(answer):
    """The answer without what differs between two runs of the same life."""
    if isinstance(answer, dict):
        return {key: of_any_store(value) for key, value in answer.items() if key not in OF_ONE_RUN}
    if isinstance(answer, list):
        return [of_any_store(value) for value in answer]
    return TIME.sub("a time", answer) if isinstance(answer, str) else answer


def written(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def corrected(kind, ids):
    """The file of a kind with only these records, as an office sends corrections: each feature reported a day later."""
    with open(os.path.join(FILES, kind + ".geojson"), encoding="utf-8") as file:
        collection = json.load(file)
    collection["features"] = [f for f in collection["features"] if f["properties"]["hazard_id"] in ids]
    for feature in collection["features"]:
        feature["properties"]["reported_on"] = "2026-10-30"
        feature["properties"]["evidence"] = "looked at again"
    return written(kind + ".geojson", json.dumps(collection))


def hazards_on_file(count):
    with open(os.path.join(FILES, "hazards.geojson"), encoding="utf-8") as file:
        features = json.load(file)["features"]
    whole = [f["properties"]["hazard_id"] for f in features if f["geometry"] and f["geometry"]["type"] == "Polygon"]
    return whole[:: len(whole) // count][:count]


def life(programme, folder):
    """What a programme answers through its life, by step. `folder` is for what it writes."""
    os.makedirs(folder)
    os.environ["FIRMGROUND_ATTACHMENTS"] = os.path.join(folder, "attachments")
    os.environ["FIRMGROUND_VAULT"] = os.path.join(folder, "nation.vault")
    told = {}

    def step(name, *arguments, **options):
        answer = of_any_store(as_json(arguments[0], programme, *arguments[1:], **options))
        told[name] = json.loads(json.dumps(answer).replace(programme, "the programme").replace(folder, "the folder"))
        return told[name]

    step("init", "init", "--profile", "invented-country", "--name", "Island")
    step("refused", "import", FILES, expect=1)
    step("import", "import", FILES, "--keep-good")
    step("again", "import", FILES, "--keep-good")
    step("check", "check", *TODAY)
    step("check of drafts", "check", "--latest", *TODAY)
    step("words", "check", "--values")
    step("fixes", "check", "--fix", *TODAY)
    step("check after fixes", "check", *TODAY)

    ids = hazards_on_file(3)
    sent = step("sent", "import", corrected("hazards", ids), "--state", "submitted", "--reason", "weekly report")
    step("submitted", "submit", "finds", "FI-000001", "--reason", "count is doubted")
    step("approved", "approve", "hazards", ids[0], ids[1], "--reason", "checked on the sheets")
    step("rejected", "reject", "hazards", ids[2], "--reason", "no sketch")
    step("approved again", "approve", "finds", "FI-000001")
    step("not twice", "approve", "finds", "FI-000001")
    step("history", "history", "hazards", ids[0])
    step("diff", "diff", "hazards", ids[0])
    step("batches", "history")
    step("papers", "attach", "hazards", ids[0], written("sketch.txt", "two rows along the ditch"), "--caption", "sketch")
    step("merged", "merge", "hazards", ids[1], "--into", ids[0], "--reason", "surveyed twice")

    step("account", "account", "--m2")
    step("account of a year", "account", "--m2", "--from", "2023-01-01", "--until", "2023-12-31", "--by", "district", "--by", "method")
    step("report", "report", "situation")
    step("reconcile", "reconcile")
    step("estimate", "estimate", "--cell", 400)
    step("export", "export", os.path.join(folder, "out"))
    step("undone", "undo-import", sent["batch"], "--reason", "of another country")
    step("account after undoing", "account", "--m2", "--by", "year")
    firmground("vault", "init", programme, "--person", "Leyla")
    step("verify", "verify")
    return told


def same_files(one, other):
    names = sorted(os.listdir(one))
    check(names == sorted(os.listdir(other)), "both export the same %d files" % len(names))
    for name in names:
        with open(os.path.join(one, name), "rb") as left, open(os.path.join(other, name), "rb") as right:
            if left.read() != right.read():
                raise SystemExit("NOT SO: both export the same %s" % name)
    check(True, "byte for byte")


for name in os.listdir("."):
    fresh(name)
address = postgres_place("life")
firmground("simulate", FILES, "--dirty", "--seed", 3)
in_file = life("life.gpkg", "of-the-file")
on_server = life(address, "of-the-server")
for step, answer in in_file.items():
    lines = [json.dumps(told, indent=1).splitlines() for told in (answer, on_server[step])]
    print("\n".join(list(difflib.unified_diff(*lines, "file", "server", lineterm="", n=2))[:60]), end="")
    check(on_server[step] == answer, "of '%s' both say the same" % step)
same_files("of-the-file/out", "of-the-server/out")

imported = sum(file["accepted"] for file in in_file["import"]["files"])
check(imported > 15000 and sum(file["accepted"] for file in in_file["again"]["files"]) == 0, "the country entered once")
check(len(in_file["check"]["issues"]) > len(in_file["check after fixes"]["issues"]) > 0, "the checks found faults and mended some")
check(in_file["account"]["cleared_m2"] > 1e6 and in_file["verify"]["whole"], "there is land to account for, and the register is whole")

# From the server into files, each a whole programme.
firmground("copy", address, "copied.gpkg")
kept = as_json("backup", address, "kept.gpkg")
check(kept["vault"] and kept["attachments"] == 1, "a backup of the server has its papers and its vault")
check(kept["head"] == as_json("verify", address)["head"] == as_json("verify", "kept.gpkg")["head"], "and the server's chain")
other = postgres_place("again")
os.environ["FIRMGROUND_ATTACHMENTS"], os.environ["FIRMGROUND_VAULT"] = "again/attachments", "again.vault"
refused = as_json("restore", "kept.gpkg", address, "--force", expect=1)
check(refused["error"]["id"] == "registry.restore_needs_empty_database", "a programme on a server is never replaced")
restored = as_json("restore", "kept.gpkg", other)
check(restored["head"] == kept["head"] and restored["vault"], "an empty database takes the backup")
as_json("restore", "kept.gpkg", "restored.gpkg")
for programme in ("copied.gpkg", "restored.gpkg", other):
    check(of_any_store(as_json("account", programme, "--m2", "--by", "year")) == in_file["account after undoing"],
          "%s accounts for the same land" % programme.split("?")[0])
    found = of_any_store(as_json("check", programme, *TODAY))
    check(found == of_any_store(as_json("check", address, *TODAY)), "and has the same issues")
check(as_json("import", other, FILES, "--keep-good")["accepted"] == 0, "what is restored is worked on as before")
