#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"

namespace osler {

// The whole file, at most `max_bytes` of it.
// NotFound: no such file. PermissionDenied: unreadable. NotSupported: larger than `max_bytes` or
// not a regular file. The message names the path.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path,
                                      std::uint64_t max_bytes = std::uint64_t{1} << 32);
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path,
                                            std::uint64_t max_bytes = std::uint64_t{1} << 28);

// Writes beside the target, makes the bytes durable (fdatasync), renames, and syncs the folder:
// after a crash there is the old file or the whole new one. Makes missing parent folders.
// Unavailable: disk full. PermissionDenied: not writable. Nothing is left behind on failure.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, BytesView bytes);
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view text);

// What a failed call on `path` means for a user: `number` is its errno, `verb` what was tried, as
// in "write it". The codes are those named above, and Unavailable for all else.
[[nodiscard]] Error file_error(int number, std::string_view verb,
                               const std::filesystem::path& path);

// Makes what a folder lists durable: a rename into it survives a power cut only from here on.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& path);

// mkdir -p, as an Error where it cannot be.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path);

// A fresh folder under the system's temporary folder, removed with all it holds at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace osler
