#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/counted.h"
#include "cli/verbs.h"
#include "register/verify.h"

namespace firmground::cli {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const registry::Verification& verification) {
  Json findings = Json::array();
  for (const registry::Finding& finding : verification.findings) {
    findings.push_back({{"what", finding.what},
                        {"where", finding.where},
                        {"kind", finding.kind},
                        {"id", finding.id},
                        {"version", finding.version}});
  }
  return {{"whole", verification.whole()},
          {"head", verification.head},
          {"head_known", verification.head_known},
          {"links", verification.links},
          {"versions", verification.versions},
          {"attachments", verification.attachments},
          {"finding_count", verification.finding_count},
          {"findings", std::move(findings)},
          {"open_link_count", verification.open_link_count},
          {"open_links", verification.open_links}};
}

void print(const registry::Verification& verification) {
  constexpr std::size_t kShown = 20;
  fmt::print("{}, {}, {}.\nHead of the chain: {}\n", counted(verification.links, "entry", "entries"),
             counted(verification.versions, "version", "versions"),
             counted(verification.attachments, "attachment", "attachments"), verification.head);
  if (verification.whole()) {
    fmt::print(
        "Nothing was changed behind the register's back. Note the head outside the programme, in the minutes or on a "
        "printed report: 'firmground verify --head' then finds out whoever makes the whole chain anew.\n");
  }
  if (!verification.head_known) {
    fmt::print("The head that was noted is not in the chain: this register is another one, older, or made anew.\n");
  }
  for (std::size_t i = 0; i < verification.findings.size() && i < kShown; ++i) {
    const registry::Finding& finding = verification.findings[i];
    fmt::print("{}{}\n{}", i == 0 ? "First, in the order of entry: " : "", finding.what,
               finding.where.empty() ? "" : "  (" + finding.where + ")\n");
  }
  if (verification.finding_count > static_cast<std::int64_t>(kShown)) {
    fmt::print("{} findings in all; --json prints the first {}.\n", verification.finding_count,
               registry::kFindingsKept);
  }
  if (verification.open_link_count > 0) {
    fmt::print("\n{} a record that is not approved or not there, for example:\n",
               counted(verification.open_link_count, "approved record names", "approved records name"));
    for (std::size_t i = 0; i < verification.open_links.size() && i < 5; ++i) {
      fmt::print("  {}\n", verification.open_links[i]);
    }
  }
}

int run(const std::string& path, const std::string& head, const Common& common) {
  const auto programme = registry::Register::open(path);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto verification = registry::verify(*programme, head, progress_on_terminal(common));
  if (!verification) {
    return refuse(verification.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*verification).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*verification);
  }
  return verification->whole() ? kDone : kRefused;
}

}  // namespace

std::function<int()> verb_verify(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  auto head = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("verify",
                                      "Prove from the programme alone that nothing in it was changed behind its back, "
                                      "or name the first record that was");
  verb->add_option("PROGRAMME", *path, kProgrammeHelp)->required();
  verb->add_option("--head", *head, "Head of the chain as it was noted earlier, 64 hexadecimal digits")
      ->check(CLI::Validator(
          [](std::string& text) {
            return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos
                       ? ""
                       : "a head is 64 hexadecimal digits";
          },
          "HASH"));
  auto common = add_common_options(*verb);
  return [path, head, common] { return run(*path, *head, *common); };
}

}  // namespace firmground::cli
