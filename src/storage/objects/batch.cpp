#include <cerrno>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "storage/objects/internal/files.h"
#include "storage/objects/store.h"

namespace osler::storage::objects {
namespace {

namespace fs = std::filesystem;

// Up to so many objects are synced one by one; beyond, the whole file system at once, which costs
// about the same however many they are (measured on ext4: 256 objects in 0.1 s against 3 s).
// syncfs() reports write-back errors since Linux 5.8.
constexpr std::size_t kSyncedSingly = 2;

}  // namespace

struct Batch::Pending {
  fs::path temporary;  // empty: the object was there already
  File file;           // open only for the first few, which may be synced singly
};

Batch::Batch(Store& store) : store_(&store) {}

Batch::~Batch() {
  drop();
}

void Batch::drop() {
  for (const auto& [digest, pending] : pending_) {
    if (!pending.temporary.empty()) {
      ::unlink(pending.temporary.c_str());
    }
  }
  pending_.clear();
}

Result<crypto::Digest> Batch::add(BytesView bytes) {
  const crypto::Digest digest = crypto::sha256(bytes);
  Store::State& state = *store_->state_;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.contains(digest)) {
      return digest;
    }
  }
  Pending pending;
  if (!state.holds(digest, bytes.size())) {
    OSLER_TRY(auto written, state.write_temporary(bytes));
    pending = {std::move(written.first), std::move(written.second)};
  }
  const std::lock_guard lock(mutex_);
  if (pending_.size() >= kSyncedSingly) {
    pending.file = File();
  }
  const fs::path temporary = pending.temporary;
  if (!pending_.emplace(digest, std::move(pending)).second && !temporary.empty()) {
    ::unlink(temporary.c_str());  // another thread added the same bytes meanwhile
  }
  return digest;
}

// The bytes first, then the names: an object that is found is whole. An object that was there
// already may have been named a moment ago by a process that died before syncing, so its folder is
// synced as well.
Result<void> Batch::commit() {
  const std::lock_guard lock(mutex_);
  if (pending_.empty()) {
    return {};
  }
  Store::State& state = *store_->state_;
  const std::lock_guard syncing(state.sync_mutex);
  auto result = make_durable();
  if (!result) {
    drop();
  }
  pending_.clear();
  return result;
}

Result<void> Batch::make_durable() {
  Store::State& state = *store_->state_;
  if (state.sync_failed) {
    return Error(ErrorCode::Unavailable,
                 "an earlier write did not reach the disk; nothing more is "
                 "taken")
        .at(state.folder.string())
        .hint("check the disk (dmesg), then start again");
  }
  const bool all_at_once = pending_.size() > kSyncedSingly;
  const auto sync = [&](bool well) -> Result<void> {
    if (!well) {
      Error error = last_error("make it durable", state.folder);
      state.sync_failed = true;
      return error;
    }
    return {};
  };
  const auto sync_everything = [&] { return sync(::syncfs(state.root.get()) == 0); };
  if (all_at_once) {
    OSLER_TRY_DO(sync_everything());
  } else {
    for (const auto& [digest, pending] : pending_) {
      OSLER_TRY_DO(sync(!pending.file.is_open() || ::fdatasync(pending.file.get()) == 0));
    }
  }
  OSLER_TRY(const auto folders, name_all());
  if (all_at_once) {
    OSLER_TRY_DO(sync_everything());
  } else {
    for (const auto& folder : folders) {
      OSLER_TRY(const File open, open_folder(folder));
      OSLER_TRY_DO(sync(::fsync(open.get()) == 0));
      if (!state.durable_folders.contains(folder)) {
        OSLER_TRY_DO(sync(::fsync(state.root.get()) == 0));
      }
    }
  }
  state.durable_folders.insert(folders.begin(), folders.end());
  return {};
}

// Moves the temporaries to their places, whose folders come back.
Result<std::set<fs::path>> Batch::name_all() {
  std::set<fs::path> folders;
  for (auto& [digest, pending] : pending_) {
    const fs::path target = store_->state_->path(digest);
    const bool fresh = folders.insert(target.parent_path()).second;
    if (fresh && ::mkdir(target.parent_path().c_str(), 0700) != 0 && errno != EEXIST) {
      return last_error("make the folder", target.parent_path());
    }
    if (!pending.temporary.empty() && ::rename(pending.temporary.c_str(), target.c_str()) != 0) {
      return last_error("name the object", target);
    }
    pending.temporary.clear();
  }
  return folders;
}

}  // namespace osler::storage::objects
