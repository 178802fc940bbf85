#include "serve/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

namespace firmground::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kMediaTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".geojson", "application/geo+json"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".wasm", "application/wasm"},
    {".pbf", "application/x-protobuf"},
    {".txt", "text/plain; charset=utf-8"},
    {".pdf", "application/pdf"},
}};

constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Firmground</title>"
    "<h1>Firmground is running</h1><p>The web app is not built: run <code>npm ci</code> and <code>npm run build</code> "
    "in "
    "<code>web/</code>, then start the server again.</p>"
    "<p>The programme can be read at <a href=\"/api/programme\">/api/programme</a>.</p></html>";

std::optional<std::string> bytes_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Whether the path, with all links followed, still lies in the folder.
bool lies_in(const fs::path& path, const std::string& root) {
  std::error_code error;
  const std::string real = fs::weakly_canonical(path, error).string();
  return !error && real.starts_with(root + "/");
}

/// A name that changes with its content: "assets/index-B7fQ2x1a.js".
bool is_immutable(const std::vector<std::string>& path) {
  return path.size() > 1 && path[0] == "assets" && path.back().find('-') != std::string::npos;
}

std::optional<Response> file_response(const fs::path& path, const std::string& root, const Request& request) {
  if (!lies_in(path, root)) {
    return std::nullopt;
  }
  for (const auto& [coding, ending] : {std::pair{"br", ".br"}, {"gzip", ".gz"}, {"", ""}}) {
    const bool plain = std::string_view(coding).empty();
    if (!plain && !accepts(request.accept_encoding, coding)) {
      continue;
    }
    if (std::optional<std::string> bytes = bytes_of(path.string() + ending)) {
      Response response =
          body_response(media_type_of(path.string()), std::make_shared<const std::string>(*std::move(bytes)));
      response.content_encoding = coding;
      return response;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string media_type_of(std::string_view path) {
  for (const auto& [ending, type] : kMediaTypes) {
    if (path.ends_with(ending)) {
      return std::string(type);
    }
  }
  return "application/octet-stream";
}

base::Result<StaticFiles> StaticFiles::from_folder(const std::string& folder) {
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error || !fs::is_regular_file(root / "index.html", error)) {
    return base::fail("serve.web_folder", {{"folder", folder}});
  }
  StaticFiles files;
  files.root_ = root.string();
  return files;
}

base::Result<StaticFiles> StaticFiles::find(const std::string& folder) {
  if (!folder.empty()) {
    return from_folder(folder);
  }
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {beside / "web", beside / ".." / ".." / "web" / "dist"}) {
    if (fs::is_regular_file(candidate / "index.html", error)) {
      return from_folder(candidate.string());
    }
  }
  return StaticFiles();
}

base::Result<Response> StaticFiles::get(const Request& request) const {
  const base::Result<Response> missing = base::fail("serve.not_found", {{"path", request.target}});
  const bool is_file = !request.path.empty() && request.path.back().find('.') != std::string::npos;
  if (root_.empty()) {
    return is_file ? missing
                   : body_response("text/html; charset=utf-8", std::make_shared<const std::string>(kNotBuilt));
  }
  fs::path path = root_;
  for (const std::string& segment : is_file ? request.path : std::vector<std::string>{"index.html"}) {
    if (segment.front() == '.') {
      return missing;  // hidden files are nobody's business
    }
    path /= segment;
  }
  std::optional<Response> response = file_response(path, root_, request);
  if (!response) {
    return missing;
  }
  if (is_file && is_immutable(request.path)) {
    response->cache_control = "public, max-age=31536000, immutable";
  }
  return *std::move(response);
}

}  // namespace firmground::serve
