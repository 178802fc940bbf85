#include "evidence/explained_elsewhere.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace firmground::evidence {

namespace {

constexpr double kMostOfForm = 6;

}  // namespace

RecordsExplained explained_elsewhere(const std::vector<RecordsExplained>& by_source, std::size_t source) {
  RecordsExplained sum;
  for (std::size_t s = 0; s < by_source.size(); ++s) {
    if (s == source || by_source[s].empty()) {
      continue;
    }
    if (sum.empty()) {
      sum = by_source[s];
      continue;
    }
    for (std::size_t f = 0; f < sum.size(); ++f) {
      std::transform(sum[f].begin(), sum[f].end(), by_source[s][f].begin(), sum[f].begin(), std::plus<>());
    }
  }
  for (std::vector<double>& form : sum) {
    const double all = std::accumulate(form.begin(), form.end(), 0.0);
    const double scale = all > kMostOfForm ? kMostOfForm / all : 1;
    for (double& records : form) {
      records *= scale;
    }
  }
  return sum;
}

}  // namespace firmground::evidence
