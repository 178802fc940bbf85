"""The cells that bench_export_cells wrote, as columns by name."""
import json

import numpy

CLASSES = ("mines", "erw")


class Cells:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.header = json.loads(file.readline())
            self.rows = self.header["rows"]
            self.columns = {about["name"]: numpy.fromfile(file, "<f4", self.rows) for about in self.header["columns"]}
        self.grid = self.header["grid"]
        self.at = (self["row"].astype(int), self["column"].astype(int))

    def __getitem__(self, name):
        return self.columns[name]

    def about(self):
        return [about for about in self.header["columns"] if about.get("covariate")]

    def image(self, values):
        """Values by cell as an image of the grid, 0 outside."""
        image = numpy.zeros((self.grid["rows"], self.grid["columns"]), "f4")
        image[self.at] = values
        return image

    def effort(self, name):
        """Detection times the share searched, 0 where nobody searched; of "any": the mean of both classes."""
        if name == "any":
            return (self.effort("mines") + self.effort("erw")) / 2
        return numpy.nan_to_num(self[name + " share searched"] * self[name + " detection"])

    def found(self, name):
        """1 where anything was found."""
        if name == "any":
            return numpy.maximum(self.found("mines"), self.found("erw"))
        return (numpy.nan_to_num(self[name + " found"]) > 0).astype("f4")

    def blocks(self, block_m, folds):
        """Fold of each cell: square blocks, dealt out by a fixed shuffle."""
        size = max(1, round(block_m / self.grid["cell_m"]))
        block = self.at[0] // size * (self.grid["columns"] // size + 1) + self.at[1] // size
        fold_of_block = numpy.random.default_rng(17).integers(0, folds, block.max() + 1)
        return fold_of_block[block]


def log_score(outcome, probability):
    p = numpy.clip(probability, 1e-6, 1 - 1e-6)
    return float(-numpy.mean(numpy.where(outcome > 0, numpy.log(p), numpy.log1p(-p))))


def write_forecast(path, any_item, mines):
    numpy.concatenate([any_item, mines]).astype("<f4").tofile(path)
