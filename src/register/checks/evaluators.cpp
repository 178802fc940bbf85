#include "register/checks/evaluators.h"

#include <algorithm>

namespace firmground::registry::checks {

void apply(const Fix& fix, const mineaction::Kind& kind, mineaction::Record& record) {
  if (fix.field.empty()) {
    record.geometry = fix.geometry;
  } else {
    record.values[kind.field_index(fix.field)] = fix.value;
  }
}

Finding& Findings::add(const KindRecords& list, std::size_t index, std::string field, std::string value,
                       base::ErrorArguments arguments) {
  Finding& finding = findings_.emplace_back();
  finding.rule = rule_;
  finding.list = &list;
  finding.index = index;
  finding.field = std::move(field);
  finding.value = std::move(value);
  finding.text = base::filled(rule_->text, arguments);
  return finding;
}

void Findings::append(Findings&& other) {
  findings_.insert(findings_.end(), std::make_move_iterator(other.findings_.begin()),
                   std::make_move_iterator(other.findings_.end()));
}

const std::vector<Evaluator>& evaluators() {
  static const std::vector<Evaluator> all = [] {
    std::vector<Evaluator> list;
    for (const auto& family :
         {geometry_evaluators(), identity_evaluators(), date_evaluators(), sum_evaluators(), link_evaluators(),
          overlap_evaluators(), name_evaluators(), unit_evaluators(), text_evaluators()}) {
      list.insert(list.end(), family.begin(), family.end());
    }
    std::sort(list.begin(), list.end(), [](const Evaluator& a, const Evaluator& b) { return a.rule < b.rule; });
    return list;
  }();
  return all;
}

base::Result<std::vector<Finding>> evaluate(std::span<const Rule> rules, const Records& records,
                                            const base::Progress& progress) {
  std::vector<Finding> all;
  std::size_t done = 0;
  for (const Rule& rule : rules) {
    if (!progress("checking: " + rule.title, static_cast<double>(done++) / static_cast<double>(rules.size()))) {
      return base::fail("base.cancelled");
    }
    const auto bound = std::find_if(evaluators().begin(), evaluators().end(),
                                    [&](const Evaluator& evaluator) { return evaluator.rule == rule.id; });
    FG_CHECK(bound != evaluators().end());  // a test holds every rule to its evaluator
    if (rule.off) {
      continue;
    }
    Findings findings(rule);
    bound->look(rule, records, findings);
    auto own = findings.take();
    all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  progress("checked", 1);
  return all;
}

}  // namespace firmground::registry::checks
