#include "workflow/backup/internal/snapshot.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace osler::workflow::backup::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "osler-backup/1";
constexpr std::uint64_t kMostManifest = std::uint64_t{256} << 20;
// 140 bytes an object: a list of 30 million.
constexpr std::uint64_t kMostSums = std::uint64_t{4} << 30;
constexpr std::size_t kHexDigits = 64;

Json to_json(const Snapshot& snapshot, const crypto::Digest& sums, const Bytes& signer) {
  return {{"format", kFormat},
          {"osler", snapshot.osler},
          {"sqlite", storage::Database::engine_version()},
          {"schema", snapshot.schema},
          {"started", snapshot.started},
          {"ended", snapshot.ended},
          {"home", snapshot.home},
          {"signer", to_hex(signer)},
          {"audit",
           {{"size", snapshot.head.head.size},
            {"root", snapshot.head.head.root.hex()},
            {"signature", to_hex(snapshot.head.signature)}}},
          {"objects", snapshot.objects},
          {"object_bytes", snapshot.object_bytes},
          {"files", snapshot.files},
          {"file_bytes", snapshot.file_bytes},
          {"damaged", snapshot.damaged},
          {"sums", sums.hex()}};
}

Result<crypto::Digest> digest_at(const Json& json, std::string_view key) {
  OSLER_TRY(const std::string text, json_string(json, key));
  const auto digest = crypto::Digest::from_hex(text);
  if (!digest) {
    return Error(ErrorCode::DataCorrupt, "\"" + std::string(key) + "\" is no digest");
  }
  return *digest;
}

Result<std::uint64_t> count_at(const Json& json, std::string_view key) {
  OSLER_TRY(const auto number, json_integer(json, key));
  if (number < 0) {
    return Error(ErrorCode::DataCorrupt, "\"" + std::string(key) + "\" is less than nothing");
  }
  return static_cast<std::uint64_t>(number);
}

Result<std::vector<std::string>> texts_at(const Json& json, std::string_view key) {
  const auto list = json.find(key);
  if (list == json.end() || !list->is_array()) {
    return Error(ErrorCode::DataCorrupt, "no list \"" + std::string(key) + "\"");
  }
  std::vector<std::string> texts;
  for (const auto& entry : *list) {
    if (!entry.is_string()) {
      return Error(ErrorCode::DataCorrupt, "\"" + std::string(key) + "\" holds other than text");
    }
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

Result<Snapshot> from_json(const Json& json) {
  OSLER_TRY(const std::string format, json_string(json, "format"));
  if (format != kFormat) {
    return Error(ErrorCode::NotSupported, "this backup has another format than " +
                                              std::string(kFormat) + ": a newer osler wrote it")
        .hint("restore it with the osler that made it, or a newer one");
  }
  Snapshot snapshot;
  OSLER_TRY(snapshot.osler, json_string(json, "osler"));
  OSLER_TRY(snapshot.started, json_string(json, "started"));
  OSLER_TRY(snapshot.ended, json_string(json, "ended"));
  OSLER_TRY(snapshot.home, json_string(json, "home"));
  OSLER_TRY(snapshot.schema, texts_at(json, "schema"));
  OSLER_TRY(snapshot.damaged, texts_at(json, "damaged"));
  OSLER_TRY(snapshot.objects, count_at(json, "objects"));
  OSLER_TRY(snapshot.object_bytes, count_at(json, "object_bytes"));
  OSLER_TRY(snapshot.files, count_at(json, "files"));
  OSLER_TRY(snapshot.file_bytes, count_at(json, "file_bytes"));
  const auto audit = json.find("audit");
  if (audit == json.end() || !audit->is_object()) {
    return Error(ErrorCode::DataCorrupt, "no object \"audit\"");
  }
  OSLER_TRY(snapshot.head.head.size, count_at(*audit, "size"));
  OSLER_TRY(snapshot.head.head.root, digest_at(*audit, "root"));
  OSLER_TRY(const std::string signature, json_string(*audit, "signature"));
  OSLER_TRY(snapshot.head.signature, from_hex(signature));
  return snapshot;
}

std::string object_path(const std::string& hex) {
  return std::string(kObjects) + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::string file_prefix(std::string_view name) {
  return std::string(kSnapshots) + "/" + std::string(name) + "/home/";
}

// A path in a home as a list may give it: it leads nowhere else.
bool stays_inside(std::string_view path) {
  return !path.empty() && path.front() != '/' &&
         std::ranges::none_of(split(path, '/'), [](const std::string& part) {
           return part.empty() || part == "." || part == "..";
         });
}

Error bad_list(const fs::path& path, std::size_t line) {
  return Error(ErrorCode::DataCorrupt,
               "line " + std::to_string(line) + " of the list of files is not as osler writes it")
      .at(path.string());
}

// "<digest>  <path>", sorted, each once.
Result<void> parse_sums(std::string_view text, const fs::path& path, Opened& opened) {
  const std::string prefix = file_prefix(opened.snapshot.name);
  std::string_view before;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || end < kHexDigits + 3 ||
        text.substr(kHexDigits, 2) != "  ") {
      return bad_list(path, number);
    }
    const auto digest = crypto::Digest::from_hex(text.substr(0, kHexDigits));
    const std::string_view name = text.substr(kHexDigits + 2, end - kHexDigits - 2);
    if (!digest || name <= before) {
      return bad_list(path, number);
    }
    if (name == object_path(digest->hex())) {
      opened.objects.push_back(*digest);
    } else if (name.starts_with(prefix) && stays_inside(name.substr(prefix.size()))) {
      opened.files.push_back({.digest = *digest, .path = std::string(name.substr(prefix.size()))});
    } else {
      return bad_list(path, number);
    }
    before = name;
    text.remove_prefix(end + 1);
  }
  return {};
}

// The manifest after its signature. The signature finds damage: who could change the manifest could
// as well take the signing key, which lies beside it.
Result<Json> read_manifest(const fs::path& folder, crypto::Digest& digest) {
  const fs::path path = folder / kManifest;
  OSLER_TRY(const std::string text, read_text(path, kMostManifest));
  OSLER_TRY(const std::string signature_text, read_text(folder / kSignature, 4096));
  digest = crypto::sha256(text);
  auto parsed = parse_json(text, path.string());
  if (!parsed) {
    return changed(path, "is not the JSON that it was");
  }
  Json json = *std::move(parsed);
  const auto named = json_string(json, "signer");
  const auto signer = from_hex(named ? *named : std::string());
  const auto signature = from_hex(trim(signature_text));
  if (!signature || signature_text != to_hex(*signature) + "\n") {
    return changed(folder / kSignature, "is no signature");
  }
  if (!signer || !crypto::verify(*signer, as_bytes(text), *signature)) {
    return changed(path, "does not fit its signature");
  }
  return json;
}

}  // namespace

