#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "workflow/backup/backup.h"
#include "workflow/backup/internal/files.h"
#include "workflow/backup/internal/snapshot.h"
#include "workflow/models.h"

namespace osler::workflow::backup {
namespace {

namespace fs = std::filesystem;
using internal::Opened;

constexpr std::size_t kBatchBytes = std::size_t{32} << 20;
constexpr std::string_view kWorkingName = ".restoring";

Error missing_or(Error error, const fs::path& path) {
  return error.code == ErrorCode::NotFound ? internal::changed(path, "is missing")
                                           : std::move(error);
}

fs::path object_path(const fs::path& folder, const crypto::Digest& digest) {
  const std::string hex = digest.hex();
  return folder / internal::kObjects / hex.substr(0, 2) / hex.substr(2);
}

// A list that holds other files than the snapshot would leave some behind.
Result<void> compare_counts(const Opened& opened) {
  const auto there = internal::list_home(opened.folder / "home");
  OSLER_TRY(const auto found, there);
  for (const auto& path : found.files) {
    if (!std::ranges::binary_search(opened.files, path, {}, &internal::Line::path)) {
      return internal::changed(opened.folder / "home" / path, "is not in the list of its snapshot");
    }
  }
  if (opened.files.size() != opened.snapshot.files ||
      opened.objects.size() != opened.snapshot.objects) {
    return internal::changed(opened.folder / internal::kSums, "has not as many lines as it should");
  }
  return {};
}

// Calls `take` for each piece of work with the step's progress around it.
template <typename Items, typename Take>
Result<void> each(std::string_view step, const Items& items, Progress& progress, Take take) {
  progress.begin(step, items.size());
  std::uint64_t done = 0;
  for (const auto& item : items) {
    OSLER_TRY_DO(take(item));
    progress.at(++done, "");
  }
  progress.end(with_thousands(static_cast<std::int64_t>(items.size())) + ", all as listed");
  return {};
}

Result<void> compare(const fs::path& path, const Result<internal::Summed>& summed,
                     const crypto::Digest& listed) {
  if (!summed) {
    return missing_or(summed.error(), path);
  }
  if (summed->digest != listed) {
    return internal::changed(path, "has changed");
  }
  return {};
}

// Where a home is put together before it gets its name: beside it, or inside it where it is a disk
// of its own or its parent is not ours to write.
class Site {
 public:
  static Result<Site> claim(const fs::path& home);
  Site(Site&& other) noexcept
      : home_(std::move(other.home_)),
        work_(std::exchange(other.work_, fs::path())),
        inside_(other.inside_) {}
  Site& operator=(Site&&) = delete;
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site() {
    std::error_code ignored;
    if (!work_.empty()) {
      fs::remove_all(work_, ignored);
    }
  }
  [[nodiscard]] const fs::path& work() const { return work_; }
  // Gives it its name.
  Result<void> place();

 private:
  Site(fs::path home, fs::path work, bool inside)
      : home_(std::move(home)), work_(std::move(work)), inside_(inside) {}
  fs::path home_;
  fs::path work_;
  bool inside_;
};

bool on_one_disk(const fs::path& left, const fs::path& right) {
  struct stat a{};
  struct stat b{};
  return ::stat(left.c_str(), &a) == 0 && ::stat(right.c_str(), &b) == 0 && a.st_dev == b.st_dev;
}

Result<Site> Site::claim(const fs::path& given) {
  std::error_code error;
  fs::path home = fs::absolute(given, error).lexically_normal();
  if (home.filename().empty()) {
    home = home.parent_path();
  }
  const fs::path parent = home.parent_path();
  const bool exists = fs::exists(home, error);
  const std::string entry = exists ? internal::first_entry(home) : std::string();
  fs::path work = parent / (home.filename().string() + std::string(kWorkingName));
  if (entry == kWorkingName || fs::exists(work, error)) {
    return Error(ErrorCode::FailedPrecondition,
                 "another restore into this home is at work, or was stopped")
        .at((entry == kWorkingName ? home / entry : work).string())
        .hint("if none is at work, remove this folder and run the same command again");
  }
  if (exists && (!fs::is_directory(home, error) || !entry.empty())) {
    return Error(ErrorCode::FailedPrecondition, "a home is restored into an empty place only")
        .at(home.string())
        .hint("name another --home, or move what is there away first");
  }
  OSLER_TRY_DO(internal::make_private_folder(parent));
  const bool inside = exists && (fs::is_symlink(home, error) || !on_one_disk(home, parent) ||
                                 ::access(parent.c_str(), W_OK) != 0);
  if (inside) {
    work = home / kWorkingName;
  }
  OSLER_TRY_DO(internal::make_private_folder(work));
  return Site(home, work, inside);
}

Result<void> Site::place() {
  OSLER_TRY_DO(internal::sync_all(work_));
  if (!inside_) {
    std::error_code ignored;
    fs::remove(home_, ignored);  // empty
    if (::rename(work_.c_str(), home_.c_str()) != 0) {
      return file_error(errno, "name the home", home_);
    }
    work_.clear();
    return sync_folder(home_.parent_path());
  }
  // The database last: before it is there, nothing takes this for a home with films.
  std::vector<fs::path> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(work_, error)) {
    if (entry.path().filename() != "osler.db") {
      entries.push_back(entry.path());
    }
  }
  entries.push_back(work_ / "osler.db");
  for (const auto& entry : entries) {
    if (::rename(entry.c_str(), (home_ / entry.filename()).c_str()) != 0) {
      return file_error(errno, "move it into the home", entry);
    }
  }
  ::chmod(home_.c_str(), 0700);
  return sync_folder(home_);
}

// Copies objects, made durable in batches.
class ObjectCopier {
 public:
  ObjectCopier(fs::path folder, storage::objects::Store& store)
      : folder_(std::move(folder)), batch_(store) {}

