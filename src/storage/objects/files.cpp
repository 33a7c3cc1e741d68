#include "storage/objects/internal/files.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace osler::storage::objects {

namespace fs = std::filesystem;

File::~File() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Error last_error(const std::string& what, const fs::path& path) {
  return file_error(errno, what, path);
}

Result<void> write_all(const File& file, BytesView bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return last_error("write it", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<File> open_folder(const fs::path& path) {
  File folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) {
    return last_error("open it", path);
  }
  return folder;
}

fs::path Store::State::path(const crypto::Digest& digest) const {
  const std::string hex = digest.hex();
  return folder / hex.substr(0, 2) / hex.substr(2);
}

bool Store::State::holds(const crypto::Digest& digest, std::uint64_t size) const {
  struct stat facts{};
  return ::stat(path(digest).c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         static_cast<std::uint64_t>(facts.st_size) == size;
}

Result<std::pair<fs::path, File>> Store::State::write_temporary(BytesView bytes) {
  const fs::path temporary = folder / "tmp" /
                             (std::to_string(::getpid()) + "-" + std::to_string(next_temporary++) +
                              "-" + to_hex(crypto::random_bytes(4)));
  File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
  if (!file.is_open()) {
    return last_error("write it", temporary);
  }
  if (auto written = write_all(file, bytes, folder); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error();
  }
  return std::pair(temporary, std::move(file));
}

}  // namespace osler::storage::objects