Error changed(const fs::path& path, std::string_view what) {
  return Error(ErrorCode::DataCorrupt, "the backup is damaged: this file " + std::string(what))
      .at(path.string())
      .hint(
          "use another snapshot (osler restore --snapshot) or another copy of the backup; nothing "
          "was restored");
}

std::vector<std::string> names(const fs::path& backup) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(backup / kSnapshots, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && entry.is_directory(error)) {
      found.push_back(name);
    }
  }
  std::ranges::sort(found);
  return found;
}

Result<Opened> open(const fs::path& backup, const std::string& name) {
  const auto all = names(backup);
  if (all.empty()) {
    return Error(ErrorCode::NotFound, "there is no whole snapshot of a backup here")
        .at(backup.string())
        .hint("name the folder that osler backup was given");
  }
  if (!name.empty() && std::ranges::find(all, name) == all.end()) {
    const auto near = nearest(name, all);
    return Error(ErrorCode::NotFound, "this backup has no snapshot \"" + name + "\"")
        .at(backup.string())
        .hint(near ? "write " + *near : "the newest is " + all.back());
  }
  Opened opened;
  const std::string chosen = name.empty() ? all.back() : name;
  opened.folder = backup / kSnapshots / chosen;
  crypto::Digest manifest;
  auto json = read_manifest(opened.folder, manifest);
  if (!json && json.error().code == ErrorCode::NotFound) {
    return changed(json.error().where, "is missing");
  }
  if (!json) {
    return std::move(json).error();
  }
  auto snapshot = from_json(*json);
  if (!snapshot) {
    return std::move(snapshot).error().at((opened.folder / kManifest).string());
  }
  opened.snapshot = *std::move(snapshot);
  opened.snapshot.name = chosen;
  opened.snapshot.manifest = manifest;
  const fs::path sums = opened.folder / kSums;
  auto text = read_text(sums, kMostSums);
  if (!text && text.error().code == ErrorCode::NotFound) {
    return changed(sums, "is missing");
  }
  if (!text) {
    return std::move(text).error();
  }
  OSLER_TRY(const auto listed, digest_at(*json, "sums"));
  if (crypto::sha256(*text) != listed) {
    return changed(sums, "is not the one that the manifest names");
  }
  OSLER_TRY_DO(parse_sums(*text, sums, opened));
  return opened;
}

Result<void> write(const fs::path& folder, std::span<const Line> files,
                   std::span<const crypto::Digest> objects, Snapshot& snapshot, const Key& key) {
  const std::string prefix = file_prefix(snapshot.name);
  std::string text;
  for (const auto& object : objects) {
    const std::string hex = object.hex();
    text += hex + "  " + object_path(hex) + "\n";
  }
  for (const auto& line : files) {
    text += line.digest.hex() + "  " + prefix + line.path + "\n";
  }
  OSLER_TRY_DO(write_file(folder / kSums, text));
  const std::string manifest = pretty_json(to_json(snapshot, crypto::sha256(text), key.public_key));
  OSLER_TRY(const Bytes signature, crypto::sign(key.private_key, as_bytes(manifest)));
  OSLER_TRY_DO(write_file(folder / kSignature, to_hex(signature) + "\n"));
  OSLER_TRY_DO(write_file(folder / kManifest, manifest));
  snapshot.manifest = crypto::sha256(manifest);
  return {};
}

Result<std::vector<crypto::Digest>> named_objects(storage::Database& database) {
  constexpr std::pair<std::string_view, std::string_view> kColumns[] = {
      {"originals", "SELECT digest FROM originals"},
      {"research", "SELECT digest FROM research"},
      {"receipt_items", "SELECT DISTINCT digest FROM receipt_items WHERE digest IS NOT NULL"},
      {"dataset_versions", "SELECT digest FROM dataset_versions"}};
  std::vector<crypto::Digest> digests;
  for (const auto& [table, sql] : kColumns) {
    OSLER_TRY(const auto exists,
              database.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                               {std::string(table)}));
    if (!exists) {
      continue;
    }
    OSLER_TRY(auto rows, database.prepare(sql));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      OSLER_TRY(const auto digest, rows.digest(0));
      digests.push_back(digest);
    }
  }
  std::ranges::sort(digests);
  const auto repeated = std::ranges::unique(digests);
  digests.erase(repeated.begin(), repeated.end());
  return digests;
}

}  // namespace osler::workflow::backup::internal
