#include <fmt/format.h>

#include <algorithm>

#include "cli/verbs.h"
#include "evidence/reconcile.h"
#include "geo/raster.h"
#include "pipeline/reconcile_programme.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

struct ReconcileVerb {
  std::string programme, hypotheses, out;
  evidence::ReconcileOptions options;
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

base::Result<std::vector<evidence::Hypothesis>> all_hypotheses(const std::string& own_file) {
  std::vector<evidence::Hypothesis> all = evidence::standard_hypotheses();
  if (!own_file.empty()) {
    FG_TRY(const std::string text, geo::read_file(own_file));
    FG_TRY(auto own, evidence::parse_hypotheses(text, own_file));
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

base::Result<pipeline::ReconcileOutcome> make_reconciliation(ReconcileVerb& asked, const base::Progress& progress) {
  FG_TRY(asked.options.hypotheses, all_hypotheses(asked.hypotheses));
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(auto outcome, pipeline::reconcile_programme(programme, snapshot, asked.options, progress));
  if (!asked.out.empty()) {
    FG_TRY_VOID(pipeline::write_corrected(asked.out, outcome, *snapshot.crs));
  }
  return outcome;
}

int run_reconcile(ReconcileVerb& asked, const Common& common) {
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
  }
  print_records(result, asked.options.hypotheses);
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
  verb->add_option("--source", asked->options.sources,
                   "Only records of this source (batch, hand-over); may be given several times");
  verb->add_option("--hypotheses", asked->hypotheses,
                   "TOML file with more hypotheses, written as in schema/hypotheses.toml");
  verb->add_option("--seed", asked->options.seed, "Seed of the random drops that teach what chance looks like")
      ->capture_default_str();
  verb->add_option(
      "--out", asked->out,
      "Also write the corrected outlines with their 50 and 90 % radius in metres to this file (.gpkg, .geojson, .csv)");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_reconcile(*asked, *common); };
}

}  // namespace firmground::cli
