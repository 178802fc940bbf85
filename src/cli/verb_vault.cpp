#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "geo/raster.h"
#include "register/vault.h"

/// vault init|grant|people|add|key|read|export.
namespace firmground::cli {

namespace {

using registry::VaultKey;
using registry::VictimIdentity;
using Json = nlohmann::ordered_json;

struct VaultVerb {
  std::string programme, reason, out;
  VaultKey first, second;
  VictimIdentity identity;
};

/// Without echo on a terminal; one line of standard input otherwise.
std::string ask_passphrase(const std::string& person) {
  termios before{};
  const bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    fmt::print(stderr, "Passphrase of {}: ", person);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  }
  std::string passphrase;
  std::getline(std::cin, passphrase);
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    fmt::print(stderr, "\n");
  }
  return passphrase;
}

/// Key file, else environment, else asked for.
void complete(VaultKey& key, const char* variable) {
  if (!key.key_file.empty() || key.person.empty()) {
    return;
  }
  const char* value = std::getenv(variable);
  key.passphrase = value != nullptr ? value : ask_passphrase(key.person);
}

Json to_json(const VictimIdentity& identity) {
  return {{"victim_id", identity.victim_id}, {"name", identity.name},        {"born", identity.born},
          {"contact", identity.contact},     {"notes", identity.notes},      {"person_key", identity.person_key},
          {"added_by", identity.added_by},   {"added_at", identity.added_at}};
}

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// What one of the verbs does with an open programme and complete keys.
using Work = int (*)(registry::Register&, VaultVerb&, const Common&);

int init(registry::Register& programme, VaultVerb& verb, const Common& common) {
  if (const auto made = registry::create_vault(programme, verb.first); !made) {
    return refuse(made.error(), common);
  }
  const std::string path = registry::vault_path(verb.programme);
  if (common.json) {
    print_json({{"vault", path}, {"people", {verb.first.person}}});
  } else {
    fmt::print(
        "Made {}; {} has a key. Give a second person one now ('firmground vault grant'): a lost key cannot be "
        "made again, and an export needs two.\n",
        path, verb.first.person);
  }
  return kDone;
}

int grant(registry::Register& programme, VaultVerb& verb, const Common& common) {
  if (const auto granted = registry::grant_vault_key(programme, verb.first, verb.second); !granted) {
    return refuse(granted.error(), common);
  }
  common.json ? print_json({{"granted", verb.second.person}})
              : fmt::print("{} has a key to the vault.\n", verb.second.person);
  return kDone;
}

int people(registry::Register& programme, VaultVerb&, const Common& common) {
  const auto names = registry::vault_people(programme);
  if (!names) {
    return refuse(names.error(), common);
  }
  common.json ? print_json({{"people", *names}}) : fmt::print("{}\n", fmt::join(*names, "\n"));
  return kDone;
}

int tell_key(const base::Result<std::string>& key, const Common& common) {
  if (!key) {
    return refuse(key.error(), common);
  }
  common.json ? print_json({{"person_key", *key}})
              : fmt::print(
                    "person_key {}\nEnter it with the victim's record: it tells that two reports speak of one "
                    "person, and says nothing else.\n",
                    *key);
  return kDone;
}

int add(registry::Register& programme, VaultVerb& verb, const Common& common) {
  return tell_key(registry::add_to_vault(programme, verb.first, verb.identity), common);
}

int key(registry::Register& programme, VaultVerb& verb, const Common& common) {
  return tell_key(registry::person_key(programme, verb.first, verb.identity.name, verb.identity.born), common);
}

int read(registry::Register& programme, VaultVerb& verb, const Common& common) {
  const auto identity = registry::read_vault(programme, verb.first, verb.identity.victim_id, verb.reason);
  if (!identity) {
    return refuse(identity.error(), common);
  }
  if (common.json) {
    print_json(to_json(*identity));
    return kDone;
  }
  const auto known = [](const std::string& text) { return text.empty() ? "not known" : text; };
  fmt::print("victim {}\n  name: {}\n  born: {}\n  contact: {}\n  notes: {}\n  person_key: {}\n  added {} by {}\n",
             identity->victim_id, identity->name, known(identity->born), known(identity->contact),
             known(identity->notes), identity->person_key, identity->added_at, identity->added_by);
  return kDone;
}

