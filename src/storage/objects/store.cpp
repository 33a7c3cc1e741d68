#include "storage/objects/store.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/objects/internal/files.h"

namespace osler::storage::objects {
namespace {

namespace fs = std::filesystem;

Error changed(const fs::path& path) {
  return Error(ErrorCode::DataCorrupt, "this object's bytes are no longer those that were stored")
      .at(path.string())
      .hint("restore this one file from the backup; nothing else is affected");
}

// The folder for temporaries. Those for objects are made when the first object comes.
Result<void> make_temporaries(const fs::path& folder) {
  if (::mkdir((folder / "tmp").c_str(), 0700) != 0 && errno != EEXIST) {
    return last_error("make the folder", folder / "tmp");
  }
  return {};
}

// Whoever holds the lock alone removes what killed processes left; all then share it.
Result<File> take_lock(const fs::path& folder) {
  const fs::path path = folder / "lock";
  File lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open()) {
    return last_error("open it", path);
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
    std::error_code ignored;
    for (const auto& left : fs::directory_iterator(folder / "tmp", ignored)) {
      ::unlink(left.path().c_str());
    }
  }
  if (::flock(lock.get(), LOCK_SH) != 0) {
    return last_error("lock it", path);
  }
  return lock;
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const fs::path& folder) {
  OSLER_TRY_DO(make_folder(folder));
  auto state = std::make_unique<State>();
  state->folder = folder;
  OSLER_TRY(state->root, open_folder(folder));
  OSLER_TRY_DO(make_temporaries(folder));
  OSLER_TRY(state->lock, take_lock(folder));
  return Store(std::move(state));
}

Result<crypto::Digest> Store::put(BytesView bytes) {
  Batch batch(*this);
  OSLER_TRY(const auto digest, batch.add(bytes));
  OSLER_TRY_DO(batch.commit());
  return digest;
}

Result<std::vector<crypto::Digest>> Store::put_all(std::span<const BytesView> objects) {
  Batch batch(*this);
  std::vector<crypto::Digest> digests;
  digests.reserve(objects.size());
  for (const BytesView bytes : objects) {
    OSLER_TRY(const auto digest, batch.add(bytes));
    digests.push_back(digest);
  }
  OSLER_TRY_DO(batch.commit());
  return digests;
}

Result<Bytes> Store::read(const crypto::Digest& digest, std::uint64_t max_bytes) const {
  OSLER_TRY(auto bytes, read_file(path(digest), max_bytes));
  if (crypto::sha256(bytes) != digest) {
    return changed(path(digest));
  }
  return bytes;
}

bool Store::contains(const crypto::Digest& digest) const {
  struct stat facts{};
  return ::stat(path(digest).c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

Result<void> Store::verify(const crypto::Digest& digest) const {
  const fs::path path = this->path(digest);
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return last_error("read it", path);
  }
  crypto::Sha256 sum;
  Bytes piece(std::size_t{1} << 20);
  while (true) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return last_error("read it", path);
    }
    if (got == 0) {
      break;
    }
    sum.update(BytesView(piece).first(static_cast<std::size_t>(got)));
  }
  if (sum.finish() != digest) {
    return changed(path);
  }
  return {};
}

Result<std::vector<crypto::Digest>> Store::list() const {
  std::vector<crypto::Digest> digests;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(state_->folder, error)) {
    const std::string start = folder.path().filename().string();
    if (start.size() != 2) {
      continue;
    }
    for (const auto& entry : fs::directory_iterator(folder.path(), error)) {
      if (const auto digest = crypto::Digest::from_hex(start + entry.path().filename().string())) {
        digests.push_back(*digest);
      }
    }
    if (error) {
      return file_error(error.value(), "read the folder", folder.path());
    }
  }
  if (error) {
    return file_error(error.value(), "read the folder", state_->folder);
  }
  std::ranges::sort(digests);
  return digests;
}

fs::path Store::path(const crypto::Digest& digest) const {
  return state_->path(digest);
}

}  // namespace osler::storage::objects
