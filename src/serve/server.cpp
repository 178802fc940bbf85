#include "serve/server.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <fmt/core.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <csignal>
#include <ostream>

#include "serve/app.h"

namespace firmground::serve {
namespace {

namespace net = Poco::Net;

/// A browser holds six connections open and POCO gives each a thread: enough for some twenty people on one machine.
constexpr int kThreads = 128;
constexpr int kQueue = 256;
constexpr int kRequestTimeout_s = 20;
constexpr int kKeepAlive_s = 15;
constexpr int kBacklog = 128;

/// Scripts only from this server and none inside pages; styles inside pages are what the map library writes.
constexpr const char* kContentSecurity =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void set_headers(const Response& response, net::HTTPServerResponse& out) {
  out.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(response.status));
  out.set("Cache-Control", response.cache_control);
  out.set("Content-Security-Policy", kContentSecurity);
  out.set("X-Content-Type-Options", "nosniff");
  out.set("Referrer-Policy", "no-referrer");
  out.set("Cross-Origin-Resource-Policy", "same-origin");
  out.set("Cross-Origin-Opener-Policy", "same-origin");
  out.set("Vary", "Accept-Encoding");
  if (!response.etag.empty()) {
    out.set("ETag", response.etag);
  }
  if (!response.allow.empty()) {
    out.set("Allow", response.allow);
  }
  if (!response.content_encoding.empty()) {
    out.set("Content-Encoding", response.content_encoding);
  }
  if (response.status != 204 && response.status != 304) {
    out.setContentType(response.content_type);
    out.setContentLength64(static_cast<Poco::Int64>(response.body->size()));
  }
}

class Handler final : public net::HTTPRequestHandler {
 public:
  explicit Handler(App& app) : app_(app) {}

  void handleRequest(net::HTTPServerRequest& in, net::HTTPServerResponse& out) override {
    const bool has_body = in.getContentLength64() > 0 || in.getChunkedTransferEncoding();
    const Response response = answer(in);
    set_headers(response, out);
    if (has_body) {
      out.setKeepAlive(false);  // nothing reads a request's body here; the connection ends with it
    }
    std::ostream& stream = out.send();
    if (in.getMethod() != "HEAD" && response.status != 304) {
      stream.write(response.body->data(), static_cast<std::streamsize>(response.body->size()));
    }
  }

 private:
  Response answer(const net::HTTPServerRequest& in) {
    try {
      Request headers;
      headers.host = in.get("Host", "");
      headers.accept_encoding = in.get("Accept-Encoding", "");
      headers.if_none_match = in.get("If-None-Match", "");
      return app_.answer(in.getMethod(), in.getURI(), std::move(headers));
    } catch (const std::exception& reason) {
      spdlog::error("Answering {} failed: {}", in.getURI(), reason.what());
      return problem(base::make_error("serve.internal", {{"path", in.getURI().substr(0, kTargetLimit)}}));
    }
  }

  App& app_;
};

class HandlerFactory final : public net::HTTPRequestHandlerFactory {
 public:
  explicit HandlerFactory(App& app) : app_(app) {}
  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override { return new Handler(app_); }

 private:
  App& app_;
};

base::Result<net::ServerSocket> listening_socket(const ServerOptions& options) {
  const std::string port = std::to_string(options.port);
  try {
    const net::SocketAddress address(options.bind, static_cast<Poco::UInt16>(options.port));
    net::ServerSocket socket;
    // Reuse the address, so that a restart need not wait for old connections to time out, but never share the port: two
    // servers on one port would answer by turns.
    socket.bind(address, true, false);
    socket.listen(kBacklog);
    return socket;
  } catch (const net::NetException& reason) {
    if (reason.code() == EADDRINUSE) {
      return base::fail("serve.port_busy",
                        {{"port", port}, {"address", options.bind}, {"other", std::to_string(options.port + 1)}});
    }
    return base::fail("serve.port_refused",
                      {{"port", port}, {"address", options.bind}, {"reason", reason.displayText()}});
  } catch (const Poco::Exception& reason) {
    return base::fail("serve.port_refused",
                      {{"port", port}, {"address", options.bind}, {"reason", reason.displayText()}});
  }
}

std::vector<std::string> host_names_of(const ServerOptions& options, bool loopback) {
  std::vector<std::string> names = options.host_names;
  if (!loopback) {
    names.push_back("*");
  }
  return names;
}

}  // namespace

struct Server::Impl {
  Impl(net::ServerSocket listening, std::unique_ptr<ProgrammeSource> source, StaticFiles web,
       const ServerOptions& options)
      : socket(std::move(listening)),
        address(socket.address()),
        has_web_app(web.available()),
        app(std::move(source), std::move(web), host_names_of(options, address.host().isLoopback())),
        pool(4, kThreads) {}

  net::ServerSocket socket;
  net::SocketAddress address;
  bool has_web_app;
  App app;
  Poco::ThreadPool pool;
  std::unique_ptr<net::HTTPServer> http;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  impl_->http->stopAll(false);
  impl_->pool.joinAll();
}

base::Result<std::unique_ptr<Server>> Server::start(std::unique_ptr<ProgrammeSource> source,
                                                    const ServerOptions& options, const base::Progress& progress) {
  FG_TRY(net::ServerSocket socket, listening_socket(options));
  FG_TRY(StaticFiles web, StaticFiles::find(options.web_folder));
  auto impl = std::make_unique<Impl>(std::move(socket), std::move(source), std::move(web), options);
  FG_TRY_VOID(impl->app.load(progress));
  net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
  params->setMaxThreads(kThreads);
  params->setMaxQueued(kQueue);
  params->setTimeout(Poco::Timespan(kRequestTimeout_s, 0));
  params->setKeepAliveTimeout(Poco::Timespan(kKeepAlive_s, 0));
  params->setSoftwareVersion("");  // which version runs is told by /health, not to every scanner
  impl->http = std::make_unique<net::HTTPServer>(new HandlerFactory(impl->app), impl->pool, impl->socket, params);
  impl->http->start();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const {
  return impl_->address.port();
}

std::string Server::url() const {
  const Poco::Net::IPAddress host = impl_->address.host();
  const std::string name = host.isWildcard() ? "localhost" : host.toString();
  return fmt::format("http://{}:{}/", name.find(':') == std::string::npos ? name : "[" + name + "]", port());
}

std::string Server::warning() const {
  if (impl_->address.host().isLoopback()) {
    return {};
  }
  return fmt::format(
      "Warning: the server listens on {}, so that everyone who can reach this machine reads the whole programme. This "
      "version has no "
      "sign-in. Put a proxy with sign-in before it, or stop it and leave --bind away.",
      impl_->address.toString());
}

bool Server::has_web_app() const {
  return impl_->has_web_app;
}

void Server::settle() {
  impl_->app.settle();
}

void block_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void wait_for_stop_signal() {
  const sigset_t set = stop_signals();
  int taken = 0;
  sigwait(&set, &taken);
}

}  // namespace firmground::serve
