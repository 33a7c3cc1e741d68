#pragma once

#include <chrono>
#include <filesystem>

#include "base/result.h"

namespace osler {

// A file that one process at a time has locked (flock(2)). The kernel lets go of it when the last
// process that holds the descriptor has ended, however it ended; the file itself stays.
class FileLock {
 public:
  // Makes the file, and its folder, where there is none. Who was killed a moment ago may still hold
  // it: `patience` is how long to wait.
  // Unavailable: another process holds it. Others as write_file().
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& path,
                                             std::chrono::milliseconds patience);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // For a child that must keep the lock as long as it lives (ChildProcess::Options::keep_open).
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace osler
