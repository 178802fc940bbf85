#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/serving.h"
#include "cli/verbs.h"
#include "serve/server.h"

namespace firmground::cli {

int serve_until_stopped(const std::string& programme, const serve::ServerOptions& options, const Common& common) {
  serve::block_stop_signals();
  auto source = serve::open_programme(programme);
  if (!source) {
    return refuse(source.error(), common);
  }
  const auto server = serve::Server::start(*std::move(source), options, progress_on_terminal(common));
  if (!server) {
    return refuse(server.error(), common);
  }
  if (const std::string warning = (*server)->warning(); !warning.empty()) {
    fmt::print(stderr, "{}\n", warning);
  }
  if (!(*server)->has_web_app()) {
    fmt::print(stderr, "The web app is not built; only the data is served. Build it with 'npm run build' in web/.\n");
  }
  if (common.json) {
    const nlohmann::ordered_json json = {
        {"url", (*server)->url()}, {"port", (*server)->port()}, {"programme", programme}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("Firmground serves {} at {}\nStop it with Ctrl-C.\n", programme, (*server)->url());
  }
  std::fflush(stdout);
  serve::wait_for_stop_signal();
  fmt::print(stderr, "Stopping.\n");
  return kDone;
}

std::function<int()> verb_serve(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("serve", "Show a programme in the browser: map, records, estimate, situation");
  auto programme = std::make_shared<std::string>();
  auto options = std::make_shared<serve::ServerOptions>();
  auto common = add_common_options(*verb);
  verb->add_option("PROGRAMME", *programme, std::string(kProgrammeHelp) + "; it is only read")->required();
  verb->add_option("--port", options->port, "Port to listen on; 0 takes any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  verb->add_option(
          "--bind", options->bind,
          "Address to listen on; anything but a loopback address opens the programme to the network, without sign-in")
      ->capture_default_str();
  verb->add_option("--host", options->host_names,
                   "Name under which a proxy on this machine passes requests on; may be given several times");
  verb->add_option("--web", options->web_folder,
                   "Folder of the built web app (default: beside the program, or web/dist)");
  return [programme, options, common] { return serve_until_stopped(*programme, *options, *common); };
}

}  // namespace firmground::cli
