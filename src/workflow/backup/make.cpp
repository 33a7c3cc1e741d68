#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/text.h"
#include "base/version.h"
#include "deploy/registry/registry.h"
#include "workflow/backup/backup.h"
#include "workflow/backup/internal/files.h"
#include "workflow/backup/internal/snapshot.h"

namespace osler::workflow::backup {
namespace {

namespace fs = std::filesystem;
using internal::Line;

constexpr std::chrono::seconds kPatience(2);
constexpr std::size_t kBatchBytes = std::size_t{32} << 20;

constexpr std::string_view kReadme =
    "This folder is a backup of an osler home, made by osler backup. It holds the home's keys and\n"
    "its patients' films: keep it as you keep the home itself, encrypted where it leaves the "
    "house.\n"
    "\n"
    "  osler restore FOLDER --check         reads all of it and compares every file\n"
    "  osler restore FOLDER --home NEW      makes a home of the newest snapshot\n"
    "  sha256sum -c snapshots/*/SHA256SUMS  the same comparison without osler, in this folder\n";

// Where a path would lie, links resolved as far as it exists.
fs::path real(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? path : found;
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
  const auto [end, rest] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

// A folder that is ours to write into: absent, empty, or a backup of this very home.
Result<void> claim(const fs::path& folder, const Home& home) {
  const fs::path backup = real(folder);
  const fs::path source = real(home.folder());
  if (lies_in(backup, source) || lies_in(source, backup)) {
    return Error(ErrorCode::FailedPrecondition, "a backup does not lie in its home, nor around it")
        .at(folder.string())
        .hint("name a folder on another disk");
  }
  std::error_code error;
  const bool is_backup = fs::is_directory(folder / internal::kSnapshots, error) &&
                         fs::is_regular_file(folder / "README.txt", error);
  if (!is_backup && fs::is_directory(folder, error) && !internal::first_entry(folder).empty()) {
    return Error(ErrorCode::FailedPrecondition, "this folder holds something else than a backup")
        .at(folder.string())
        .hint("name a folder of its own; osler makes it");
  }
  OSLER_TRY_DO(internal::make_private_folder(folder / internal::kSnapshots));
  if (!is_backup) {
    OSLER_TRY_DO(write_file(folder / "README.txt", kReadme));
  }
  return {};
}

// What an earlier snapshot holds, by path; empty where there is none that can be read.
struct Earlier {
  fs::path folder;
  std::map<std::string, crypto::Digest> files;
};

Result<Earlier> earlier(const fs::path& folder, const Home& home, const std::string& key) {
  Earlier found;
  if (internal::names(folder).empty()) {
    return found;
  }
  const auto opened = internal::open(folder, "");
  if (!opened) {
    return found;  // damaged: then nothing is taken from it
  }
  if (opened->snapshot.home != key) {
    return Error(ErrorCode::FailedPrecondition, "this is the backup of another home")
        .at(folder.string())
        .hint("give each home a folder of its own; this home is " + home.folder().string());
  }
  found.folder = opened->folder / "home";
  for (const auto& line : opened->files) {
    found.files.emplace(line.path, line.digest);
  }
  return found;
}

// One backup in the making.
class Maker {
 public:
  Maker(Home& home, const fs::path& folder, Progress& progress)
      : home_(home), folder_(folder), progress_(progress) {}

  Result<Made> run(const MakeOptions& options);

 private:
  Result<void> begin();
  Result<void> copy_file(const std::string& path);
  Result<void> copy_keys();
  Result<void> copy_database();
  Result<void> read_database(storage::Database& copy);
  Result<void> copy_objects();
  Result<void> copy_object(storage::objects::Batch& batch, const crypto::Digest& digest,
                           std::uint64_t size);
  Result<void> find_lost();
  Result<void> copy_rest();
  Result<void> finish();
  Result<void> drop_old(std::size_t keep);
  [[nodiscard]] fs::path work() const { return part_ / "home"; }

  Home& home_;
  fs::path folder_;
  Progress& progress_;
  fs::path part_;  // the snapshot under its working name
  Earlier earlier_;
  std::vector<Line> files_;
  std::vector<crypto::Digest> objects_;
  std::vector<crypto::Digest> named_;  // by rows of the copied database
  std::vector<std::string> models_;    // "models/NAME/1", as the copied registry knows them
  Made made_;
};

Result<void> Maker::begin() {
  OSLER_TRY(earlier_, earlier(folder_, home_, to_hex(home_.audit().public_key())));
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_ / internal::kSnapshots, ignored)) {
    if (entry.path().filename().string().starts_with(internal::kUnfinished)) {
      fs::remove_all(entry.path(), ignored);  // of a backup that was stopped
    }
  }
  Snapshot& snapshot = made_.snapshot;
  snapshot.started = to_rfc3339(home_.clock().now());
  snapshot.osler = version();
  snapshot.home = to_hex(home_.audit().public_key());
  std::string name = snapshot.started;
  std::ranges::replace(name, ':', '-');
  const auto taken = internal::names(folder_);
  snapshot.name = name;
  for (int n = 2; std::ranges::find(taken, snapshot.name) != taken.end(); ++n) {
    snapshot.name = name + "-" + std::to_string(n);
  }
  part_ = folder_ / internal::kSnapshots / (std::string(internal::kUnfinished) + snapshot.name);
  return internal::make_private_folder(work());
}

// A file that an earlier snapshot holds with the same bytes is linked to it, within the backup.
Result<void> Maker::copy_file(const std::string& path) {
  const fs::path from = home_.folder() / path;
  const fs::path to = work() / path;
  if (const auto before = earlier_.files.find(path); before != earlier_.files.end()) {
    OSLER_TRY(const auto summed, internal::sum_file(from));
    const fs::path kept = earlier_.folder / path;
    std::error_code error;
    OSLER_TRY_DO(internal::make_private_folder(to.parent_path()));
    if (summed.digest == before->second && fs::file_size(kept, error) == summed.size && !error &&
        ::link(kept.c_str(), to.c_str()) == 0) {
      files_.push_back({.digest = summed.digest, .path = path});
      made_.snapshot.file_bytes += summed.size;
      return {};
    }
  }
  OSLER_TRY(const auto copied, internal::copy_file(from, to));
  files_.push_back({.digest = copied.digest, .path = path});
  made_.snapshot.file_bytes += copied.size;
  made_.new_bytes += copied.size;
  return {};
}

// Before the database: the head that lies beside the audit key must not be newer than the copied
// log, or records would seem to be gone.
Result<void> Maker::copy_keys() {
  OSLER_TRY(const auto found, internal::list_home(home_.folder()));
  for (const auto& path : found.files) {
    if (path.starts_with("keys/")) {
      OSLER_TRY(const auto copied, internal::copy_file(home_.folder() / path, work() / path));
      made_.snapshot.file_bytes += copied.size;
    }
  }
  return {};
}

Result<void> Maker::copy_database() {
  progress_.begin("database", 0);
  progress_.at(0, "copying it as it stands");
  OSLER_TRY_DO(copy_keys());
  const fs::path path = work() / "osler.db";
  OSLER_TRY_DO(home_.database().copy_to(path));
  {
    progress_.at(0, "checking the copy and its audit log");
    OSLER_TRY(auto copy, storage::Database::open(path));
    OSLER_TRY_DO(read_database(copy));
  }
  ::unlink((path.string() + "-journal").c_str());
  OSLER_TRY(const auto summed, internal::sum_file(path));
  files_.push_back({.digest = summed.digest, .path = "osler.db"});
  made_.snapshot.file_bytes += summed.size;
  made_.new_bytes += summed.size;
  // Opening the log may have moved the head beside the key on, so keys are summed only now.
  OSLER_TRY(const auto kept, internal::list_home(work()));
  for (const auto& key : kept.files) {
    OSLER_TRY(const auto key_sum, internal::sum_file(work() / key));
    files_.push_back({.digest = key_sum.digest, .path = key});
  }
  progress_.end(human_bytes(summed.size) + ", whole; audit log of " +
                counted(static_cast<std::int64_t>(made_.snapshot.head.head.size), "record") +
                " verified");
  return {};
}

Result<void> Maker::read_database(storage::Database& copy) {
  OSLER_TRY_DO(copy.check());
  OSLER_TRY(auto audit,
            storage::audit::Log::open(copy, work() / "keys" / "audit.key", home_.clock()));
  OSLER_TRY_DO(audit.verify());
  OSLER_TRY(made_.snapshot.head, audit.head());
  OSLER_TRY(made_.snapshot.schema, copy.schema());
  OSLER_TRY(named_, internal::named_objects(copy));
  OSLER_TRY(auto registry, deploy::registry::Registry::open(copy, home_.clock()));
  OSLER_TRY_DO(registry.verify());
  OSLER_TRY(const auto models, registry.list());
  for (const auto& model : models) {
    models_.push_back("models/" + model.name + "/" + std::to_string(model.version));
  }
  return {};
}

Result<void> Maker::copy_object(storage::objects::Batch& batch, const crypto::Digest& digest,
                                std::uint64_t size) {
  auto bytes = home_.objects().read(digest, std::max<std::uint64_t>(size, 1));
  if (!bytes && bytes.error().code == ErrorCode::DataCorrupt) {
    made_.snapshot.damaged.push_back(digest.hex());
    return {};
  }
  if (!bytes) {
    return std::move(bytes).error();
  }
  OSLER_TRY_DO(batch.add(*bytes));
  objects_.push_back(digest);
  ++made_.new_objects;
  made_.new_bytes += bytes->size();
  made_.snapshot.object_bytes += bytes->size();
  return {};
}

Result<void> Maker::copy_objects() {
  OSLER_TRY(const auto all, home_.objects().list());
  OSLER_TRY(auto store, storage::objects::Store::open(folder_ / internal::kObjects));
  storage::objects::Batch batch(store);
  progress_.begin("objects", all.size());
  std::uint64_t waiting = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::error_code error;
    const auto size = fs::file_size(home_.objects().path(all[i]), error);
    if (error) {
      return file_error(error.value(), "read it", home_.objects().path(all[i]));
    }
    std::error_code absent;
    if (fs::file_size(store.path(all[i]), absent) == size && !absent) {
      objects_.push_back(all[i]);
      made_.snapshot.object_bytes += size;
    } else {
      OSLER_TRY_DO(copy_object(batch, all[i], size));
      waiting += size;
    }
    if (waiting >= kBatchBytes) {
      OSLER_TRY_DO(batch.commit());
      waiting = 0;
    }
    progress_.at(i + 1, with_thousands(static_cast<std::int64_t>(made_.new_objects)) + " new, " +
                            human_bytes(made_.new_bytes));
  }
  OSLER_TRY_DO(batch.commit());
  progress_.end(with_thousands(static_cast<std::int64_t>(objects_.size())) + ", of them " +
                with_thousands(static_cast<std::int64_t>(made_.new_objects)) + " new");
  return find_lost();
}

