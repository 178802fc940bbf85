#include "cli/verbs.h"

namespace firmground::cli {

std::function<int()> verb_copy(CLI::App& app);
std::function<int()> verb_demo(CLI::App& app);
std::function<int()> verb_simulate(CLI::App& app);
std::function<int()> verb_init(CLI::App& app);
std::function<int()> verb_import(CLI::App& app);
std::function<int()> verb_check(CLI::App& app);
std::function<int()> verb_account(CLI::App& app);
std::function<int()> verb_reconcile(CLI::App& app);
std::function<int()> verb_accept_correction(CLI::App& app);
std::function<int()> verb_pattern(CLI::App& app);
std::function<int()> verb_estimate(CLI::App& app);
std::function<int()> verb_zoom(CLI::App& app);
std::function<int()> verb_export(CLI::App& app);
std::function<int()> verb_history(CLI::App& app);
std::function<int()> verb_report(CLI::App& app);
std::function<int()> verb_serve(CLI::App& app);
std::function<int()> verb_validate(CLI::App& app);
std::function<int()> verb_diff(CLI::App& app);
std::function<int()> verb_verify(CLI::App& app);
std::function<int()> verb_submit(CLI::App& app);
std::function<int()> verb_approve(CLI::App& app);
std::function<int()> verb_reject(CLI::App& app);
std::function<int()> verb_withdraw(CLI::App& app);
std::function<int()> verb_merge(CLI::App& app);
std::function<int()> verb_undo_import(CLI::App& app);
std::function<int()> verb_attach(CLI::App& app);
std::function<int()> verb_vault(CLI::App& app);
std::function<int()> verb_backup(CLI::App& app);
std::function<int()> verb_restore(CLI::App& app);
std::function<int()> verb_schema(CLI::App& app);

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {
      verb_demo,        verb_simulate, verb_init,      verb_import,
      verb_check,       verb_account,  verb_reconcile, verb_accept_correction,
      verb_pattern,     verb_estimate, verb_zoom,      verb_validate,
      verb_report,      verb_serve,    verb_export,    verb_copy,
      verb_history,     verb_diff,     verb_verify,    verb_submit,
      verb_approve,     verb_reject,   verb_withdraw,  verb_merge,
      verb_undo_import, verb_attach,   verb_vault,     verb_backup,
      verb_restore,     verb_schema,
  };
  return all;
}

}  // namespace firmground::cli
