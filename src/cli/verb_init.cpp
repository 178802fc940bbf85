#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

struct InitOptions {
  std::string file, profile = "generic", name, crs;
  int epsg() const { return crs.empty() ? 0 : std::atoi(crs.c_str() + crs.rfind(':') + 1); }
};

int run_init(const InitOptions& options, const Common& common) {
  const auto made = registry::Register::create(options.file, options.profile, options.name, options.epsg());
  if (!made) {
    return refuse(made.error(), common);
  }
  const auto snapshot = made->snapshot();
  if (!snapshot) {
    return refuse(snapshot.error(), common);
  }
  if (common.json) {
    const nlohmann::ordered_json json = {{"programme", made->path()},
                                         {"name", snapshot->programme.name},
                                         {"profile", snapshot->programme.profile},
                                         {"epsg", snapshot->crs->epsg()},
                                         {"crs", snapshot->crs->name()}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{}: programme '{}', profile {}, EPSG:{} ({}).\nNext: firmground import {} FOLDER\n", made->path(),
               snapshot->programme.name, snapshot->programme.profile, snapshot->crs->epsg(), snapshot->crs->name(),
               made->path());
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_init(CLI::App& app) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* verb = app.add_subcommand(
      "init",
      "Make an empty programme: one GeoPackage file, or a schema in a PostgreSQL database; QGIS and GDAL open both");
  verb->add_option("FILE", options->file,
                   "Path of the new programme, for example country.gpkg, or postgresql://user@host/database of an "
                   "existing database; "
                   "an existing programme is refused")
      ->required();
  verb->add_option("--profile", options->profile,
                   fmt::format("What the country is: {}", fmt::join(registry::profile_names(), ", ")))
      ->capture_default_str();
  verb->add_option("--name", options->name, "Name of the programme (default: the file's stem)");
  verb->add_option("--crs", options->crs,
                   "Projected CRS in metres in which everything is measured, EPSG:n (default: the profile's)")
      ->check([](const std::string& text) {
        const std::string digits = text.starts_with("EPSG:") || text.starts_with("epsg:") ? text.substr(5) : text;
        const bool number =
            !digits.empty() && digits.size() <= 6 && digits.find_first_not_of("0123456789") == std::string::npos;
        return number ? std::string() : "'" + text + "' is not of the form EPSG:n, for example EPSG:32639";
      });
  auto common = add_common_options(*verb);
  return [options, common] { return run_init(*options, *common); };
}

}  // namespace firmground::cli
