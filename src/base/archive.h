#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler {

// What an archive from outside may cost us. Checked before a byte is inflated, and again while
// inflating, because the sizes in a zip directory can lie.
struct ArchiveLimits {
  std::uint64_t members = 1'000'000;
  std::uint64_t member_bytes = std::uint64_t{2} << 30;   // one member, inflated
  std::uint64_t total_bytes = std::uint64_t{256} << 30;  // all members, inflated
  // Inflated over stored size, of a member or of the whole archive; looked at only from
  // `ratio_from` bytes on, because a blank film honestly shrinks a thousandfold.
  double ratio = 200.0;
  std::uint64_t ratio_from = std::uint64_t{64} << 20;
};

struct ArchiveMember {
  std::string name;        // as stored, UTF-8
  std::uint64_t size = 0;  // inflated, as the archive states it
  bool folder = false;     // nothing to read
  std::string refused;     // why read() will not give it; empty: it may be read
};

// A zip archive, read in place: nothing is ever unpacked to the disk. Not callable from several
// threads at once.
class Archive {
 public:
  // NotFound, PermissionDenied: the file. DataCorrupt: not a zip archive, or its directory is
  // broken. NotSupported: more members or bytes than the limits allow (a "bomb").
  [[nodiscard]] static Result<Archive> open(const std::filesystem::path& path,
                                            const ArchiveLimits& limits = {});
  // The same from memory; `name` stands in errors.
  [[nodiscard]] static Result<Archive> from_memory(Bytes bytes, std::string name,
                                                   const ArchiveLimits& limits = {});
  // Whether the bytes begin like a zip archive.
  [[nodiscard]] static bool looks_like_one(BytesView start);

  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive();

  // Every entry in stored order, those that will be refused too, so that each can be accounted for.
  [[nodiscard]] const std::vector<ArchiveMember>& members() const { return members_; }
  // The first entry of that name.
  [[nodiscard]] const ArchiveMember* find(std::string_view name) const;

  // The member's bytes, inflated; its checksum has been compared.
  // NotSupported: encrypted, a link, a path that is absolute or holds "..", an unknown compression
  // method, too large or inflated too much. DataCorrupt: broken or larger than stated.
  [[nodiscard]] Result<Bytes> read(std::size_t index) const;
  // NotFound: no such member.
  [[nodiscard]] Result<Bytes> read(std::string_view name) const;

 private:
  struct Handle;
  Archive(std::unique_ptr<Handle> handle, std::string name, const ArchiveLimits& limits);
  [[nodiscard]] Result<void> list();

  std::unique_ptr<Handle> handle_;
  std::string name_;
  ArchiveLimits limits_;
  std::vector<ArchiveMember> members_;
};

// A zip archive whose members are stored as they are, in the order given, without times: the same
// members give the same bytes.
struct ArchiveEntry {
  std::string name;
  BytesView bytes;
};
// InvalidArgument: no entries, or a name twice or empty. Unavailable: out of memory.
[[nodiscard]] Result<Bytes> stored_archive(const std::vector<ArchiveEntry>& entries);

}  // namespace osler
