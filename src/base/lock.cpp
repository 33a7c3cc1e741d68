#include "base/lock.h"

#include <cerrno>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

namespace osler {
namespace {

constexpr std::chrono::milliseconds kBetweenTries(10);

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path,
                                std::chrono::milliseconds patience) {
  if (path.has_parent_path()) {
    OSLER_TRY_DO(make_folder(path.parent_path()));
  }
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0) {
    return file_error(errno, "lock it", path);
  }
  const Stopwatch watch;
  while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return file_error(errno, "lock it", path);
    }
    if (std::chrono::duration<double>(watch.seconds()) >= patience) {
      return Error(ErrorCode::Unavailable, "another osler is at work here")
          .at(path.string())
          .hint("wait until it has ended, then run the same command again");
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

}  // namespace osler
