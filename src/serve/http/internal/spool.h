#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace osler::serve::http {

// An owned file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = -1;
};

// Writes all of it. Errors as write_file(); `path` is for them.
[[nodiscard]] Result<void> write_all(const Descriptor& file, std::string_view bytes,
                                     const std::filesystem::path& path);

// A request's body on its way into a file, which only this user may read (mode 0600). Removed
// unless finish() gives it away, and then with the last holder of its name.
class Spool {
 public:
  // Unavailable: the folder's disk has less room than `expected` bytes, or is full; others as
  // write_file().
  [[nodiscard]] static Result<std::unique_ptr<Spool>> create(const std::filesystem::path& folder,
                                                             std::string_view request_id,
                                                             std::uint64_t expected);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  [[nodiscard]] Result<void> append(std::string_view bytes);
  [[nodiscard]] std::shared_ptr<const std::filesystem::path> finish();

 private:
  Spool(std::filesystem::path path, Descriptor file);
  std::shared_ptr<const std::filesystem::path> path_;
  Descriptor file_;
};

// Removes bodies that a killed process left behind. PermissionDenied, Unavailable: the folder
// cannot be made or read.
[[nodiscard]] Result<void> clear_spool(const std::filesystem::path& folder);

// A file to be sent. NotFound: it is none. Its size is taken once: what is appended later is not
// sent.
struct OpenFile {
  Descriptor descriptor;
  std::uint64_t size = 0;
};
[[nodiscard]] Result<OpenFile> open_for_sending(const std::filesystem::path& path);
// Up to `most` bytes from `offset`; nothing where the file cannot be read or has ended too early.
[[nodiscard]] std::optional<std::string> read_piece(const OpenFile& file, std::uint64_t offset,
                                                    std::size_t most);

}  // namespace osler::serve::http
