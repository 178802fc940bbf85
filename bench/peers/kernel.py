#!/usr/bin/python3
"""Kernel density of finds over effort: kernel.py CELLS FORECAST

The share of searched ground with finds in a Gaussian neighbourhood, by class, shrunk towards the overall share. Bandwidth and
shrinkage are those with the best log score on blocks of searched cells held out.
"""
import sys

import numpy
from scipy.ndimage import gaussian_filter

from cells import CLASSES, Cells, log_score, write_forecast

BANDWIDTHS = (1.5, 3, 6, 12, 24, 48)  # cells
WEIGHTS = (0.3, 1, 3, 10)  # the overall share is worth so many fully searched cells
FOLDS, BLOCK_M = 5, 1000


def density(cells, found, effort, bandwidth, weights):
    """Probability that a cell holds any, by weight of the overall share."""
    scale = 2 * numpy.pi * bandwidth * bandwidth  # a kernel of height 1: sums are of cells
    near = scale * gaussian_filter(cells.image(found), bandwidth, mode="constant", truncate=3)[cells.at]
    searched = scale * gaussian_filter(cells.image(effort), bandwidth, mode="constant", truncate=3)[cells.at]
    share = found.sum() / effort.sum()
    return [numpy.clip((near + weight * share) / (searched + weight), 0, 1) for weight in weights]


def main():
    cells = Cells(sys.argv[1])
    fold_of = cells.blocks(BLOCK_M, FOLDS)
    probability = {}
    for name in CLASSES:
        found, effort = cells.found(name), cells.effort(name)
        searched = effort > 0
        scores = {}
        for bandwidth in BANDWIDTHS:
            for fold in range(FOLDS):
                kept = fold_of != fold
                held = searched & ~kept
                for weight, p in zip(WEIGHTS, density(cells, found * kept, effort * kept, bandwidth, WEIGHTS)):
                    score = log_score(found[held], p[held] * effort[held]) * held.sum()
                    scores[bandwidth, weight] = scores.get((bandwidth, weight), 0) + score
        bandwidth, weight = min(scores, key=scores.get)
        print("%s: bandwidth %g m, weight %g" % (name, bandwidth * cells.grid["cell_m"], weight))
        probability[name] = density(cells, found, effort, bandwidth, [weight])[0]
    write_forecast(sys.argv[2], 1 - (1 - probability["mines"]) * (1 - probability["erw"]), probability["mines"])


main()
