#include "workflow/backup/internal/files.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace osler::workflow::backup::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Hands the file on piece by piece. Not through a link: what it leads to is not the backup's.
Result<Summed> read_pieces(const fs::path& path,
                           const std::function<Result<void>(BytesView)>& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts{};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) {
    return file_error(errno, "read it", path);
  }
  if (!S_ISREG(facts.st_mode)) {
    return Error(ErrorCode::DataCorrupt, "not a regular file").at(path.string());
  }
  crypto::Sha256 sum;
  Summed summed;
  Bytes piece(kPiece);
  while (true) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error(errno, "read it", path);
    }
    if (got == 0) {
      break;
    }
    const BytesView bytes = BytesView(piece).first(static_cast<std::size_t>(got));
    sum.update(bytes);
    summed.size += bytes.size();
    OSLER_TRY_DO(take(bytes));
  }
  summed.digest = sum.finish();
  return summed;
}

bool is_of_a_moment(const std::string& name) {
  return name == "lock" || name.starts_with('.') || name.find(".part-") != std::string::npos ||
         name.ends_with("-journal");
}

// sha256sum's lists have a line a file.
bool fits_a_line(const std::string& name) {
  return std::ranges::none_of(name, [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == '\\' || letter == 0x7F;
  });
}

Result<void> walk(const fs::path& home, const std::string& below, HomeFiles& found) {
  std::error_code error;
  fs::directory_iterator entries(home / below, error);
  if (error == std::errc::no_such_file_or_directory && !below.empty()) {
    return {};  // of a run that has ended meanwhile
  }
  if (error) {
    return file_error(error.value(), "read the folder", home / below);
  }
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    const std::string path = below.empty() ? name : below + "/" + name;
    const bool at_top = below.empty();
    if (is_of_a_moment(name) || name == "lost+found" ||
        (at_top &&
         (name == "cache" || name == "spool" || name == "objects" || name == "osler.db"))) {
      continue;
    }
    // A folder of the home may lie on another disk by a link; links below that are not followed.
    const auto status = at_top ? entry.status(error) : entry.symlink_status(error);
    if (!error && fs::is_directory(status) && fits_a_line(name)) {
      OSLER_TRY_DO(walk(home, path, found));
    } else if (!error && fs::is_regular_file(status) && !entry.is_symlink(error) &&
               fits_a_line(name)) {
      found.files.push_back(path);
    } else if (!error && status.type() != fs::file_type::not_found) {
      found.left_out.push_back(path);
    }
  }
  return {};
}

}  // namespace

Result<Summed> sum_file(const fs::path& path) {
  return read_pieces(path, [](BytesView) { return Result<void>(); });
}

Result<Summed> copy_file(const fs::path& from, const fs::path& to) {
  OSLER_TRY_DO(make_private_folder(to.parent_path()));
  const Descriptor file(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return file_error(errno, "write it", to);
  }
  return read_pieces(from, [&](BytesView bytes) -> Result<void> {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) {
        continue;
      }
      if (put < 0) {
        return file_error(errno, "write it", to);
      }
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  });
}

Result<void> make_private_folder(const fs::path& path) {
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) {
    return {};
  }
  OSLER_TRY_DO(make_private_folder(path.parent_path()));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_error(errno, "make the folder", path);
  }
  return {};
}

Result<void> sync_all(const fs::path& folder) {
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.get() < 0 || ::syncfs(open.get()) != 0) {
    return file_error(errno, "make it durable", folder);
  }
  return {};
}

Result<HomeFiles> list_home(const fs::path& home) {
  HomeFiles found;
  OSLER_TRY_DO(walk(home, "", found));
  std::ranges::sort(found.files);
  std::ranges::sort(found.left_out);
  return found;
}

std::string first_entry(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename() != "lost+found") {
      return entry.path().filename().string();
    }
  }
  return {};
}

}  // namespace osler::workflow::backup::internal
