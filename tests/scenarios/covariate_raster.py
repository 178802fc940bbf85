"""A raster that the programme adds itself: the estimate learns its effect, and tells it with name, unit and interval."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh, get_json, served

from osgeo import gdal  # noqa: E402

gdal.UseExceptions()

fresh("country", "island.gpkg", "soil.tif", "bare.tif")
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

firmground("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "-q")
with served("island.gpkg") as url:
    effects = {e["name"]: e for e in get_json(url + "/api/estimate")["effects"]}
soil = effects["soil moisture (mines)"]
check(soil["unit"] == "m3/m3", "its effect has the unit of the band")
check(effects["ground nobody measured (ERW)"]["unit"] == "", "a raster without a unit has none, and none is made up")
check(len(soil["at"]) >= 3 and len(soil["at"]) == len(soil["effect"]) == len(soil["p05"]) == len(soil["p95"]), "with its band at each point")
check(all(low <= mean <= high for low, mean, high in zip(soil["p05"], soil["effect"], soil["p95"])), "the band holds the effect")
check(min(soil["at"]) >= 0.1 - 1e-6 and max(soil["at"]) <= 0.4 + 1e-6, "over the values that the raster has")