// What rows name and the home no longer has.
Result<void> Maker::find_lost() {
  std::vector<crypto::Digest> lost;
  std::ranges::set_difference(named_, objects_, std::back_inserter(lost));
  for (const auto& digest : lost) {
    if (std::ranges::find(made_.snapshot.damaged, digest.hex()) == made_.snapshot.damaged.end()) {
      made_.snapshot.damaged.push_back(digest.hex());
    }
  }
  return {};
}

Result<void> Maker::copy_rest() {
  OSLER_TRY(auto found, internal::list_home(home_.folder()));
  made_.left_out = std::move(found.left_out);
  progress_.begin("files", found.files.size());
  for (std::size_t i = 0; i < found.files.size(); ++i) {
    if (!found.files[i].starts_with("keys/")) {
      auto copied = copy_file(found.files[i]);
      if (!copied && copied.error().code == ErrorCode::NotFound) {
        ::unlink((work() / found.files[i]).c_str());  // it went away meanwhile
      } else if (!copied) {
        return copied;
      }
    }
    progress_.at(i + 1, "");
  }
  for (const auto& model : models_) {
    if (std::ranges::none_of(
            files_, [&](const Line& line) { return line.path == model + "/manifest.json"; })) {
      made_.snapshot.damaged.push_back(model);
    }
  }
  std::ranges::sort(files_, {}, &Line::path);
  progress_.end(with_thousands(static_cast<std::int64_t>(files_.size())) +
                " of database, keys, models, runs and settings");
  return {};
}

