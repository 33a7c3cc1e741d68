#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::workflow::backup::internal {

struct Summed {
  crypto::Digest digest;
  std::uint64_t size = 0;
};

// SHA-256 of a file, read in pieces.
[[nodiscard]] Result<Summed> sum_file(const std::filesystem::path& path);
// Copies in pieces into a new file of mode 0600; durable only after sync_all(). The sum is of what
// was written.
[[nodiscard]] Result<Summed> copy_file(const std::filesystem::path& from,
                                       const std::filesystem::path& to);
// mkdir -p with mode 0700 for those that it makes.
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& path);
// Everything written to the file system of this folder so far survives a power cut.
[[nodiscard]] Result<void> sync_all(const std::filesystem::path& folder);

// The files of a home that a backup copies one by one: all but the database, its objects, what is
// made again (cache/) and what belongs to a moment (spool/, locks, temporaries, names with a dot
// first).
struct HomeFiles {
  std::vector<std::string> files;     // paths in the home, sorted
  std::vector<std::string> left_out;  // neither files nor folders, or with names that no list holds
};
[[nodiscard]] Result<HomeFiles> list_home(const std::filesystem::path& home);

// The first entry that stands in a folder, but for a file system's own lost+found; empty: none.
[[nodiscard]] std::string first_entry(const std::filesystem::path& folder);

}  // namespace osler::workflow::backup::internal
