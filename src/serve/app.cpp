#include "serve/app.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace firmground::serve {
namespace {

struct Route {
  std::string_view pattern;
  Handler handler;
};

constexpr Route kRoutes[] = {
    {"health", get_health},
    {"api/programme", get_programme},
    {"tiles/hazard/{band}/{z}/{x}/{y}.png", get_hazard_tile},
    {"tiles/hillshade/{z}/{x}/{y}.png", get_hillshade_tile},
    {"tiles/{layer}/{z}/{x}/{y}.mvt", get_vector_tile},
    {"api/hazard/legend", get_hazard_legend},
    {"api/hazard/at", get_hazard_at},
    {"api/records/{kind}/{id}", get_record},
    {"api/at", get_at},
    {"api/search", get_search},
    {"api/situation", get_situation},
    {"api/account", get_account},
    {"api/estimate", get_estimate},
    {"api/surveys", get_surveys},
};

/// The captures of a path that fits the pattern: "{y}.mvt" takes a segment that ends in ".mvt" and captures what stands
/// before.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string>& path) {
  std::vector<std::string> captured;
  for (const std::string& segment : path) {
    if (pattern.empty()) {
      return std::nullopt;
    }
    const std::string_view part = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(std::min(pattern.size(), part.size() + 1));
    if (part.front() != '{') {
      if (part != segment) {
        return std::nullopt;
      }
      continue;
    }
    const std::string_view suffix = part.substr(part.find('}') + 1);
    if (!std::string_view(segment).ends_with(suffix)) {
      return std::nullopt;
    }
    captured.push_back(segment.substr(0, segment.size() - suffix.size()));
  }
  return pattern.empty() ? std::optional(captured) : std::nullopt;
}

/// Name of a Host header without its port: "[::1]:8080" -> "[::1]".
std::string_view name_of(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  return colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
}

}  // namespace

App::App(std::unique_ptr<ProgrammeSource> source, StaticFiles web, std::vector<std::string> host_names)
    : source_(std::move(source)), web_(std::move(web)), host_names_(std::move(host_names)) {}

App::~App() {
  if (reloader_.joinable()) {
    reloader_.join();
  }
}

base::Result<void> App::load(const base::Progress& progress) {
  // The mark first: what changes while reading is read again.
  loaded_mark_ = source_->mark();
  FG_TRY(ProgrammeContent content, source_->load(progress));
  FG_TRY(edition_, Edition::make(std::move(content), progress));
  return {};
}

std::shared_ptr<const Edition> App::current() {
  const std::lock_guard lock(mutex_);
  return edition_;
}

void App::reload_when_changed() {
  const std::string mark = source_->mark();
  const std::lock_guard lock(mutex_);
  if (mark == loaded_mark_ || reloading_) {
    return;
  }
  if (reloader_.joinable()) {
    reloader_.join();  // it has ended: reloading_ is false
  }
  reloading_ = true;
  reloader_ = std::thread([this, mark] { reload(mark); });
}

void App::reload(const std::string& mark) {
  base::Result<ProgrammeContent> content = source_->load(base::no_progress);
  base::Result<std::shared_ptr<const Edition>> made =
      content ? Edition::make(*std::move(content), base::no_progress) : tl::unexpected(std::move(content).error());
  if (!made) {
    spdlog::error("The changed programme cannot be read, the earlier state is still served: {}",
                  base::to_text(made.error()));
  }
  const std::lock_guard lock(mutex_);
  if (made) {
    edition_ = *std::move(made);
  }
  loaded_mark_ = mark;  // also after a failure: the next change tries again, not the next request
  reloading_ = false;
}

void App::settle() {
  std::thread ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(reloader_);
  }
  if (ended.joinable()) {
    ended.join();
  }
}

bool App::answers_to(std::string_view host) const {
  const std::string_view name = name_of(host);
  for (const std::string_view known : {"127.0.0.1", "localhost", "[::1]"}) {
    if (name == known) {
      return true;
    }
  }
  return std::any_of(host_names_.begin(), host_names_.end(),
                     [name](const std::string& n) { return n == "*" || n == name; });
}

base::Result<Response> App::route(const Request& request) {
  if (!answers_to(request.host)) {
    // A page elsewhere could point its own name at this machine and read the register through the visitor's browser.
    return base::fail("serve.host_refused", {{"host", std::string(name_of(request.host))}});
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return base::fail("serve.method_not_allowed", {{"method", request.method}});
  }
  for (const Route& candidate : kRoutes) {
    if (auto captured = match(candidate.pattern, request.path)) {
      reload_when_changed();
      const std::shared_ptr<const Edition> edition = current();
      return candidate.handler({request, *std::move(captured), *edition, *source_});
    }
  }
  if (!request.path.empty() && (request.path[0] == "api" || request.path[0] == "tiles")) {
    return base::fail("serve.not_found", {{"path", request.target}});
  }
  return web_.get(request);
}

Response App::answer(const Request& request) {
  base::Result<Response> response = route(request);
  return finish(response ? *std::move(response) : problem(response.error()), request);
}

Response App::answer(std::string_view method, std::string_view target, Request headers) {
  base::Result<Request> parsed = parse_target(target);
  if (!parsed) {
    return finish(problem(parsed.error()), headers);
  }
  headers.method = method;
  headers.target = std::move(parsed->target);
  headers.path = std::move(parsed->path);
  headers.query = std::move(parsed->query);
  return answer(headers);
}

}  // namespace firmground::serve
