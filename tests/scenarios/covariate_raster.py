"""A raster that the programme adds itself: the estimate learns its effect, and tells it with name, unit and interval."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh, get_json, served

from osgeo import gdal  # noqa: E402

gdal.UseExceptions()

fresh("country", "island.gpkg", "soil.tif", "bare.tif", "cover.tif", "flat.tif", "coloured.tif", "exported")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")

heights = gdal.Open("country/dem.tif")


def raster(path, values, unit):
    made = gdal.GetDriverByName("GTiff").Create(path, heights.RasterXSize, heights.RasterYSize, 1, gdal.GDT_Float32)
    made.SetGeoTransform(heights.GetGeoTransform())
    made.SetProjection(heights.GetProjection())
    made.GetRasterBand(1).WriteArray(values)
    if unit:
        made.GetRasterBand(1).SetUnitType(unit)


dem = heights.ReadAsArray()
raster("soil.tif", 0.1 + 0.3 * (dem - dem.min()) / (dem.max() - dem.min()), "m3/m3")
raster("bare.tif", dem[::-1], "")
firmground("import", "island.gpkg", "soil.tif", "--as", "covariate", "--name", "soil moisture", "-q")
firmground("import", "island.gpkg", "bare.tif", "--as", "covariate", "--name", "ground nobody measured", "-q")
again = as_json("import", "island.gpkg", "soil.tif", "--as", "covariate", "--name", "soil moisture", "-q")
check(again["unchanged"] == 1, "entering the raster again changes nothing")


# Land cover: whole numbers that stand for something.
raster("cover.tif", 1 + (dem > dem.mean()) + 2.0 * (dem[:, ::-1] > dem.mean()), "")
asked = ("import", "island.gpkg", "cover.tif", "--as", "covariate", "--name", "land cover", "-q")
refused = as_json(*asked, "--classes", "1=forest,2=orchard", expect=1)["error"]
check(refused["code"] == "GE-0304" and "holds 3 in" in refused["message"] and "--classes" in refused["remedy"], refused["message"])
refused = as_json(*asked, "--classes", "forest,orchard", expect=1)["error"]
check(refused["code"] == "GE-0303" and "'forest'" in refused["message"], refused["message"])
classes = ("--classes", "1=forest,2=orchard,3=field,4=bare rock")
check(as_json(*asked, *classes)["accepted"] == 1, "every class named, it enters")
check(as_json(*asked, *classes)["unchanged"] == 1, "and once")
refused = as_json("import", "island.gpkg", "country/finds.csv", *classes, "-q", expect=1)["error"]
check(refused["code"] == "RG-0407" and "finds.csv" in refused["message"], refused["message"])
refused = as_json("import", "island.gpkg", "country", *classes, "-q", expect=1)["error"]
check(refused["code"] == "RG-0407", "nor are they taken for every raster of a folder")
coloured = gdal.GetDriverByName("GTiff").CreateCopy("coloured.tif", gdal.Translate("", "cover.tif", format="MEM", outputType=gdal.GDT_Byte))
palette = gdal.ColorTable()
palette.SetColorEntry(1, (0, 100, 0))
coloured.GetRasterBand(1).SetColorTable(palette)
del coloured
asked = ("import", "island.gpkg", "coloured.tif", "--as", "covariate", "--name", "coloured", "-q", "--dry-run")
noted = as_json(*asked)["issues"]
check(len(noted) == 1 and noted[0]["code"] == "GE-0305" and not noted[0]["refused"], "a palette without classes is not taken for quantities without a word")
check(as_json(*asked, *classes)["issues"] == [], "with classes there is nothing to say")
raster("flat.tif", 0 * dem + 7, "")
firmground("import", "island.gpkg", "flat.tif", "--as", "covariate", "--name", "the same everywhere", "-q")

told = as_json("estimate", "island.gpkg", "--draws", 20, "-q")
check(any("'the same everywhere' has the same value on all ground" in note for note in told["notes"]), "a raster that tells nothing is named")
check(told["effects"] and "short_range_m_mines" in told["hyperparameters"], "the estimate itself tells effects and hyperparameters")
check(not any("'soil moisture'" in note for note in told["notes"]), "and only that")
with served("island.gpkg") as url:
    effects = {e["name"]: e for e in get_json(url + "/api/estimate")["effects"]}
soil = effects["soil moisture (mines)"]
check(soil["unit"] == "m3/m3", "its effect has the unit of the band")
check(effects["ground nobody measured (ERW)"]["unit"] == "", "a raster without a unit has none, and none is made up")
check(len(soil["at"]) >= 3 and len(soil["at"]) == len(soil["effect"]) == len(soil["p05"]) == len(soil["p95"]), "with its band at each point")
check(all(low <= mean <= high for low, mean, high in zip(soil["p05"], soil["effect"], soil["p95"])), "the band holds the effect")
check(min(soil["at"]) >= 0.1 - 1e-6 and max(soil["at"]) <= 0.4 + 1e-6, "over the values that the raster has")

cover = effects["land cover (mines)"]
check(cover["labels"] == ["forest", "orchard", "field", "bare rock"] and cover["at"] == [0, 1, 2, 3], "each class has an effect of its own")
check(not any("the same everywhere" in name for name in effects), "nothing is learned from what is the same everywhere")

firmground("export", "island.gpkg", "exported")
copy = gdal.Open("exported/land cover.tif")
check(copy.GetMetadataItem("FIRMGROUND_CLASSES") == "1=forest;2=orchard;3=field;4=bare rock", "the export says what the values stand for")
