#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "serve/call.h"
#include "serve/static_files.h"

namespace firmground::serve {

/// Requests in, answers out; knows no sockets.  Holds the edition that is served and replaces it in the background when
/// the programme has changed; until the new one is ready the old one answers.  May be used from several threads.
class App {
 public:
  /// host_names: names beside loopback ones that the server answers to; "*" for all (bound beyond this machine).
  App(std::unique_ptr<ProgrammeSource> source, StaticFiles web, std::vector<std::string> host_names);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  /// Reads the programme for the first time.  REQUIRES: called once, before answer().
  base::Result<void> load(const base::Progress& progress);

  /// Never fails: errors become problems.
  Response answer(const Request& request);
  /// The answer to a target that may not even parse.
  Response answer(std::string_view method, std::string_view target, Request headers);

  /// Waits until no reload is under way, for tests.
  void settle();

 private:
  base::Result<Response> route(const Request& request);
  bool answers_to(std::string_view host) const;
  std::shared_ptr<const Edition> current();
  void reload_when_changed();
  void reload(const std::string& mark);

  std::unique_ptr<ProgrammeSource> source_;
  StaticFiles web_;
  std::vector<std::string> host_names_;

  std::mutex mutex_;  ///< of the four below
  std::shared_ptr<const Edition> edition_;
  std::string loaded_mark_;
  bool reloading_ = false;
  std::thread reloader_;
};

}  // namespace firmground::serve
