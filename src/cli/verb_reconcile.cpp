#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cli/hypotheses_file.h"
#include "cli/verbs.h"
#include "evidence/reconcile.h"
#include "geo/raster.h"
#include "pipeline/reconcile_programme.h"
#include "pipeline/update_reconciliation.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

struct ReconcileVerb {
  std::string programme, hypotheses, out, report;
  std::string language = "en";
  std::vector<std::string> known;
  std::optional<double> stated;  ///< per cent
  bool update = false;
  pipeline::ReconcileRequest request;
};

constexpr std::size_t kRecordsShown = 15;

void print_source(const evidence::SourceVerdict& source) {
  fmt::print("\n{}: {} records, {} of them beside searched ground\n",
             source.source.empty() ? "(no source named)" : source.source, source.records, source.informative);
  fmt::print("  a field was laid there: {:.0f} % (90 % interval {:.0f} to {:.0f} %)\n", 100 * source.existence.value,
             100 * source.existence.p05, 100 * source.existence.p95);
  fmt::print("  recorded minus true: {:+.0f} m east ({:+.0f} to {:+.0f}), {:+.0f} m north ({:+.0f} to {:+.0f})\n",
             source.shift_x_m.value, source.shift_x_m.p05, source.shift_x_m.p95, source.shift_y_m.value,
             source.shift_y_m.p05, source.shift_y_m.p95);
  fmt::print("  spread round it: {:.0f} m per axis ({:.0f} to {:.0f}); far off: {:.0f} %\n", source.spread_m.value,
             source.spread_m.p05, source.spread_m.p95, 100 * source.wide_share);
}

/// "0.83 (90 % interval 0.7 to 0.9)", or that it is not known.
std::string told(const evidence::AccuracyFigure& figure, double factor, int decimals, const char* unit) {
  if (!figure.value) {
    return "not known";
  }
  const std::string value = fmt::format("{:.{}f}{}", *figure.value * factor, decimals, unit);
  return figure.p05 ? fmt::format("{} ({:.{}f} to {:.{}f})", value, *figure.p05 * factor, decimals,
                                  *figure.p95 * factor, decimals)
                    : value;
}

const evidence::AccuracyGroup& group_of(const evidence::RecordAccuracy& accuracy, const std::string& source) {
  const auto at = std::find_if(accuracy.groups.begin(), accuracy.groups.end(),
                               [&](const auto& group) { return group.by == "source" && group.name == source; });
  return *at;
}

void print_measures(const evidence::AccuracyGroup& group) {
  fmt::print("  drawn outline to field: {}, outline turned by {}, finds {} off the fitted outline\n",
             told(group.moved_m, 1, 0, " m"), told(group.rotation_deg, 1, 1, " deg"),
             told(group.residual_m, 1, 0, " m"));
  fmt::print("  overlap with the finds: {} as drawn, {} as reconciled\n", told(group.overlap_drawn, 100, 0, " %"),
             told(group.overlap, 100, 0, " %"));
  fmt::print("  mines found of those recorded, by what was searched: {}; of the recorded category: {}\n",
             told(group.found_of_recorded, 100, 0, " %"), told(group.type_agreement, 100, 0, " %"));
  fmt::print("  clusters of mines there without a record within 100 m: {}\n", told(group.unrecorded, 100, 0, " %"));
  fmt::print("  search that a record saves: {}; days of a team: {}\n", told(group.saved_m2, 1e-4, 1, " ha"),
             told(group.saved_days, 1, 1, ""));
}

void print_stated(const evidence::RecordAccuracy& accuracy, double stated) {
  fmt::print("\nWhat could be meant by {:.0f} % accurate: readings of \"accurate\", the nearest first\n", 100 * stated);
  for (const auto& group : accuracy.groups) {
    if (group.by != "all" && group.by != "source") {
      continue;
    }
    fmt::print("  {}\n", group.by == "all" ? "all sources" : group.name.empty() ? "(no source named)" : group.name);
    for (const evidence::Definition* definition : evidence::nearest_to(group, stated)) {
      const bool holds = definition->share.p05 && *definition->share.p05 <= stated && stated <= *definition->share.p95;
      fmt::print("    {} {:<24} {}\n", holds ? "*" : " ", told(definition->share, 100, 0, " %"), definition->words);
    }
  }
  fmt::print("  * the stated figure lies in the interval\n");
}

/// Records whose place changes most surely, first.
void print_records(const evidence::Reconciliation& result, const std::vector<evidence::Hypothesis>& hypotheses) {
  std::vector<const evidence::RecordVerdict*> moved;
  for (const auto& record : result.records) {
    if (record.hypothesis != hypotheses.front().id && record.hypothesis_probability >= 0.5) {
      moved.push_back(&record);
    }
  }
  std::sort(moved.begin(), moved.end(), [](const auto* a, const auto* b) {
    return std::pair(-a->hypothesis_probability * a->probability_exists, a->record_id) <
           std::pair(-b->hypothesis_probability * b->probability_exists, b->record_id);
  });
  if (!moved.empty()) {
    fmt::print("\nRecords that were most likely misread ({} in all):\n", moved.size());
  }
  for (std::size_t i = 0; i < moved.size() && i < kRecordsShown; ++i) {
    fmt::print("  {}\n", evidence::in_words(*moved[i], hypotheses, "en"));
  }
}