// The name comes when all is durable.
Result<void> Maker::finish() {
  Snapshot& snapshot = made_.snapshot;
  snapshot.objects = objects_.size();
  snapshot.files = files_.size();
  snapshot.ended = to_rfc3339(home_.clock().now());
  OSLER_TRY_DO(internal::sync_all(folder_));
  OSLER_TRY_DO(internal::write(part_, files_, objects_, snapshot,
                               {.private_key = home_.signing_key().private_key,
                                .public_key = home_.signing_key().public_key}));
  const fs::path snapshots = folder_ / internal::kSnapshots;
  if (::rename(part_.c_str(), (snapshots / snapshot.name).c_str()) != 0) {
    return file_error(errno, "name the snapshot", snapshots / snapshot.name);
  }
  return sync_folder(snapshots);
}

Result<void> Maker::drop_old(std::size_t keep) {
  auto all = internal::names(folder_);
  while (all.size() > std::max<std::size_t>(keep, 1)) {
    std::error_code error;
    fs::remove_all(folder_ / internal::kSnapshots / all.front(), error);
    if (error) {
      return file_error(error.value(), "remove the old snapshot",
                        folder_ / internal::kSnapshots / all.front());
    }
    made_.dropped.push_back(all.front());
    all.erase(all.begin());
  }
  made_.kept = all.size();
  return {};
}

