#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_map>

#include "register/checks/evaluators.h"
#include "register/checks/folded_name.h"

// Names and words that are one, spelled in two ways or two scripts.
namespace firmground::registry::checks {

namespace {

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
  return digits;
}

/// Names findable by a spelling that is the same when folded, or one letter away. Every name is filed under its folded
/// form and under all forms with one letter left out: two words within one edit share such a form.
class NearNames {
 public:
  explicit NearNames(std::size_t least_length) : least_length_(least_length) {}

  void add(const std::string& folded) {
    const auto index = static_cast<std::uint32_t>(folded_.size());
    folded_.push_back(folded);
    for (const std::string& form : forms_of(folded)) {
      by_form_[form].push_back(index);
    }
  }
  /// Those added before that are like this one, in the order they were added.
  std::vector<std::uint32_t> like(const std::string& folded) const {
    std::vector<std::uint32_t> found;
    for (const std::string& form : forms_of(folded)) {
      const auto filed = by_form_.find(form);
      for (std::size_t i = 0; filed != by_form_.end() && i < filed->second.size(); ++i) {
        if (alike(folded, folded_[filed->second[i]])) {
          found.push_back(filed->second[i]);
        }
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  /// Numbers tell things apart: "Team 11" is not "Team 12".
  bool alike(const std::string& a, const std::string& b) const {
    return a == b || (std::min(a.size(), b.size()) >= least_length_ && digits_of(a) == digits_of(b) &&
                      edits_between(a, b, 1) <= 1);
  }
  std::vector<std::string> forms_of(const std::string& folded) const {
    std::vector<std::string> forms = {folded};
    if (folded.size() + 1 >= least_length_) {
      for (std::size_t i = 0; i < folded.size(); ++i) {
        forms.push_back(folded.substr(0, i) + folded.substr(i + 1));
      }
    }
    return forms;
  }

  std::size_t least_length_;
  std::vector<std::string> folded_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_form_;
};

/// Two records of one kind whose names are nearly the same, near each other.
void near_duplicate_name(const Rule& rule, const Records& records, Findings& findings) {
  const double within_m = rule.parameter("within_m");
  for (const auto& list : records.lists()) {
    const auto name = list->field("name");
    if (!rule.looks_at(list->kind().name) || !name) {
      continue;
    }
    NearNames names(static_cast<std::size_t>(rule.parameter("least_length")));
    std::vector<std::size_t> record_of;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string* said = list->text(i, name);
      const std::string folded = said != nullptr ? folded_name(*said) : "";
      if (folded.empty()) {
        continue;
      }
      for (const std::uint32_t like : names.like(folded)) {
        const std::size_t other = record_of[like];
        const geo::Box& box = list->boxes()[i];
        const bool apart =
            !box.empty() && !list->boxes()[other].empty() && !box.grown(within_m).intersects(list->boxes()[other]);
        if (!apart) {
          findings
              .add(*list, i, "name", *said,
                   {{"value", *said}, {"other", list->id(other)}, {"like", *list->text(other, name)}})
              .others = {{list->kind().name, list->id(other)}};
          break;
        }
      }
      names.add(folded);
      record_of.push_back(i);
    }
  }
}

/// One spelling of a word, and who uses it.
struct Spelling {
  const KindRecords* list = nullptr;
  std::size_t first = 0;
  std::size_t uses = 0;
};

/// All spellings of a field over all kinds that have it.
std::map<std::string, Spelling> spellings_of(const Rule& rule, const Records& records, const std::string& field) {
  std::map<std::string, Spelling> spellings;
  for (const auto& list : records.lists()) {
    const auto position = list->field(field);
    if (!rule.looks_at(list->kind().name) || !position) {
      continue;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (const std::string* said = list->text(i, position)) {
        Spelling& spelling = spellings.try_emplace(*said, Spelling{list.get(), i, 0}).first->second;
        ++spelling.uses;
      }
    }
  }
  return spellings;
}

/// The rarer of two spellings is told, once, with the record that used it first.
void near_duplicate_value(const Rule& rule, const Records& records, Findings& findings) {
  for (const std::string& field : rule.fields) {
    const auto spellings = spellings_of(rule, records, field);
    std::vector<std::pair<std::string, Spelling>> by_use(spellings.begin(), spellings.end());
    std::stable_sort(by_use.begin(), by_use.end(),
                     [](const auto& a, const auto& b) { return a.second.uses > b.second.uses; });
    NearNames names(static_cast<std::size_t>(rule.parameter("least_length")));
    std::vector<std::size_t> filed;
    for (std::size_t s = 0; s < by_use.size(); ++s) {
      const auto& [word, spelling] = by_use[s];
      const std::string folded = folded_name(word);
      if (folded.empty()) {
        continue;
      }
      if (const auto like = names.like(folded); !like.empty()) {
        const auto& [common, used] = by_use[filed[like.front()]];
        findings
            .add(*spelling.list, spelling.first, field, word,
                 {{"field", field},
                  {"value", word},
                  {"uses", std::to_string(spelling.uses)},
                  {"like", common},
                  {"like_uses", std::to_string(used.uses)}})
            .others = {{used.list->kind().name, used.list->id(used.first)}};
      }
      names.add(folded);
      filed.push_back(s);
    }
  }
}

constexpr Evaluator kEvaluators[] = {
    {"near-duplicate-name", near_duplicate_name},
    {"near-duplicate-value", near_duplicate_value},
};

}  // namespace

std::span<const Evaluator> name_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
