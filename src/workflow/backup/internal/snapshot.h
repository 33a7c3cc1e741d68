#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "storage/database/database.h"
#include "workflow/backup/backup.h"

namespace osler::workflow::backup::internal {

inline constexpr std::string_view kSnapshots = "snapshots";
inline constexpr std::string_view kObjects = "objects";
inline constexpr std::string_view kSums = "SHA256SUMS";
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kSignature = "manifest.sig";
// The start of the name of a snapshot that is not whole yet.
inline constexpr std::string_view kUnfinished = ".part-";

// One file of a snapshot.
struct Line {
  crypto::Digest digest;
  std::string path;  // in the home: "keys/audit.key"; of an object: empty
};

// A snapshot whose manifest and list were read and fit each other.
struct Opened {
  Snapshot snapshot;
  std::filesystem::path folder;         // snapshots/NAME
  std::vector<Line> files;              // sorted by path
  std::vector<crypto::Digest> objects;  // sorted
};

// The snapshots of a backup that have a name, oldest first.
[[nodiscard]] std::vector<std::string> names(const std::filesystem::path& backup);
// NotFound, DataCorrupt and NotSupported as for check(). Reads no file but manifest and list.
[[nodiscard]] Result<Opened> open(const std::filesystem::path& backup, const std::string& name);

// Writes list, manifest and signature into `folder`, which will become snapshots/NAME; completes
// the snapshot with the manifest's digest.
struct Key {
  const Bytes& private_key;
  const Bytes& public_key;
};
[[nodiscard]] Result<void> write(const std::filesystem::path& folder, std::span<const Line> files,
                                 std::span<const crypto::Digest> objects, Snapshot& snapshot,
                                 const Key& key);

// The objects that rows name, sorted.
[[nodiscard]] Result<std::vector<crypto::Digest>> named_objects(storage::Database& database);

// "the backup is damaged: this file <what>".
[[nodiscard]] Error changed(const std::filesystem::path& path, std::string_view what);

}  // namespace osler::workflow::backup::internal