Result<Made> Maker::run(const MakeOptions& options) {
  const Stopwatch watch;
  OSLER_TRY_DO(begin());
  OSLER_TRY_DO(copy_database());
  OSLER_TRY_DO(copy_objects());
  OSLER_TRY_DO(copy_rest());
  OSLER_TRY_DO(finish());
  const Snapshot& snapshot = made_.snapshot;
  OSLER_TRY_DO(home_.record("backup", {{"snapshot", snapshot.name},
                                       {"manifest", snapshot.manifest.hex()},
                                       {"records", std::to_string(snapshot.head.head.size)},
                                       {"objects", std::to_string(snapshot.objects)},
                                       {"files", std::to_string(snapshot.files)},
                                       {"damaged", std::to_string(snapshot.damaged.size())}}));
  OSLER_TRY_DO(drop_old(options.keep));
  made_.seconds = watch.seconds();
  return std::move(made_);
}

}  // namespace

Result<Made> make(Home& home, const fs::path& folder, const MakeOptions& options,
                  Progress& progress) {
  OSLER_TRY_DO(claim(folder, home));
  auto lock = FileLock::take(folder / "lock", kPatience);
  if (!lock && lock.error().code == ErrorCode::Unavailable) {
    return Error(ErrorCode::Unavailable, "another backup is at work in this folder")
        .at(folder.string())
        .hint("wait until it has ended, then run the same command again");
  }
  if (!lock) {
    return std::move(lock).error();
  }
  return Maker(home, folder, progress).run(options);
}

}  // namespace osler::workflow::backup
