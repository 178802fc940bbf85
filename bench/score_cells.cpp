// Scores forecasts of exported cells (bench/export_cells.cpp) on land never searched: bench/peers/README.md.
//   bench_score_cells CELLS NAME=FILE...     FILE: a float for each row, P(any item); then a float for each, P(a mine)
// Prints one JSON object a line: a forecaster judged on any item, then on mines alone. The estimate's own columns in
// CELLS come first.
#include <fmt/core.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "estimate/scores.h"

namespace {

using namespace firmground;
using Json = nlohmann::ordered_json;

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

std::vector<float> read_floats(std::istream& in, std::size_t count, const std::string& what) {
  std::vector<float> value(count);
  in.read(reinterpret_cast<char*>(value.data()), static_cast<std::streamsize>(count * sizeof(float)));
  if (!in) {
    stop(what + " is too short");
  }
  return value;
}

/// Columns of the cells by name, of the rows never searched.
struct Ground {
  Json header;
  std::vector<std::uint8_t> judged;
  std::vector<std::pair<std::string, std::vector<float>>> columns;

  std::vector<float> judged_part(const std::vector<float>& value) const {
    std::vector<float> result;
    for (std::size_t i = 0; i < judged.size(); ++i) {
      if (judged[i] != 0) {
        result.push_back(value[i]);
      }
    }
    return result;
  }
  const std::vector<float>* find(const std::string& name) const {
    for (const auto& [column, value] : columns) {
      if (column == name) {
        return &value;
      }
    }
    return nullptr;
  }
};

Ground read_ground(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!std::getline(in, line)) {
    stop(path + " cannot be read");
  }
  Ground ground;
  ground.header = Json::parse(line);
  for (const Json& column : ground.header["columns"]) {
    const auto name = column["name"].get<std::string>();
    ground.columns.emplace_back(name, read_floats(in, ground.header["rows"].get<std::size_t>(), path));
    if (name == "searched") {
      for (const float searched : ground.columns.back().second) {
        ground.judged.push_back(searched == 0 ? 1 : 0);
      }
    }
  }
  return ground;
}

/// A score that means nothing (NaN) is null.
void judge(const std::string& forecaster, const char* of, const std::vector<float>& forecast,
           const std::vector<float>& items) {
  estimate::Forecasts f;
  for (std::size_t i = 0; i < forecast.size(); ++i) {
    if (!(forecast[i] >= 0 && forecast[i] <= 1)) {
      stop(fmt::format("{} forecasts {} for a cell: no probability", forecaster, forecast[i]));
    }
    f.add(forecast[i], items[i] > 0);
  }
  const double occupied = std::accumulate(f.y.begin(), f.y.end(), 0.0);
  const double forecast_occupied = std::accumulate(f.p.begin(), f.p.end(), 0.0);
  const Json row = {{"forecaster", forecaster},
                    {"of", of},
                    {"cells", f.y.size()},
                    {"occupied", occupied},
                    {"average_precision", estimate::average_precision(f)},
                    {"log_score", estimate::log_score(f)},
                    {"brier", estimate::brier(f)},
                    {"calibration_slope", estimate::calibration_slope(f)},
                    {"calibration_error", estimate::expected_calibration_error(f)},
                    {"items_in_1_percent", estimate::weight_in_riskiest(f.p, items, 0.01)},
                    {"items_in_5_percent", estimate::weight_in_riskiest(f.p, items, 0.05)},
                    {"items_in_10_percent", estimate::weight_in_riskiest(f.p, items, 0.10)},
                    {"occupied_forecast_to_true", forecast_occupied / occupied}};
  fmt::print("{}\n", row.dump());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    stop("bench_score_cells CELLS NAME=FILE...");
  }
  const Ground ground = read_ground(argv[1]);
  const std::vector<float> mines = ground.judged_part(*ground.find("mines remaining"));
  std::vector<float> any = ground.judged_part(*ground.find("erw remaining"));
  for (std::size_t i = 0; i < any.size(); ++i) {
    any[i] += mines[i];
  }
  judge("firmground", "any", ground.judged_part(*ground.find("firmground any")), any);
  if (const std::vector<float>* own = ground.find("firmground mines"); own != nullptr) {
    judge("firmground", "mines", ground.judged_part(*own), mines);
  }
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t sign = argument.find('=');
    if (sign == std::string::npos) {
      stop(argument + " is not NAME=FILE");
    }
    const std::string name = argument.substr(0, sign);
    std::ifstream in(argument.substr(sign + 1), std::ios::binary);
    judge(name, "any", ground.judged_part(read_floats(in, ground.judged.size(), argument)), any);
    judge(name, "mines", ground.judged_part(read_floats(in, ground.judged.size(), argument)), mines);
  }
  return 0;
}
