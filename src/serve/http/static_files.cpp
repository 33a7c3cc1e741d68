#include "serve/http/static_files.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"
#include "serve/http/internal/encode.h"

namespace osler::serve::http {
namespace {

struct Kind {
  std::string_view extension;
  std::string_view content_type;
  bool text;
};

constexpr std::array kKinds{
    Kind{".html", "text/html; charset=utf-8", true},
    Kind{".js", "text/javascript; charset=utf-8", true},
    Kind{".mjs", "text/javascript; charset=utf-8", true},
    Kind{".css", "text/css; charset=utf-8", true},
    Kind{".json", "application/json", true},
    Kind{".map", "application/json", true},
    Kind{".webmanifest", "application/manifest+json", true},
    Kind{".svg", "image/svg+xml", true},
    Kind{".txt", "text/plain; charset=utf-8", true},
    Kind{".wasm", "application/wasm", true},
    Kind{".png", "image/png", false},
    Kind{".jpg", "image/jpeg", false},
    Kind{".jpeg", "image/jpeg", false},
    Kind{".webp", "image/webp", false},
    Kind{".gif", "image/gif", false},
    Kind{".ico", "image/x-icon", true},
    Kind{".woff2", "font/woff2", false},
    Kind{".woff", "font/woff", false},
};

const Kind& kind_of(std::string_view name) {
  static constexpr Kind kOther{"", "application/octet-stream", false};
  const auto found = std::ranges::find_if(
      kKinds, [end = lower(name)](const Kind& kind) { return end.ends_with(kind.extension); });
  return found == kKinds.end() ? kOther : *found;
}

// "/assets/app-BdF3x9Qz.js": bundlers put eight characters or more of a hash before the extension.
bool has_hash(std::string_view name) {
  if (!name.starts_with("/assets/")) {
    return false;
  }
  const std::string_view file = name.substr(name.rfind('/') + 1);
  const std::string_view stem = file.substr(0, file.rfind('.'));
  const std::size_t mark = stem.size() < 9 ? std::string_view::npos : stem.size() - 9;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return mark != std::string_view::npos && (stem[mark] == '-' || stem[mark] == '.') &&
         std::ranges::all_of(stem.substr(mark + 1), allowed);
}

// "1.2.840" is the end of a page's path, "logo.svg" is a file's.
bool looks_like_file(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const std::size_t dot = last.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == last.size()) {
    return false;
  }
  return std::ranges::any_of(last.substr(dot + 1), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

}  // namespace

StaticFiles::StaticFiles(std::shared_ptr<const Files> files, StaticFilesOptions options)
    : files_(std::move(files)),
      options_(std::make_shared<const StaticFilesOptions>(std::move(options))) {}

Result<StaticFiles::File> StaticFiles::load_file(const std::filesystem::path& path,
                                                 const std::string& name, std::uint64_t most) {
  OSLER_TRY(std::string bytes, read_text(path, most));
  const Kind& kind = kind_of(name);
  File file{.content_type = std::string(kind.content_type), .immutable = has_hash(name)};
  file.etag = crypto::sha256(bytes).hex().substr(0, 32);
  if (kind.text) {
    if (auto packed = gzip(bytes, 9); packed && packed->size() < bytes.size()) {
      file.packed = std::make_shared<const std::string>(*std::move(packed));
    }
  }
  file.bytes = std::make_shared<const std::string>(std::move(bytes));
  return file;
}

Result<StaticFiles> StaticFiles::load(const std::filesystem::path& folder,
                                      StaticFilesOptions options) {
  namespace fs = std::filesystem;
  auto files = std::make_shared<Files>();
  std::uint64_t left = options.most_bytes;
  std::error_code failed;
  fs::recursive_directory_iterator entry(folder, failed);
  for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    std::error_code unknown;
    if (entry->is_symlink(unknown) || !entry->is_regular_file(unknown)) {
      continue;
    }
    const std::string name = "/" + entry->path().lexically_relative(folder).generic_string();
    if (files->size() == options.most_files) {
      return Error(ErrorCode::NotSupported,
                   "the web folder has more than " + std::to_string(options.most_files) + " files")
          .at(folder.string());
    }
    OSLER_TRY(File file, load_file(entry->path(), name, left));
    left -= file.bytes->size();
    files->emplace(name, std::move(file));
  }
  if (failed) {
    return file_error(failed.value(), "read it", folder);
  }
  if (!files->contains("/index.html")) {
    return Error(ErrorCode::NotFound, "the web folder has no index.html")
        .at(folder.string())
        .hint("build the web application first");
  }
  return StaticFiles(std::move(files), std::move(options));
}

Response StaticFiles::answer(const File& file) const {
  Response made{.content_type = file.content_type,
                .shared_body = file.bytes,
                .gzip_body = file.packed,
                .etag = file.etag};
  made.headers.emplace_back("Cache-Control",
                            file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  made.headers.emplace_back("Content-Security-Policy", options_->content_security_policy);
  return made;
}

Response StaticFiles::respond(const Request& request) const {
  const std::string_view asked = request.path;
  const std::string_view path = asked == "/" ? "/index.html" : asked;
  if (const auto found = files_->find(path); found != files_->end()) {
    return answer(found->second);
  }
  const auto below = [&](const std::string& prefix) {
    return path.starts_with(prefix) || std::string(path) + "/" == prefix;
  };
  if (looks_like_file(path) || std::ranges::any_of(options_->not_pages, below)) {
    return not_found();
  }
  return answer(files_->find("/index.html")->second);
}

Route StaticFiles::route() const {
  return {.method = Method::Get,
          .pattern = "/{path...}",
          .id = "web",
          .summary = "The web application's files.",
          .access = std::string(kPublic),
          .inline_ = true,
          .response_type = "*/*",
          .handler = [files = *this](const Request& request) { return files.respond(request); }};
}

}  // namespace osler::serve::http
