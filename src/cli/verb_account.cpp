#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>

#include "cli/past_register.h"
#include "cli/verbs.h"
#include "geo/raster.h"
#include "mineaction/account_question.h"
#include "mineaction/land_account_json.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

using mineaction::Date;
using mineaction::LandAccount;

struct AccountVerb {
  std::string programme, as_of, entered_until, out;
  mineaction::AccountQuestion question;
  bool square_metres = false;
};

using Answer = mineaction::AskedAccount;

/// "1,234,567.80 m2" or "123.46 ha"; what would read as 0.00 ha is told in square metres.
std::string area(double m2, bool square_metres) {
  constexpr double kShownAsHectares_m2 = 50;
  square_metres = square_metres || (m2 > 0 && m2 < kShownAsHectares_m2);
  const std::string digits = fmt::format("{:.2f}", square_metres ? m2 : m2 / 10'000);
  std::string text = digits.substr(digits.size() - 3);
  for (std::size_t i = digits.size() - 3, n = 0; i > 0; --i, ++n) {
    text.insert(0, n > 0 && n % 3 == 0 && digits[i - 1] != '-' ? std::string(1, digits[i - 1]) + ","
                                                               : std::string(1, digits[i - 1]));
  }
  return text + (square_metres ? " m2" : " ha");
}

class Table {
 public:
  explicit Table(bool square_metres) : square_metres_(square_metres) {}
  void title(const std::string& text) const { fmt::print("\n{}\n", text); }
  void row(const std::string& name, double m2) const {
    fmt::print("  {:<44} {:>22}\n", name, area(m2, square_metres_));
  }
  void total(const std::string& name, double m2) const {
    fmt::print("  {:<44} {:>22}\n", "", "--------------------");
    row(name, m2);
  }

 private:
  bool square_metres_;
};

std::string scope_of(const AccountVerb& asked) {
  std::string scope;
  const auto add = [&](const char* what, const std::string& value) {
    scope += value.empty() ? "" : fmt::format(", {} {}", what, value);
  };
  add("district", asked.question.district);
  add("organisation", asked.question.organisation);
  add("donor", asked.question.donor);
  add("method", asked.question.method);
  add("device", asked.question.device);
  add("type", asked.question.type);
  add("hazard", asked.question.hazard);
  return scope;
}

void print_balance(const LandAccount& a, const AccountVerb& asked, const Table& table) {
  fmt::print("Land account as of {}{}\n", a.as_of.to_string(), scope_of(asked));
  table.title("Hazardous areas");
  table.row(asked.question.from.empty() ? "opening (no period asked: everything is new)"
                                        : "opening, at the start of " + asked.question.from,
            a.opening_m2);
  table.row("newly recorded", a.new_m2);
  table.total("to account for", a.opening_m2 + a.new_m2);
  table.row("cancelled", a.cancelled_m2);
  table.row("reduced", a.reduced_m2);
  table.row("cleared", a.cleared_m2);
  table.row("remaining, suspected", a.remaining_suspected_m2);
  table.row("remaining, confirmed", a.remaining_confirmed_m2);
  table.total("accounted for",
              a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.remaining_suspected_m2 + a.remaining_confirmed_m2);
}

void print_released(const LandAccount& a, const Table& table) {
  table.title("Released ground, inside and outside hazardous areas");
  table.row("cancelled", a.all_cancelled_m2);
  table.row("reduced", a.all_reduced_m2);
  table.row("cleared", a.all_cleared_m2);
  table.total("released, each square metre once", a.all_cancelled_m2 + a.all_reduced_m2 + a.all_cleared_m2);
  table.row("of it outside any hazardous area", a.cleared_outside_m2);
  table.row("of it claimed by two or more releases", a.double_claimed_m2);
  if (a.upgraded_m2 > 0) {
    table.row("released before, now with a stronger outcome", a.upgraded_m2);
  }
  table.title("Released by method");
  for (const auto& [method, m2] : a.released_by_method_m2) {
    table.row(method, m2);
  }
  for (const mineaction::BaselineShare& share : a.shares) {
    fmt::print("\n  {} of the baseline: {:.2f} % = {} of {} ({}, estimated on {}; as of {})\n", share.of,
               100 * share.share, area(share.numerator_m2, false), area(share.denominator_m2, false), a.baseline->name,
               a.baseline->estimated_on.to_string(), a.as_of.to_string());
  }
}

void print_processed(const LandAccount& a, const Table& table) {
  table.title("Processed ground: each time that it was searched, survey without search apart");
  for (const auto& [method, m2] : a.processed.by_method_m2) {
    table.row(method, m2);
  }
  table.total("processed", a.processed.total_m2);
  table.row("searched, by the coverage reported", a.processed.searched_m2);
  table.row("processed with no coverage reported", a.processed.coverage_unknown_m2);
}

void print_double_claims(const LandAccount& a, const Table& table) {
  constexpr std::size_t kShown = 10;
  if (a.double_claims.empty()) {
    return;
  }
  table.title("Ground that two reports claim, the largest first");
  for (std::size_t i = 0; i < std::min(kShown, a.double_claims.size()); ++i) {
    const mineaction::DoubleClaim& claim = a.double_claims[i];
    table.row(fmt::format("{} and {}, {}", claim.release_a, claim.release_b, claim.district), claim.area_m2);
  }
  if (a.double_claims.size() > kShown) {
    fmt::print("  and {} more; --json lists all\n", a.double_claims.size() - kShown);
  }
}

void print_rows(const mineaction::Breakdown& breakdown, const Table& table) {
  for (const mineaction::AccountRow& row : breakdown.rows) {
    table.title(fmt::format("{}", fmt::join(row.keys, " / ")));
    for (const auto& [name, m2] :
         {std::pair("opening", row.opening_m2), std::pair("newly recorded", row.new_m2),
          std::pair("cancelled", row.cancelled_m2), std::pair("reduced", row.reduced_m2),
          std::pair("cleared", row.cleared_m2), std::pair("remaining, suspected", row.remaining_suspected_m2),
          std::pair("remaining, confirmed", row.remaining_confirmed_m2),
          std::pair("released outside any hazard", row.cleared_outside_m2),
          std::pair("claimed by two or more releases", row.double_claimed_m2)}) {
      if (m2 != 0) {
        table.row(name, m2);
      }
    }
  }
}

void print_breakdowns(const LandAccount& a, const Table& table) {
  table.title("Released by year");
  for (const auto& [year, outcomes] : a.by_year_m2) {
    for (const auto& [outcome, m2] : outcomes) {
      table.row(fmt::format("{} {}", year, outcome), m2);
    }
  }
  table.title("By district");
  for (const auto& [district, states] : a.by_district_m2) {
    for (const auto& [state, m2] : states) {
      std::string words = state;
      std::replace(words.begin(), words.end(), '_', ' ');
      table.row(fmt::format("{}: {}", district, words), m2);
    }
  }
}

base::Result<Answer> take_account(const AccountVerb& asked, const base::Progress& progress) {
  FG_TRY(const std::optional<Date> as_of, day_or_nothing(asked.as_of));
  FG_TRY_VOID(mineaction::options_of(asked.question));  // refused before the register is read
  FG_TRY(const std::optional<std::string> entered_until, entry_time_or_nothing(asked.entered_until));
  progress("Reading the register", 0);
  FG_TRY(const registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot(as_of, entered_until));
  progress("Overlaying hazards and releases", 0.3);
  FG_TRY(Answer answer, mineaction::ask_account(snapshot, asked.question));
  if (!asked.out.empty()) {
    progress("Writing the pieces", 0.9);
    FG_TRY_VOID(geo::write_file(asked.out, mineaction::pieces_geojson(snapshot, answer.account)));
  }
  progress("Accounted", 1);
  return answer;
}

int run_account(const AccountVerb& asked, const Common& common) {
  const auto answer = take_account(asked, progress_on_terminal(common));
  if (!answer) {
    return refuse(answer.error(), common);
  }
  const LandAccount& account = answer->account;
  if (common.json) {
    const auto unit = asked.square_metres ? mineaction::AreaUnit::square_metre : mineaction::AreaUnit::hectare;
    fmt::print("{}\n", mineaction::account_json(account, unit, answer->breakdown));
    return kDone;
  }
  const Table table(asked.square_metres);
  print_balance(account, asked, table);
  print_released(account, table);
  print_processed(account, table);
  print_double_claims(account, table);
  answer->breakdown.by.empty() ? print_breakdowns(account, table) : print_rows(answer->breakdown, table);
  for (const std::string& note : account.notes) {
    fmt::print("\nNote: {}\n", note);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_account(CLI::App& app) {
  auto asked = std::make_shared<AccountVerb>();
  CLI::App* verb = app.add_subcommand(
      "account", "Account for land: what was hazardous, what was cancelled, reduced, cleared, and what remains");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option("--as-of", asked->as_of, "Use the information of this day, YYYY-MM-DD (default: everything known)");
  verb->add_option(
      "--entered-until", asked->entered_until,
      "Leave out what was entered later: a UTC time as in history, or a day (default: everything entered)");
  verb->add_option("--from", asked->question.from,
                   "First day of the period; opening is the state when it begins (default: no period)");
  verb->add_option("--until", asked->question.until, "Last day of the period (default: the day of the information)");
  verb->add_option("--district", asked->question.district, "Only ground inside this district, by id or name");
  verb->add_option("--organisation", asked->question.organisation,
                   "Only ground that a release of this operator decides");
  verb->add_option("--donor", asked->question.donor, "Only ground that a release with this donor decides");
  verb->add_option("--method", asked->question.method, "Only ground that a release by this method decides");
  verb->add_option("--device", asked->question.device, "Only ground in hazards of this ordnance class");
  verb->add_option("--type", asked->question.type, "Only ground in hazards of this type, SHA or CHA");
  verb->add_option("--hazard", asked->question.hazard, "Only the ground of this hazardous area");
  verb->add_option(
          "--by", asked->question.by,
          "Break down by these, in this order: district, year, method, organisation, donor, hazard, device, type")
      ->delimiter(',')
      ->check(CLI::IsMember(mineaction::account_key_names()));
  verb->add_flag("--m2", asked->square_metres, "Square metres instead of hectares (1 ha = 10,000 m2)");
  verb->add_option("--out", asked->out, "Also write the pieces of ground as GeoJSON to this file");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_account(*asked, *common); };
}

}  // namespace firmground::cli
