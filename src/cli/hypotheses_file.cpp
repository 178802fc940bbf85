#include "cli/hypotheses_file.h"

#include "geo/raster.h"

namespace firmground::cli {

base::Result<std::vector<evidence::Hypothesis>> all_hypotheses(const std::string& own_file) {
  std::vector<evidence::Hypothesis> all = evidence::standard_hypotheses();
  if (!own_file.empty()) {
    FG_TRY(const std::string text, geo::read_file(own_file));
    FG_TRY(auto own, evidence::parse_hypotheses(text, own_file));
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace firmground::cli
