#include "base/file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

namespace osler {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Result<Bytes> read_all(int fd, std::size_t size, const fs::path& path) {
  Bytes bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd, bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error(errno, "read it", path);
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> write_all(int fd, BytesView bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return file_error(errno, "write it", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> write_durably(const fs::path& temporary, BytesView bytes) {
  const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (fd.get() < 0) {
    return file_error(errno, "write it", temporary);
  }
  OSLER_TRY_DO(write_all(fd.get(), bytes, temporary));
  if (::fdatasync(fd.get()) != 0) {
    return file_error(errno, "make it durable", temporary);
  }
  return {};
}

}  // namespace

Error file_error(int number, std::string_view verb, const fs::path& path) {
  const std::string what = std::string("cannot ") + std::string(verb);
  const std::string why = std::generic_category().message(number);
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Error(ErrorCode::NotFound, "there is no such file or folder")
          .at(path.string())
          .hint("check the path");
    case EACCES:
    case EPERM:
    case EROFS:
      return Error(ErrorCode::PermissionDenied, what + ": " + why)
          .at(path.string())
          .hint("give this user the right to it, or choose another place");
    case ENOSPC:
    case EDQUOT:
      return Error(ErrorCode::Unavailable, "the disk is full; nothing was changed")
          .at(path.string())
          .hint("make room and run the same command again");
    case EFBIG:
      return Error(ErrorCode::Unavailable, what + ": larger than a file may be here")
          .at(path.string())
          .hint("raise the limit (ulimit -f), or choose another place");
    default:
      return Error(ErrorCode::Unavailable, what + ": " + why)
          .at(path.string())
          .hint("check the disk (dmesg), then run the same command again");
  }
}

Result<Bytes> read_file(const fs::path& path, std::uint64_t max_bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    return file_error(errno, "read it", path);
  }
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) {
    return file_error(errno, "read it", path);
  }
  if (!S_ISREG(facts.st_mode)) {
    return Error(ErrorCode::NotSupported, "not a regular file")
        .at(path.string())
        .hint("name a file, not a folder or a device");
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size > max_bytes) {
    return Error(ErrorCode::NotSupported,
                 "larger than the limit of " + std::to_string(max_bytes) + " bytes")
        .at(path.string())
        .hint("check that it is the right file");
  }
  return read_all(fd.get(), size, path);
}

Result<std::string> read_text(const fs::path& path, std::uint64_t max_bytes) {
  OSLER_TRY(const Bytes bytes, read_file(path, max_bytes));
  return std::string(as_text(bytes));
}

Result<void> write_file(const fs::path& path, BytesView bytes) {
  if (path.has_parent_path()) {
    OSLER_TRY_DO(make_folder(path.parent_path()));
  }
  fs::path temporary = path;
  temporary += ".part-" + std::to_string(::getpid());
  if (auto written = write_durably(temporary, bytes); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error();
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return file_error(number, "write it", path);
  }
  return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Result<void> write_file(const fs::path& path, std::string_view text) {
  return write_file(path, as_bytes(text));
}

Result<void> sync_folder(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) {
    return file_error(errno, "make it durable", path);
  }
  return {};
}

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return file_error(error.value(), "make the folder", path);
  }
  return {};
}

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "osler-XXXXXX").string();
  OSLER_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

}  // namespace osler