base::Result<pipeline::ReconcileOutcome> make_reconciliation(ReconcileVerb& asked, const base::Progress& progress) {
  FG_TRY(asked.request.options.hypotheses, all_hypotheses(asked.hypotheses));
  for (const std::string& text : asked.known) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return base::fail("pipeline.known_unnamed", {{"text", text}});
    }
    asked.request.known_of_groups[text.substr(0, equals)] = text.substr(equals + 1);
  }
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(auto outcome, pipeline::reconcile_programme(programme, std::move(snapshot), asked.request, progress));
  if (!asked.out.empty()) {
    FG_TRY_VOID(pipeline::write_corrected(asked.out, outcome, programme.crs()));
  }
  if (!asked.report.empty()) {
    const std::optional<double> stated = asked.stated ? std::optional(*asked.stated / 100) : std::nullopt;
    FG_TRY(const std::string html,
           pipeline::reconciliation_html(outcome, {.stated = stated, .language = asked.language}, progress));
    FG_TRY_VOID(geo::write_file(asked.report, html));
  }
  return outcome;
}

base::Result<pipeline::ReconcileUpdate> make_update(const ReconcileVerb& asked) {
  FG_TRY(const auto hypotheses, all_hypotheses(asked.hypotheses));
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(mineaction::Snapshot snapshot, programme.snapshot());
  return pipeline::update_reconciliation(programme, std::move(snapshot), hypotheses);
}

int run_update(const ReconcileVerb& asked, const Common& common) {
  const auto update = make_update(asked);
  if (!update) {
    return refuse(update.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", update->json);
    return kDone;
  }
  fmt::print("{} finds and {} releases were entered, changed or withdrawn since the last reconciliation.\n",
             update->finds, update->releases);
  fmt::print("{} minefield records near them were judged again; the others, the sources and their accuracy stand.\n",
             update->records.size());
  constexpr double kWorthTelling = 0.005;
  std::size_t as_before = 0;
  for (const pipeline::UpdatedRecord& record : update->records) {
    if (std::abs(record.now.probability_exists - record.probability_before) < kWorthTelling &&
        record.now.hypothesis == record.hypothesis_before) {
      ++as_before;
      continue;
    }
    fmt::print("  {}: field laid {:.0f} % (before {:.0f} %), {} (before {}), {} mines found there\n",
               record.now.record_id, 100 * record.now.probability_exists, 100 * record.probability_before,
               record.now.hypothesis, record.hypothesis_before, record.now.finds_inside);
  }
  if (as_before > 0) {
    fmt::print("  of {} {} the same is believed as before\n", as_before == update->records.size() ? "all" : "the other",
               as_before);
  }
  fmt::print("Stamp {}\n", update->stamp.id());
  return kDone;
}

int run_reconcile(ReconcileVerb& asked, const Common& common) {
  if (asked.update) {
    return run_update(asked, common);
  }
  const auto outcome = make_reconciliation(asked, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", outcome->json);
    return kDone;
  }
  const evidence::Reconciliation& result = outcome->result;
  fmt::print("{} records held against {} mines found on {:.0f} ha of searched ground\n", result.records.size(),
             result.finds_used, result.searched_ha);
  for (const auto& source : result.sources) {
    print_source(source);
    print_measures(group_of(outcome->accuracy, source.source));
  }
  if (asked.stated) {
    print_stated(outcome->accuracy, *asked.stated / 100);
  }
  print_records(result, asked.request.options.hypotheses);
  if (!outcome->accepted.settled.empty()) {
    fmt::print("\n{} records are read as a person settled; they were tested where they had been recorded.\n",
               outcome->accepted.settled.size());
  }
  fmt::print(
      "\nA record that nothing was found of may still be right: fields are lifted, and ground is searched in part.\n"
      "What was recorded is kept as it is.\nStamp {}\n",
      outcome->stamp.id());
  return kDone;
}

}  // namespace

std::function<int()> verb_reconcile(CLI::App& app) {
  auto asked = std::make_shared<ReconcileVerb>();
  CLI::App* verb = app.add_subcommand(
      "reconcile",
      "Test every minefield record against what was found and what was searched in vain: does its field "
      "exist, how was it misread, where does it really lie");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option("--source", asked->request.options.sources,
                   "Only records of this source (batch, hand-over); may be given several times");
  verb->add_option("--hypotheses", asked->hypotheses,
                   "TOML file with more hypotheses, written as in schema/hypotheses.toml");
  verb->add_option("--known", asked->known,
                   "NAME=HYPOTHESIS: all records of this source or map sheet were read so, as is known from elsewhere; "
                   "may be given several times")
      ->allow_extra_args(false);
  CLI::Option* update = verb->add_flag(
      "--update", asked->update,
      "Judge again only the records near finds and releases that came in, changed or were withdrawn since the last "
      "reconciliation, with what it learnt of their sources");
  verb->add_option("--stated", asked->stated,
                   "An accuracy in per cent that was stated of the records: lists what it could mean")
      ->check(within(0, 100));
  verb->add_option("--seed", asked->request.options.seed, "Seed of the random drops that teach what chance looks like")
      ->capture_default_str();
  verb->add_option("--report", asked->report,
                   "Also write a page to this HTML file: maps before and after, roses of displacement, accuracy, what "
                   "would settle doubtful records. It holds hazard locations: restricted")
      ->check([](const std::string& path) {
        return path.ends_with(".html") || path.ends_with(".htm") ? std::string() : "name it .html";
      });
  verb->add_option("--language", asked->language, "Of the words for readings on the page: en, ru or az")
      ->check(CLI::IsMember({"en", "ru", "az"}))
      ->capture_default_str();
  verb->add_option(
      "--out", asked->out,
      "Also write the corrected outlines with their 50 and 90 % radius in metres to this file (.gpkg, .geojson, .csv)");
  for (const char* other : {"--source", "--known", "--stated", "--seed", "--report", "--out"}) {
    update->excludes(verb->get_option(other));
  }
  auto common = add_common_options(*verb);
  return [asked, common] { return run_reconcile(*asked, *common); };
}

}  // namespace firmground::cli
