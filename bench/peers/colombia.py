#!/usr/bin/python3
"""Later events of Colombia's register beside kernel density: colombia.py BUILD DATA [YEARS...]

DATA: the folder of colombia-events-1990-2009.csv (docs/real-input.md). YEARS: windows such as 2008-2009 (the default). All events
until the window make the forecasts, on cells of 2 km; those in it judge them. A peer says a rate, so its chance of any event is that
of a Poisson number; ours is that of its own law ("Firmground by Poisson": of its rate alone). The bandwidth of the kernel density has the best
log score for the two years before the window; "with hindsight" it has the best one for the window itself. Differences with 95 %
of 2,000 bootstrap samples of 20 km blocks. Needs python3-numpy and python3-scipy.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import numpy
from scipy.ndimage import gaussian_filter
from scipy.special import gammaln

from cells import Cells

SOURCE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
EVENTS = "colombia-events-1990-2009.csv"
BANDWIDTHS = (0.75, 1, 1.5, 2, 3, 4, 6, 9, 12, 24)  # cells
EVEN = 0.01  # of the events are spread evenly: one where a peer says zero would cost it everything
BLOCK_M, SAMPLES = 20_000, 2_000


def imported(build, data):
    shutil.copy(os.path.join(data, EVENTS), EVENTS)  # refused rows are written beside the file
    firmground = os.path.join(build, "firmground")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([firmground, "init", "colombia.gpkg", "--crs", "EPSG:9377", "--name", "Colombia"], check=True, **quiet)
    subprocess.run([firmground, "import", "colombia.gpkg", EVENTS, "--as", "accidents", "--mapping",
                    os.path.join(SOURCE, "docs/examples/colombia-events.mapping.toml"), "--keep-good"], check=False, **quiet)


def rate_of(surface, expected):
    return expected * ((1 - EVEN) * surface / surface.sum() + EVEN / surface.size)


def kernel(cells, events, bandwidth):
    return numpy.maximum(gaussian_filter(cells.image(events).astype("f8"), bandwidth, mode="constant", truncate=4)[cells.at], 0)


def log_scores(count, rate):
    """Poisson, by cell; less is better."""
    return rate - count * numpy.log(rate) + gammaln(count + 1)


def slope(outcome, x, mean, variance):
    """Of a regression on x with an intercept, by Newton's method."""
    a = b = 0.0
    for _ in range(60):
        mu = mean(a + b * x)
        w = variance(mu)
        miss = outcome - mu
        step = numpy.linalg.solve([[w.sum(), (w * x).sum()], [(w * x).sum(), (w * x * x).sum()]], [miss.sum(), (miss * x).sum()])
        step = numpy.clip(step, -1, 1)
        a, b = a + step[0], b + step[1]
        if abs(step).sum() < 1e-9:
            break
    return b


def shapes_of(rate, any_event):
    """Of negative binomial laws with these means and chances of any event; by bisection. As good as Poisson: a large one."""
    low, high = numpy.full(rate.shape, -20.0), numpy.full(rate.shape, 20.0)
    for _ in range(60):
        shape = numpy.exp((low + high) / 2)
        more = shape * numpy.log1p(rate / shape) > -numpy.log1p(-any_event)
        low, high = numpy.where(more, low, (low + high) / 2), numpy.where(more, (low + high) / 2, high)
    return numpy.exp(low)


def nothing_by_poisson(rate):
    return -rate


def nothing_by_law(shape, expected):
    """Log chance of no event at another level: what is spread evenly is Poisson."""
    def log_chance(rate):
        even = EVEN * expected / rate.size
        return -even - shape * numpy.log1p((rate - even) / shape)
    return log_chance


def slopes(count, rate, nothing):
    """Logistic, of any event on the logit of its probability (estimation's measure), and Poisson, of counts on log rate."""
    logit = numpy.log(-numpy.expm1(nothing)) - nothing
    return (slope((count > 0) * 1.0, logit, lambda eta: 1 / (1 + numpy.exp(-eta)), lambda mu: mu * (1 - mu)),
            slope(count, numpy.log(rate), lambda eta: numpy.exp(numpy.minimum(eta, 20)), lambda mu: mu))


def share_in_riskiest(order, count, weight, share):
    area = numpy.cumsum(weight[order])
    inside = area <= share * area[-1]
    held = (weight * count)[order]
    return held[inside].sum() / held.sum()


