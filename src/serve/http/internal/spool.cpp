#include "serve/http/internal/spool.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace osler::serve::http {
namespace {

constexpr std::string_view kPrefix = "body-";
constexpr std::string_view kSuffix = ".part";

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

Result<void> write_all(const Descriptor& file, std::string_view bytes,
                       const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return file_error(errno, "write it", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Spool::Spool(std::filesystem::path path, Descriptor file)
    : path_(new std::filesystem::path(std::move(path)),
            [](const std::filesystem::path* held) {
              std::error_code ignored;
              std::filesystem::remove(*held, ignored);
              delete held;
            }),
      file_(std::move(file)) {}

Result<std::unique_ptr<Spool>> Spool::create(const std::filesystem::path& folder,
                                             std::string_view request_id, std::uint64_t expected) {
  static std::atomic<std::uint64_t> next{0};
  std::error_code failed;
  const auto room = std::filesystem::space(folder, failed);
  if (!failed && room.available < expected) {
    return Error(ErrorCode::Unavailable, "there is no room for a body of this size")
        .hint("free space where bodies are kept on their way in");
  }
  const auto path = folder / (std::string(kPrefix) + std::string(request_id) + "-" +
                              std::to_string(next.fetch_add(1)) + std::string(kSuffix));
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) {
    return file_error(errno, "write it", path);
  }
  return std::unique_ptr<Spool>(new Spool(path, std::move(file)));
}

Result<void> Spool::append(std::string_view bytes) {
  return write_all(file_, bytes, *path_);
}

std::shared_ptr<const std::filesystem::path> Spool::finish() {
  file_ = Descriptor();
  return std::move(path_);
}

Result<void> clear_spool(const std::filesystem::path& folder) {
  OSLER_TRY_DO(make_folder(folder));
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) {
      std::error_code ignored;
      std::filesystem::remove(entry->path(), ignored);
    }
  }
  return failed ? Result<void>(file_error(failed.value(), "read it", folder)) : Result<void>();
}

Result<OpenFile> open_for_sending(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts{};
  if (file.number() < 0) {
    return file_error(errno, "read it", path);
  }
  if (::fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Error(ErrorCode::NotFound, "what was to be sent is not a file");
  }
  return OpenFile{.descriptor = std::move(file), .size = static_cast<std::uint64_t>(facts.st_size)};
}

std::optional<std::string> read_piece(const OpenFile& file, std::uint64_t offset,
                                      std::size_t most) {
  std::string piece(std::min<std::uint64_t>(most, file.size - std::min(offset, file.size)), '\0');
  std::size_t have = 0;
  while (have < piece.size()) {
    const ssize_t got = ::pread(file.descriptor.number(), piece.data() + have, piece.size() - have,
                                static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return std::nullopt;
    }
    have += static_cast<std::size_t>(got);
  }
  return piece;
}

}  // namespace osler::serve::http
