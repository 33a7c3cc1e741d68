#include "infer/package/internal/manifest.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace osler::infer::package {
namespace {

constexpr std::string_view kFormat = "osler-package/1";
constexpr std::array kNeeded{kCard, kGolden, kModel, kNetwork};

Error broken(std::string why) {
  return Error(ErrorCode::DataCorrupt, std::move(why)).at(std::string(kManifest));
}

Result<void> read_files(const Json& document, Manifest& manifest) {
  const auto files = document.find("files");
  if (files == document.end() || !files->is_object()) {
    return broken("the manifest lists no files");
  }
  for (const auto& [name, entry] : files->items()) {
    if (name != kNovelty && name != kAtlas && std::ranges::find(kNeeded, name) == kNeeded.end()) {
      return broken("the manifest lists a file that no package has");
    }
    const auto digest = entry.is_string()
                            ? crypto::Digest::from_hex(entry.get_ref<const std::string&>())
                            : std::nullopt;
    if (!digest) {
      return broken("the manifest gives " + name + " no SHA-256");
    }
    manifest.files.emplace(name, *digest);
  }
  for (const auto name : kNeeded) {
    if (!manifest.files.contains(std::string(name))) {
      return broken("the manifest does not list " + std::string(name));
    }
  }
  return {};
}

}  // namespace

bool is_package_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '.' && name.front() != '-' &&
         std::ranges::all_of(name, allowed);
}

std::string to_text(const Manifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, digest] : manifest.files) {
    files[name] = digest.hex();
  }
  return pretty_json({{"format", kFormat},
                      {"name", manifest.name},
                      {"version", manifest.version},
                      {"files", std::move(files)}});
}

Result<Manifest> parse_manifest(std::string_view text) {
  OSLER_TRY(const Json document, parse_json(text, kManifest, {.bytes = 1 << 20, .depth = 8}));
  if (!document.is_object() || document.size() != 4) {
    return broken("the manifest has other members than format, name, version and files");
  }
  OSLER_TRY(const std::string format, json_string(document, "format"));
  if (format != kFormat) {
    return broken("the manifest is not of the format " + std::string(kFormat));
  }
  Manifest manifest;
  OSLER_TRY(manifest.name, json_string(document, "name"));
  OSLER_TRY(manifest.version, json_integer(document, "version"));
  if (!is_package_name(manifest.name) || manifest.version < 1) {
    return broken("the manifest has no proper name and version");
  }
  OSLER_TRY_DO(read_files(document, manifest));
  return manifest;
}

}  // namespace osler::infer::package
