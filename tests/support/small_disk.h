#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

namespace osler::test {

// A file system in memory of a size that can be changed, mounted where only this process and its
// children see it; gone with them.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") != 0) {
      why_not_ = std::string("nothing can be mounted here: ") + std::strerror(errno);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (why_not_.empty()) {
      ::umount2(folder_.c_str(), MNT_DETACH);
    }
  }

  // Empty: it is there.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  [[nodiscard]] bool resize(std::uint64_t bytes) const { return remount(bytes, 0); }
  [[nodiscard]] bool make_read_only() const { return remount(std::uint64_t{64} << 20, MS_RDONLY); }

  [[nodiscard]] std::uint64_t used() const {
    struct statvfs facts{};
    ::statvfs(folder_.c_str(), &facts);
    return (facts.f_blocks - facts.f_bfree) * facts.f_frsize;
  }

 private:
  [[nodiscard]] bool remount(std::uint64_t bytes, unsigned long flags) const {
    const std::string size = "size=" + std::to_string(bytes);
    return ::mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT | flags, size.c_str()) == 0;
  }

  std::filesystem::path folder_;
  std::string why_not_;
};

}  // namespace osler::test
