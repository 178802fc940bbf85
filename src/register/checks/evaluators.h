#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "register/checks/finding.h"

/// What the rules look for: one file per family, each a list of functions bound to rules by id. Functions of records:
/// no file, database or clock; the same findings in the same order on any number of threads.
namespace firmground::registry::checks {

struct Evaluator {
  std::string_view rule;
  void (*look)(const Rule& rule, const Records& records, Findings& findings);
};

std::span<const Evaluator> geometry_evaluators();
std::span<const Evaluator> identity_evaluators();
std::span<const Evaluator> date_evaluators();
std::span<const Evaluator> sum_evaluators();
std::span<const Evaluator> link_evaluators();
std::span<const Evaluator> overlap_evaluators();
std::span<const Evaluator> name_evaluators();
std::span<const Evaluator> unit_evaluators();
std::span<const Evaluator> text_evaluators();

/// All of them, sorted by rule.
const std::vector<Evaluator>& evaluators();

/// Findings of all `rules` that are not switched off, by rule, then by kind in link order, then by local id.
/// REQUIRES: the rules and records outlive the findings.
/// Errors: base.cancelled.  Cost: near linear; comparisons between records go through indexes.
base::Result<std::vector<Finding>> evaluate(std::span<const Rule> rules, const Records& records,
                                            const base::Progress& progress = base::no_progress);

}  // namespace firmground::registry::checks
