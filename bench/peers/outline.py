#!/usr/bin/python3
"""Today's practice, recorded outline + 50 m: outline.py CELLS FORECAST

A probability for each side of the line: the share of searched effort that found anything, inside and outside.
"""
import array
import json
import math
import sys


def main():
    with open(sys.argv[1], "rb") as file:
        header = json.loads(file.readline())
        column = {}
        for about in header["columns"]:
            column[about["name"]] = array.array("f")
            column[about["name"]].fromfile(file, header["rows"])
    probability = {}
    for name in ("mines", "erw"):
        found, effort = [0.0, 0.0], [0.0, 0.0]
        for inside, share, detection, items in zip(column["outline"], column[name + " share searched"], column[name + " detection"],
                                                   column[name + " found"]):
            if share > 0 and not math.isnan(detection):
                effort[int(inside)] += share * detection
                found[int(inside)] += items > 0
        overall = sum(found) / sum(effort)
        probability[name] = [min(1, (f + overall) / (e + 1)) for f, e in zip(found, effort)]
    any_item = [1 - (1 - m) * (1 - e) for m, e in zip(probability["mines"], probability["erw"])]
    with open(sys.argv[2], "wb") as out:
        for forecast in (any_item, probability["mines"]):
            array.array("f", [forecast[int(inside)] for inside in column["outline"]]).tofile(out)


main()
