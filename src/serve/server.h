#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "serve/programme_source.h"

/// The HTTP server: reads a programme and answers docs/formats/http.md.  It only reads; there is no sign-in in this
/// version.
namespace firmground::serve {

struct ServerOptions {
  std::string bind = "127.0.0.1";
  int port = 8080;                      ///< 0: any free one
  std::string web_folder;               ///< of the built web app; "" looks where it usually is
  std::vector<std::string> host_names;  ///< names that clients may use for it beside loopback ones
};

class Server {
 public:
  /// Takes the port first, so that a busy one is told at once, then reads the programme, then answers.
  /// Errors: serve.port_busy, serve.port_refused, serve.web_folder, those of the source.
  static base::Result<std::unique_ptr<Server>> start(std::unique_ptr<ProgrammeSource> source,
                                                     const ServerOptions& options,
                                                     const base::Progress& progress = base::no_progress);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops: no new connections, answers under way are finished.
  ~Server();

  int port() const;
  /// "http://127.0.0.1:8080/"
  std::string url() const;
  /// What whoever starts it must be told before it is used, "" when nothing: bound beyond this machine without sign-in.
  std::string warning() const;
  bool has_web_app() const;
  /// Waits until no reload of the programme is under way, for tests.
  void settle();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Keeps SIGINT and SIGTERM from ending the process and waits for one of them.  REQUIRES: block_stop_signals() was
/// called before any thread was started, so that no thread takes the signal.
void block_stop_signals();
void wait_for_stop_signal();

}  // namespace firmground::serve
