#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "register/checks/records.h"
#include "register/checks/rule.h"

namespace firmground::registry::checks {

/// What `check --fix` would enter instead: a value of one field, or a geometry. Offered only where one answer is
/// possible.
struct Fix {
  std::string field;  ///< "" = the geometry
  mineaction::Value value{};
  geo::GeographicGeometry geometry{};
  std::string says;  ///< "'NPA ' becomes 'NPA'"
};

/// Puts it into a record of that kind.
void apply(const Fix& fix, const mineaction::Kind& kind, mineaction::Record& record);

struct RecordName {
  std::string kind, id;
};

/// One record that breaks one rule.
struct Finding {
  const Rule* rule = nullptr;
  const KindRecords* list = nullptr;
  std::size_t index = 0;             ///< of the record in list
  std::string field;                 ///< "geometry", or a field's name; "" = the record as a whole
  std::string value;                 ///< as the register holds it
  std::string text;                  ///< the rule's sentence, filled
  std::vector<RecordName> others{};  ///< other records that have a part in it
  std::optional<Fix> fix{};
};

/// Collects the findings of one rule.
class Findings {
 public:
  explicit Findings(const Rule& rule) : rule_(&rule) {}

  /// Adds a finding with the rule's text, its {placeholders} filled; the caller may add to it.
  Finding& add(const KindRecords& list, std::size_t index, std::string field, std::string value,
               base::ErrorArguments arguments);
  void append(Findings&& other);
  const Rule& rule() const { return *rule_; }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  const Rule* rule_;
  std::vector<Finding> findings_;
};

/// Calls look(list, index, findings) for every record of every kind that the rule looks at, on several threads; the
/// findings come in the order of the records.  `fits` chooses among the kinds.
template <typename Fits, typename Look>
void for_each_record(const Records& records, Findings& findings, const Fits& fits, const Look& look) {
  constexpr std::size_t kGrain = 256;
  for (const auto& list : records.lists()) {
    if (!findings.rule().looks_at(list->kind().name) || !fits(*list)) {
      continue;
    }
    std::vector<Findings> blocks((list->size() + kGrain - 1) / kGrain, Findings(findings.rule()));
    base::parallel_for(list->size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        look(*list, i, blocks[begin / kGrain]);
      }
    });
    for (Findings& block : blocks) {
      findings.append(std::move(block));
    }
  }
}

}  // namespace firmground::registry::checks