int export_all(registry::Register& programme, VaultVerb& verb, const Common& common) {
  if (std::filesystem::exists(verb.out)) {
    return refuse(base::make_error("registry.exists", {{"file", verb.out}}), common);
  }
  const auto identities = registry::export_vault(programme, verb.first, verb.second, verb.reason);
  if (!identities) {
    return refuse(identities.error(), common);
  }
  Json victims = Json::array();
  for (const VictimIdentity& identity : *identities) {
    victims.push_back(to_json(identity));
  }
  const Json json = {{"victims", std::move(victims)}};
  if (const auto written = geo::write_file(verb.out, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
      !written) {
    return refuse(written.error(), common);
  }
  std::filesystem::permissions(verb.out, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  common.json ? print_json({{"file", verb.out}, {"victims", identities->size()}})
              : fmt::print("Wrote {} victims to {}, in clear. The export is in the audit chain.\n", identities->size(),
                           verb.out);
  return kDone;
}

int run(Work work, VaultVerb& verb, const Common& common) {
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  complete(verb.first, "FIRMGROUND_PASSPHRASE");
  complete(verb.second, "FIRMGROUND_SECOND_PASSPHRASE");
  return work(*programme, verb, common);
}

/// Adds one of the vault's verbs; the last one chosen is what runs.
class VaultVerbs {
 public:
  VaultVerbs(CLI::App& parent, std::shared_ptr<std::function<int()>> chosen)
      : parent_(&parent), chosen_(std::move(chosen)) {}

  CLI::App* make(const std::string& name, const std::string& help, Work work, std::shared_ptr<VaultVerb> options) {
    CLI::App* verb = parent_->add_subcommand(name, help);
    verb->add_option("PROGRAMME", options->programme, kProgrammeHelp)->required();
    auto common = add_common_options(*verb);
    verb->final_callback([chosen = chosen_, work, options, common] {
      *chosen = [work, options, common] { return run(work, *options, *common); };
    });
    return verb;
  }

 private:
  CLI::App* parent_;
  std::shared_ptr<std::function<int()>> chosen_;
};

void add_key(CLI::App& verb, VaultKey& key) {
  verb.add_option("--person", key.person, "Who opens the vault")->required();
  verb.add_option("--key-file", key.key_file,
                  "Their key file (default: their passphrase, from FIRMGROUND_PASSPHRASE or asked for)");
}

void add_second_key(CLI::App& verb, VaultKey& key, const std::string& who) {
  verb.add_option("--second-person", key.person, who)->required();
  verb.add_option("--second-key-file", key.key_file,
                  "Their key file (default: their passphrase, from FIRMGROUND_SECOND_PASSPHRASE or asked for)");
}

void add_name(CLI::App& verb, VictimIdentity& identity) {
  verb.add_option("--name", identity.name, "Name of the victim")->required();
  verb.add_option("--born", identity.born, "Date of birth: YYYY-MM-DD, YYYY-MM or YYYY");
}

void add_verbs(VaultVerbs& verbs) {
  auto options = std::make_shared<VaultVerb>();
  add_key(*verbs.make("init", "Make the vault with one person's key", init, options), options->first);

  options = std::make_shared<VaultVerb>();
  CLI::App* verb = verbs.make("grant", "Give another person a key of their own", grant, options);
  add_key(*verb, options->first);
  add_second_key(*verb, options->second, "Who gets a key");

  verbs.make("people", "List who has a key", people, std::make_shared<VaultVerb>());

  options = std::make_shared<VaultVerb>();
  verb = verbs.make("add", "Put in or correct what is known of a victim; prints the person_key for the register", add,
                    options);
  verb->add_option("VICTIM", options->identity.victim_id, "Local id of the victim's record")->required();
  add_key(*verb, options->first);
  add_name(*verb, options->identity);
  verb->add_option("--contact", options->identity.contact, "Where the victim or the family is reached");
  verb->add_option("--notes", options->identity.notes, "Whatever else must not stand in the register");

  options = std::make_shared<VaultVerb>();
  verb = verbs.make("key", "Print the person_key of a name and date of birth, to find a person reported twice", key,
                    options);
  add_key(*verb, options->first);
  add_name(*verb, options->identity);

  options = std::make_shared<VaultVerb>();
  verb = verbs.make("read", "Show one victim; the reading, with its reason, goes into the audit chain first", read,
                    options);
  verb->add_option("VICTIM", options->identity.victim_id, "Local id of the victim's record")->required();
  add_key(*verb, options->first);
  verb->add_option("--reason", options->reason, "Why it must be read; kept for ever")->required();

  options = std::make_shared<VaultVerb>();
  verb =
      verbs.make("export", "Write all victims in clear to a file; needs the keys of two people", export_all, options);
  add_key(*verb, options->first);
  add_second_key(*verb, options->second, "The second person, with a key of their own");
  verb->add_option("--out", options->out, "JSON file to write; must not exist")->required();
  verb->add_option("--reason", options->reason, "Why, and for whom; kept for ever")->required();
}

}  // namespace

std::function<int()> verb_vault(CLI::App& app) {
  auto chosen = std::make_shared<std::function<int()>>();
  CLI::App* verb = app.add_subcommand(
      "vault",
      "Names and contacts of victims, encrypted beside the programme: init, grant, people, add, key, read, export");
  verb->require_subcommand(1);
  VaultVerbs verbs(*verb, chosen);
  add_verbs(verbs);
  return [chosen] { return (*chosen)(); };
}

}  // namespace firmground::cli
