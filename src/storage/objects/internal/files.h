#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/crypto.h"
#include "base/result.h"
#include "storage/objects/store.h"

namespace osler::storage::objects {

// An open file, closed at the end.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

// The last failed call's errno as an error about `path`; `what` as file_error()'s verb.
[[nodiscard]] Error last_error(const std::string& what, const std::filesystem::path& path);
[[nodiscard]] Result<void> write_all(const File& file, BytesView bytes,
                                     const std::filesystem::path& path);
[[nodiscard]] Result<File> open_folder(const std::filesystem::path& path);

struct Store::State {
  std::filesystem::path folder;
  File root;  // of the folder; syncfs() on it reports what failed since it was opened
  File lock;  // shared while the store lives: who gets it alone may remove temporaries
  std::atomic<std::uint64_t> next_temporary = 0;
  std::mutex sync_mutex;
  bool sync_failed = false;  // guarded by sync_mutex, as is the next
  std::set<std::filesystem::path>
      durable_folders;  // ab/, cd/, …: synced since the store was opened

  [[nodiscard]] std::filesystem::path path(const crypto::Digest& digest) const;
  // There, and as long as it should be.
  [[nodiscard]] bool holds(const crypto::Digest& digest, std::uint64_t size) const;
  // The file lies in the folder for temporaries under a name of its own.
  [[nodiscard]] Result<std::pair<std::filesystem::path, File>> write_temporary(BytesView bytes);
};

}  // namespace osler::storage::objects
