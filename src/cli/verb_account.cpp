#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>

#include "cli/verbs.h"
#include "geo/raster.h"
#include "mineaction/land_account_json.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

using mineaction::Date;
using mineaction::LandAccount;

struct AccountVerb {
  std::string programme, as_of, from, until, district, out;
  bool square_metres = false;
};

base::Result<std::optional<Date>> day(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  FG_TRY(const Date date, Date::parse(text));
  return date;
}

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

void print_balance(const LandAccount& a, const AccountVerb& asked, const Table& table) {
  fmt::print("Land account{} as of {}\n", asked.district.empty() ? "" : " of " + asked.district, a.as_of.to_string());
  table.title("Hazardous areas");
  table.row(
      asked.from.empty() ? "opening (no period asked: everything is new)" : "opening, at the start of " + asked.from,
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
  for (const std::string& note : a.notes) {
    fmt::print("\nNote: {}\n", note);
  }
}

base::Result<LandAccount> take_account(const AccountVerb& asked, const base::Progress& progress) {
  FG_TRY(const std::optional<Date> as_of, day(asked.as_of));
  mineaction::AccountOptions options;
  FG_TRY(options.from, day(asked.from));
  FG_TRY(options.until, day(asked.until));
  if (!asked.district.empty()) {
    options.district = asked.district;
  }
  progress("Reading the register", 0);
  FG_TRY(const registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot(as_of));
  progress("Overlaying hazards and releases", 0.3);
  FG_TRY(LandAccount account, mineaction::account(snapshot, options));
  if (!asked.out.empty()) {
    progress("Writing the pieces", 0.9);
    FG_TRY_VOID(geo::write_file(asked.out, mineaction::pieces_geojson(snapshot, account)));
  }
  progress("Accounted", 1);
  return account;
}

int run_account(const AccountVerb& asked, const Common& common) {
  const auto account = take_account(asked, progress_on_terminal(common));
  if (!account) {
    return refuse(account.error(), common);
  }
  if (common.json) {
    const auto unit = asked.square_metres ? mineaction::AreaUnit::square_metre : mineaction::AreaUnit::hectare;
    fmt::print("{}\n", mineaction::account_json(*account, unit));
    return kDone;
  }
  const Table table(asked.square_metres);
  print_balance(*account, asked, table);
  print_released(*account, table);
  print_breakdowns(*account, table);
  return kDone;
}

}  // namespace

std::function<int()> verb_account(CLI::App& app) {
  auto asked = std::make_shared<AccountVerb>();
  CLI::App* verb = app.add_subcommand(
      "account", "Account for land: what was hazardous, what was cancelled, reduced, cleared, and what remains");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option("--as-of", asked->as_of, "Use the information of this day, YYYY-MM-DD (default: everything known)");
  verb->add_option("--from", asked->from,
                   "First day of the period; opening is the state when it begins (default: no period)");
  verb->add_option("--until", asked->until, "Last day of the period (default: the day of the information)");
  verb->add_option("--district", asked->district, "Only ground inside this district, by id or name");
  verb->add_flag("--m2", asked->square_metres, "Square metres instead of hectares (1 ha = 10,000 m2)");
  verb->add_option("--out", asked->out, "Also write the pieces of ground as GeoJSON to this file");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_account(*asked, *common); };
}

}  // namespace firmground::cli
