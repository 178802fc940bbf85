#!/usr/bin/python3
"""Random forest or gradient boosting with the neighbourhood: trees.py forest|boosting CELLS FORECAST

Features: every covariate (of records as drawn and as reconciled), and, in rings of 150-1500 m around the cell without the cell
itself, the effort and the share of it that found anything: mines, ERW, either. Settings are those with the best log score on
blocks of searched cells held out, whose finds and effort the rings of nobody show.
"""
import sys

import numpy
from scipy.signal import fftconvolve
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from cells import CLASSES, Cells, log_score, write_forecast

RINGS_M = (0, 150, 300, 600, 1000, 1500)
FOLDS, BLOCK_M = 3, 1000


def ring_masks(cell_m):
    reach = int(RINGS_M[-1] / cell_m)
    line = numpy.arange(-reach, reach + 1) * cell_m
    away = numpy.hypot(line[:, None], line[None, :])
    # The first ring begins beyond 0: the cell itself is left out.
    masks = [((away > inner) & (away <= outer)).astype("f4") for inner, outer in zip(RINGS_M, RINGS_M[1:])]
    return [mask for mask in masks if mask.any()]


def neighbourhood(cells, kept):
    """Effort and share found by ring, with search outside `kept` unseen; the share shrunk by one cell's worth of the overall."""
    features = []
    for name in CLASSES + ("any",):
        effort, found = cells.effort(name) * kept, cells.found(name) * kept
        share = found.sum() / effort.sum()
        effort_image, found_image = cells.image(effort), cells.image(found)
        for mask in ring_masks(cells.grid["cell_m"]):
            around = numpy.maximum(fftconvolve(effort_image, mask, mode="same")[cells.at], 0)
            near = numpy.maximum(fftconvolve(found_image, mask, mode="same")[cells.at], 0)
            features.append((near + share) / (around + 1))
            if name != "any":
                features.append(around / mask.sum())
    return features


def ground(cells):
    features = []
    for about in cells.about():
        value = cells[about["name"]].copy()
        if about["categories"]:
            value = numpy.floor(value)  # halves say that ground was searched later (evidence/statements.h)
        value[~numpy.isfinite(value)] = -1e6  # not known: apart from every value
        features.append(value)
    return features


def boosting(leaves, least, trees):
    return HistGradientBoostingClassifier(learning_rate=0.06, max_iter=trees, max_leaf_nodes=leaves, min_samples_leaf=least,
                                          l2_regularization=1.0, early_stopping=False, random_state=1)


def forest(least, share, trees):
    return RandomForestClassifier(n_estimators=trees, min_samples_leaf=least, max_features=share, n_jobs=2, random_state=1)


def weights(found, effort):
    """A find counts fully, finding nothing as much as was searched: log(1 - p c) is c log(1 - p) where p is small."""
    return numpy.where(found > 0, 1, effort)


def candidates(kind, x, y, w, held):
    """Settings with what they forecast for held-out rows."""
    if kind == "boosting":
        for leaves in (6, 15, 31):
            model = boosting(leaves, 100, 240).fit(x, y, w)
            for trees, probability in enumerate(model.staged_predict_proba(held), 1):
                if trees % 30 == 0:
                    yield (leaves, 100, trees), probability[:, 1]
    else:
        for least in (5, 15, 40):
            yield (least, 0.3, 200), forest(least, 0.3, 25).fit(x, y, w).predict_proba(held)[:, 1]


def tuned(kind, cells, same, searched, fold_of):
    """The settings with the best log score over held-out blocks, either class taken as one."""
    scores = {}
    found, effort = cells.found("any"), cells.effort("any")
    for fold in range(FOLDS):
        held, kept = searched & (fold_of == fold), searched & (fold_of != fold)
        table = numpy.column_stack(same + neighbourhood(cells, fold_of != fold)).astype("f4")
        fitted = candidates(kind, table[kept], found[kept], weights(found, effort)[kept], table[held])
        for setting, probability in fitted:
            scores[setting] = scores.get(setting, 0) + log_score(found[held], probability * effort[held]) * held.sum()
    return min(scores, key=scores.get)


def main():
    kind, cells = sys.argv[1], Cells(sys.argv[2])
    fold_of = cells.blocks(BLOCK_M, FOLDS)
    searched = (cells.effort("mines") > 0) & (cells.effort("erw") > 0)
    same = ground(cells)
    setting = tuned(kind, cells, same, searched, fold_of)
    names = ("leaves", "least cells", "trees") if kind == "boosting" else ("least cells", "share of features", "trees")
    print(", ".join("%s %g" % one for one in zip(names, setting)))
    table = numpy.column_stack(same + neighbourhood(cells, True)).astype("f4")
    forecasts = []
    for target in ("any", "mines"):
        found, effort = cells.found(target), cells.effort(target)
        model = (boosting if kind == "boosting" else forest)(*setting)
        model.fit(table[searched], found[searched], weights(found, effort)[searched])
        forecasts.append(model.predict_proba(table)[:, 1])
    write_forecast(sys.argv[3], *forecasts)


main()
