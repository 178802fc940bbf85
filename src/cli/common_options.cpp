#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "cli/verbs.h"

namespace firmground::cli {

std::shared_ptr<Common> add_common_options(CLI::App& verb) {
  auto common = std::make_shared<Common>();
  verb.add_flag("--json", common->json,
                "Print one JSON object on standard output; everything else goes to standard error");
  verb.add_flag("--quiet,-q", common->quiet, "No progress on standard error");
  verb.add_option("--threads", common->threads, "Threads to use, 0 = all (results do not depend on it)")
      ->capture_default_str();
  verb.parse_complete_callback([common] { base::set_thread_count(common->threads); });
  return common;
}

CLI::Validator within(double least, double most) {
  const auto refusal = [least, most](std::string& input) -> std::string {
    double value = 0;
    const bool number = CLI::detail::lexical_cast(input, value);
    return number && value >= least && value <= most
               ? ""
               : fmt::format("Value {} not in range [{:g} - {:g}]", input, least, most);
  };
  return CLI::Validator(refusal, fmt::format("FLOAT in [{:g} - {:g}]", least, most));
}

base::Progress progress_on_terminal(const Common& common) {
  if (common.quiet) {
    return base::no_progress;
  }
  const bool terminal = isatty(STDERR_FILENO) == 1;
  return [terminal, last = std::string(), started = std::chrono::steady_clock::now()](std::string_view step,
                                                                                      double share) mutable {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    if (terminal) {
      constexpr int kWidth = 24;
      const int filled = static_cast<int>(kWidth * share);
      fmt::print(stderr, "{}\r  [{}{}] {:3.0f} %  {:<52.52} {:6.1f} s", step == last ? "" : "\n",
                 std::string(static_cast<std::size_t>(filled), '#'),
                 std::string(static_cast<std::size_t>(kWidth - filled), '.'), 100 * share, step, seconds);
      std::fflush(stderr);
      if (share >= 1) {
        fmt::print(stderr, "\n");
      }
    } else if (step != last) {
      fmt::print(stderr, "{:7.1f} s  {}\n", seconds, step);
    }
    last = step;
    return true;
  };
}

int refuse(const base::Error& error, const Common& common) {
  if (common.json) {
    const nlohmann::ordered_json json = {
        {"error", {{"code", error.code}, {"id", error.id}, {"message", error.message}, {"remedy", error.remedy}}}};
    fmt::print("{}\n", json.dump());
  }
  fmt::print(stderr, "firmground: {}\n", base::to_text(error));
  return kRefused;
}

}  // namespace firmground::cli