  Result<void> copy(const crypto::Digest& digest) {
    const fs::path path = object_path(folder_, digest);
    auto bytes = read_file(path);
    if (!bytes) {
      return missing_or(std::move(bytes).error(), path);
    }
    OSLER_TRY(const auto copied, batch_.add(*bytes));
    if (copied != digest) {
      return internal::changed(path, "has changed");
    }
    waiting_ += bytes->size();
    return waiting_ >= kBatchBytes ? finish() : Result<void>();
  }
  Result<void> finish() {
    waiting_ = 0;
    return batch_.commit();
  }

 private:
  fs::path folder_;
  storage::objects::Batch batch_;
  std::uint64_t waiting_ = 0;
};

Result<void> copy_objects(const fs::path& folder, const Opened& opened, const fs::path& home,
                          Progress& progress) {
  OSLER_TRY(auto store, storage::objects::Store::open(home / "objects"));
  ObjectCopier copier(folder, store);
  OSLER_TRY_DO(each("objects", opened.objects, progress,
                    [&](const crypto::Digest& digest) { return copier.copy(digest); }));
  return copier.finish();
}

// What the hashes cannot say: that the parts belong together.
Result<void> verify_home(const Opened& opened, const fs::path& folder, const Clock& clock) {
  const Snapshot& snapshot = opened.snapshot;
  OSLER_TRY(auto home, Home::open(folder, clock));
  OSLER_TRY_DO(home.database().check());
  OSLER_TRY(const auto verified, home.audit().verify(snapshot.head));
  if (verified.head != snapshot.head.head || to_hex(home.audit().public_key()) != snapshot.home) {
    return Error(ErrorCode::DataCorrupt,
                 "the audit log of this backup does not end at the head in its manifest")
        .hint("use another snapshot; keep this one as it is, and tell whoever is responsible");
  }
  OSLER_TRY_DO(verify_registry(home));
  const auto known = [&](const std::string& what) {
    return std::ranges::find(snapshot.damaged, what) != snapshot.damaged.end();
  };
  OSLER_TRY(const auto named, internal::named_objects(home.database()));
  for (const auto& digest : named) {
    if (!home.objects().contains(digest) && !known(digest.hex())) {
      return Error(ErrorCode::DataCorrupt, "the backup lacks an object that its database names")
          .at(digest.hex())
          .hint("use another snapshot");
    }
  }
  OSLER_TRY(const auto models, list_models(home));
  std::error_code error;
  for (const auto& model : models) {
    if (!fs::exists(model.folder / "manifest.json", error) &&
        !known("models/" + model.name + "/" + std::to_string(model.version))) {
      return Error(ErrorCode::DataCorrupt, "the backup lacks the package of a registered model")
          .at(model.reference())
          .hint("use another snapshot");
    }
  }
  return home.record("restore", {{"snapshot", snapshot.name},
                                 {"manifest", snapshot.manifest.hex()},
                                 {"records", std::to_string(snapshot.head.head.size)}});
}

}  // namespace

Result<Snapshot> check(const fs::path& folder, const std::string& name, Progress& progress) {
  OSLER_TRY(const Opened opened, internal::open(folder, name));
  OSLER_TRY_DO(compare_counts(opened));
  OSLER_TRY_DO(each("files", opened.files, progress, [&](const internal::Line& line) {
    const fs::path path = opened.folder / "home" / line.path;
    return compare(path, internal::sum_file(path), line.digest);
  }));
  OSLER_TRY_DO(each("objects", opened.objects, progress, [&](const crypto::Digest& digest) {
    const fs::path path = object_path(folder, digest);
    return compare(path, internal::sum_file(path), digest);
  }));
  return opened.snapshot;
}

Result<Snapshot> restore(const fs::path& folder, const std::string& name, const fs::path& home,
                         const Clock& clock, Progress& progress) {
  OSLER_TRY(const Opened opened, internal::open(folder, name));
  OSLER_TRY_DO(compare_counts(opened));
  OSLER_TRY(auto site, Site::claim(home));
  OSLER_TRY_DO(each("files", opened.files, progress, [&](const internal::Line& line) {
    const fs::path path = opened.folder / "home" / line.path;
    return compare(path, internal::copy_file(path, site.work() / line.path), line.digest);
  }));
  OSLER_TRY_DO(copy_objects(folder, opened, site.work(), progress));
  progress.begin("verify", 0);
  OSLER_TRY_DO(verify_home(opened, site.work(), clock));
  OSLER_TRY_DO(site.place());
  progress.end("database, audit log, registry and objects belong together");
  return opened.snapshot;
}

}  // namespace osler::workflow::backup