def differences(cells, count, ours, theirs):
    """Samples of ours less theirs: share of events in the riskiest 1 % and mean log score."""
    size = round(BLOCK_M / cells.grid["cell_m"])
    _, block = numpy.unique(cells.at[0] // size * 10_000 + cells.at[1] // size, return_inverse=True)
    score = log_scores(count, ours) - log_scores(count, theirs)
    orders = [numpy.argsort(-rate, kind="stable") for rate in (ours, theirs)]
    random = numpy.random.default_rng(1)
    blocks = block.max() + 1
    result = []
    for _ in range(SAMPLES):
        weight = random.multinomial(blocks, numpy.full(blocks, 1 / blocks))[block].astype("f8")
        share = [share_in_riskiest(order, count, weight, 0.01) for order in orders]
        result.append((share[0] - share[1], (weight * score).sum() / weight.sum()))
    return numpy.array(result)


def judge(build, years):
    first, last = (int(year) for year in years.split("-"))
    subprocess.run([os.path.join(build, "bench_export_cells"), "events", "colombia.gpkg", "cells", "--from", str(first), "--until",
                    str(last)], check=True)
    cells = Cells("cells")
    before, count = cells["events before"].astype("f8"), cells["events later"].astype("f8")
    recent = [cells["events %d years before" % year].astype("f8") for year in (1, 2, 3)]
    expected = sum(year.sum() for year in recent) / 3 * (last - first + 1)
    learned, last_two = before - recent[0] - recent[1], recent[0] + recent[1]

    def of_last_two(bandwidth):
        return log_scores(last_two, rate_of(kernel(cells, learned, bandwidth), last_two.sum())).mean()

    def of_window(bandwidth):
        return log_scores(count, rate_of(kernel(cells, before, bandwidth), expected)).mean()

    tuned, best = min(BANDWIDTHS, key=of_last_two), min(BANDWIDTHS, key=of_window)
    ones = numpy.ones_like(count)
    of_law, any_event = cells["firmground rate"].astype("f8"), cells["firmground any"].astype("f8")
    by_law = nothing_by_law(shapes_of(of_law, numpy.minimum(numpy.minimum(any_event, -numpy.expm1(-of_law)), 1 - 1e-6)), expected)
    rates = {"Firmground": rate_of(of_law, expected)}
    for name, bandwidth in (("kernel density", tuned), ("kernel density with hindsight", best)):
        rates["%s, %g km" % (name, bandwidth * cells.grid["cell_m"] / 1000)] = rate_of(kernel(cells, before, bandwidth), expected)
    ours = cells.header["ours"]
    print("\nevents of %s: %d, forecast %.0f; %d cells; estimate %.1f s (%.1f s of processor), %.0f MB" % (
        years, count.sum(), expected, count.size, ours["estimate"]["seconds"], ours["estimate"]["processor"], ours["memory_mb"]))
    print("| | in 1 % | in 5 % | in 10 % | log score | slope, any event | slope, counts | any event, found / forecast |\n|---|---|---|---|---|---|---|---|")
    rows = [(name, rate, nothing_by_poisson) for name, rate in rates.items()]
    rows.insert(0, ("Firmground", rates["Firmground"], by_law))
    rows[1] = ("Firmground by Poisson", *rows[1][1:])
    for name, rate, nothing in rows:
        order = numpy.argsort(-rate, kind="stable")
        inside = [share_in_riskiest(order, count, ones, share) for share in (0.01, 0.05, 0.1)]
        print("| %s | %.3f | %.3f | %.3f | %.4f | %.2f | %.2f | %.3f |" % (
            name, *inside, log_scores(count, rate).mean(), *slopes(count, rate, nothing(rate)), (count > 0).sum() / -numpy.expm1(nothing(rate)).sum()))
    for name, rate in list(rates.items())[1:]:
        samples = differences(cells, count, rates["Firmground"], rate)
        low, high = numpy.quantile(samples, (0.025, 0.975), axis=0)
        print("Firmground less %s: in 1 %% %+.3f [%+.3f, %+.3f], log score %+.5f [%+.5f, %+.5f]" % (
            name, samples[:, 0].mean(), low[0], high[0], samples[:, 1].mean(), low[1], high[1]))
    sys.stdout.flush()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build, data = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        imported(build, data)
        for years in sys.argv[3:] or ["2008-2009"]:
            judge(build, years)


main()
