#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>

#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "workflow/doctor/internal/checks.h"

namespace osler::workflow::doctor::internal {
namespace {

namespace fs = std::filesystem;

constexpr double kGigabyte = 1e9;

// The folder itself, or where it will be made.
fs::path existing(fs::path path) {
  std::error_code error;
  path = fs::absolute(path, error);
  while (!fs::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path;
}

Check space(const Room& bytes) {
  const std::string said = human_bytes(static_cast<std::uint64_t>(bytes.free)) + " free of " +
                           human_bytes(static_cast<std::uint64_t>(bytes.total));
  const std::string advice =
      "make room, or move the home to a larger disk: when it is full nothing more is taken in";
  const State state = judge_space(bytes);
  return {.name = "disk", .state = state, .said = said, .advice = state == State::Ok ? "" : advice};
}

Check inodes(const Room& room) {
  if (room.total <= 0.0) {
    return ok("inodes", "as many as there is room for");
  }
  const State state = judge_inodes(room);
  return {.name = "inodes",
          .state = state,
          .said = with_thousands(static_cast<std::int64_t>(room.free)) + " free of " +
                  with_thousands(static_cast<std::int64_t>(room.total)),
          .advice = state == State::Ok ? ""
                                       : "a film takes two files: remove others, or make the file "
                                         "system again with more inodes"};
}

}  // namespace

State judge_space(const Room& bytes) {
  if (bytes.free < kGigabyte || bytes.free < 0.01 * bytes.total) {
    return State::Act;
  }
  return bytes.free < 10 * kGigabyte || bytes.free < 0.05 * bytes.total ? State::Watch : State::Ok;
}

State judge_inodes(const Room& inodes) {
  if (inodes.free < 1'000 || inodes.free < 0.01 * inodes.total) {
    return State::Act;
  }
  return inodes.free < 100'000 || inodes.free < 0.05 * inodes.total ? State::Watch : State::Ok;
}

// Magic numbers of statfs(2).
FileSystem file_system(long type) {
  struct Known {
    unsigned type;
    const char* name;
  };
  constexpr std::array kLocal{Known{0xEF53, "ext4"}, Known{0x58465342, "XFS"},
                              Known{0x9123683E, "btrfs"}, Known{0x2FC12FC1, "ZFS"},
                              Known{0xF2F52010, "f2fs"}};
  constexpr std::array kRemote{Known{0x6969, "NFS"},      Known{0xFF534D42, "CIFS"},
                               Known{0xFE534D42, "SMB"},  Known{0x01021997, "9p"},
                               Known{0x00C36400, "Ceph"}, Known{0x65735546, "FUSE"}};
  const auto number = static_cast<unsigned>(type);
  const auto is = [&](const Known& known) { return known.type == number; };
  if (const auto* found = std::ranges::find_if(kLocal, is); found != kLocal.end()) {
    return {.name = found->name, .state = State::Ok, .advice = {}};
  }
  if (const auto* found = std::ranges::find_if(kRemote, is); found != kRemote.end()) {
    return {.name = found->name,
            .state = State::Act,
            .advice =
                "locks and syncs of the database cannot be relied on there: put the home on "
                "a local disk, and let osler backup write to the share"};
  }
  if (number == 0x01021994 || number == 0x858458F6) {
    return {.name = "memory (tmpfs)",
            .state = State::Act,
            .advice = "it is gone with the next start: put the home on a disk"};
  }
  if (number == 0x794C7630) {
    return {.name = "a container's layer (overlay)",
            .state = State::Act,
            .advice = "it is gone with the container: mount a volume for the home"};
  }
  std::array<char, 16> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%X", number);
  return {.name = std::string("of an unknown kind, ") + hex.data(),
          .state = State::Watch,
          .advice = "osler is tried on ext4, XFS and btrfs"};
}

void look_at_disk(const fs::path& home, std::vector<Check>& checks) {
  const fs::path place = existing(home);
  struct statfs kind{};
  struct statvfs room{};
  if (::statfs(place.c_str(), &kind) != 0 || ::statvfs(place.c_str(), &room) != 0) {
    checks.push_back(act("disk", "the file system of the home cannot be asked",
                         "check the path and its permissions"));
    return;
  }
  const auto found = file_system(static_cast<long>(kind.f_type));
  checks.push_back({.name = "filesystem",
                    .state = found.state,
                    .said = "the home lies on " + found.name,
                    .advice = found.advice});
  const auto unit = static_cast<double>(room.f_frsize);
  checks.push_back(space({.free = static_cast<double>(room.f_bavail) * unit,
                          .total = static_cast<double>(room.f_blocks) * unit}));
  checks.push_back(inodes(
      {.free = static_cast<double>(room.f_favail), .total = static_cast<double>(room.f_files)}));
  if ((room.f_flag & ST_RDONLY) != 0) {
    checks.push_back(act("writable", "the file system is mounted for reading only",
                         "see dmesg: a disk that fails is often remounted so"));
  }
}

}  // namespace osler::workflow::doctor::internal
