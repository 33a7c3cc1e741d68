#include "base/archive.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include <zip.h>

#include "base/text.h"

namespace osler {
namespace {

namespace fs = std::filesystem;

// No deflate stream inflates to more (RFC 1951: 258 bytes from 2 bits, and a little).
constexpr std::uint64_t kDeflateAtMost = 1040;

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
using Zip = std::unique_ptr<zip_t, CloseZip>;

struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Member = std::unique_ptr<zip_file_t, CloseMember>;

Error archive_error(int code, const std::string& name) {
  switch (code) {
    case ZIP_ER_NOENT:
      return Error(ErrorCode::NotFound, "there is no such file").at(name);
    case ZIP_ER_OPEN:
      return Error(ErrorCode::PermissionDenied, "the archive cannot be opened for reading")
          .at(name)
          .hint("give this user the right to read it");
    case ZIP_ER_NOZIP:
      return Error(ErrorCode::DataCorrupt, "not a zip archive, or cut off").at(name);
    case ZIP_ER_CRC:
      return Error(ErrorCode::DataCorrupt, "the checksum does not fit the bytes").at(name);
    case ZIP_ER_MULTIDISK:
      return Error(ErrorCode::NotSupported, "an archive in several parts").at(name);
    default:
      return Error(ErrorCode::DataCorrupt, "the zip archive is broken")
          .at(name)
          .hint("fetch it again; unzip -t says more");
  }
}

bool climbs(std::string_view name) {
  return std::ranges::any_of(split(name, '/'),
                             [](const std::string& part) { return part == ".."; });
}

bool is_absolute(std::string_view name) {
  const bool drive = name.size() > 1 && name[1] == ':';
  return name.starts_with('/') || drive;
}

bool is_link(zip_t* zip, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(zip, index, 0, &system, &attributes) != 0 ||
      system != ZIP_OPSYS_UNIX) {
    return false;
  }
  constexpr zip_uint32_t kTypeMask = 0170000;
  constexpr zip_uint32_t kLink = 0120000;
  return ((attributes >> 16) & kTypeMask) == kLink;
}

bool inflates_too_much(std::uint64_t size, std::uint64_t stored, const ArchiveLimits& limits) {
  return size >= limits.ratio_from &&
         static_cast<double>(size) > limits.ratio * static_cast<double>(std::max(stored, 1UL));
}

// Why a member may not be read, or nothing.
std::string refusal(zip_t* zip, const zip_stat_t& facts, std::string name, std::uint64_t archive,
                    const ArchiveLimits& limits) {
  std::ranges::replace(name, '\\', '/');
  const auto control = [](char letter) { return static_cast<unsigned char>(letter) < 0x20; };
  if (name.empty() || std::ranges::any_of(name, control)) {
    return "its name is empty or holds control characters";
  }
  if (is_absolute(name) || climbs(name)) {
    return "its path leads out of the archive";
  }
  if (is_link(zip, facts.index)) {
    return "it is a link";
  }
  if (facts.encryption_method != ZIP_EM_NONE) {
    return "it is encrypted";
  }
  if (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE) {
    return "its compression method is not supported (only stored and deflated are)";
  }
  if (facts.size > limits.member_bytes) {
    return "it would inflate to " + human_bytes(facts.size) + ", the limit is " +
           human_bytes(limits.member_bytes);
  }
  if (facts.comp_size > archive) {
    return "it claims more bytes than the archive has";
  }
  if (inflates_too_much(facts.size, facts.comp_size, limits)) {
    return "it would inflate more than " + std::to_string(static_cast<long>(limits.ratio)) +
           " times";
  }
  return {};
}

}  // namespace

struct Archive::Handle {
  Bytes memory;  // keeps the bytes alive where the archive is not a file; outlives `zip`
  Zip zip;
  std::uint64_t bytes = 0;  // of the archive itself
};

Archive::Archive(std::unique_ptr<Handle> handle, std::string name, const ArchiveLimits& limits)
    : handle_(std::move(handle)), name_(std::move(name)), limits_(limits) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::open(const fs::path& path, const ArchiveLimits& limits) {
  auto handle = std::make_unique<Handle>();
  std::error_code failure;
  handle->bytes = fs::file_size(path, failure);
  int code = 0;
  handle->zip.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!handle->zip) {
    return archive_error(code, path.string());
  }
  Archive archive(std::move(handle), path.string(), limits);
  OSLER_TRY_DO(archive.list());
  return archive;
}

Result<Archive> Archive::from_memory(Bytes bytes, std::string name, const ArchiveLimits& limits) {
  auto handle = std::make_unique<Handle>();
  handle->memory = std::move(bytes);
  handle->bytes = handle->memory.size();
  zip_error_t code;
  zip_error_init(&code);
  zip_source_t* source =
      zip_source_buffer_create(handle->memory.data(), handle->memory.size(), 0, &code);
  if (source == nullptr) {
    return Error(ErrorCode::Unavailable, "out of memory").at(name);
  }
  handle->zip.reset(zip_open_from_source(source, ZIP_RDONLY, &code));
  if (!handle->zip) {
    zip_source_free(source);
    return archive_error(zip_error_code_zip(&code), name);
  }
  Archive archive(std::move(handle), std::move(name), limits);
  OSLER_TRY_DO(archive.list());
  return archive;
}

bool Archive::looks_like_one(BytesView start) {
  const std::string_view text = as_text(start);
  return text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06");
}

Result<void> Archive::list() {
  zip_t* zip = handle_->zip.get();
  const auto count = static_cast<std::uint64_t>(zip_get_num_entries(zip, 0));
  if (count > limits_.members) {
    return Error(ErrorCode::NotSupported, "holds " + std::to_string(count) +
                                              " members, the limit is " +
                                              std::to_string(limits_.members))
        .at(name_);
  }
  members_.reserve(count);
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    zip_stat_t facts;
    zip_stat_init(&facts);
    if (zip_stat_index(zip, i, 0, &facts) != 0) {
      return archive_error(zip_error_code_zip(zip_get_error(zip)), name_);
    }
    ArchiveMember member{.name = facts.name != nullptr ? facts.name : "",
                         .size = facts.size,
                         .folder = false,
                         .refused = {}};
    member.folder = member.name.ends_with('/');
    member.refused = refusal(zip, facts, member.name, handle_->bytes, limits_);
    if (member.refused.empty()) {
      total += facts.size;  // at most members times member_bytes
    }
    members_.push_back(std::move(member));
  }
  if (total > limits_.total_bytes || inflates_too_much(total, handle_->bytes, limits_)) {
    return Error(ErrorCode::NotSupported,
                 "would inflate from " + human_bytes(handle_->bytes) + " to " + human_bytes(total))
        .at(name_)
        .hint("unpack it by hand if it is to be trusted, and give the folder");
  }
  return {};
}

const ArchiveMember* Archive::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &ArchiveMember::name);
  return found == members_.end() ? nullptr : &*found;
}

Result<Bytes> Archive::read(std::size_t index) const {
  if (index >= members_.size()) {
    return Error(ErrorCode::NotFound, "the archive has no such member").at(name_);
  }
  const ArchiveMember& facts = members_[index];
  const std::string place = name_ + "!" + facts.name;
  if (!facts.refused.empty()) {
    return Error(ErrorCode::NotSupported, "this member is refused: " + facts.refused).at(place);
  }
  zip_t* zip = handle_->zip.get();
  const Member member(zip_fopen_index(zip, index, 0));
  if (!member) {
    return archive_error(zip_error_code_zip(zip_get_error(zip)), place);
  }
  // The stated size may lie: no more is asked of the memory than the archive could inflate to.
  Bytes bytes(std::min(facts.size, handle_->bytes * kDeflateAtMost));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const zip_int64_t got = zip_fread(member.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0) {
      return archive_error(zip_error_code_zip(zip_file_get_error(member.get())), place);
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  // One byte more makes libzip see the end, where it compares the checksum.
  std::byte beyond{};
  const zip_int64_t more = zip_fread(member.get(), &beyond, 1);
  if (more < 0) {
    return archive_error(zip_error_code_zip(zip_file_get_error(member.get())), place);
  }
  if (more != 0 || done != facts.size) {
    return Error(ErrorCode::DataCorrupt, "inflates to another size than the archive states")
        .at(place);
  }
  return bytes;
}

Result<Bytes> Archive::read(std::string_view name) const {
  const ArchiveMember* found = find(name);
  if (found == nullptr) {
    return Error(ErrorCode::NotFound, "the archive has no member \"" + std::string(name) + "\"")
        .at(name_);
  }
  return read(static_cast<std::size_t>(found - members_.data()));
}

namespace {

Error cannot_build(const std::string& why) {
  return Error(ErrorCode::Unavailable, "cannot build a zip archive: " + why);
}

Result<void> add_entry(zip_t* zip, const ArchiveEntry& entry) {
  zip_source_t* source = zip_source_buffer(zip, entry.bytes.data(), entry.bytes.size(), 0);
  if (source == nullptr) {
    return cannot_build(zip_strerror(zip));
  }
  const zip_int64_t index = zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return cannot_build(zip_strerror(zip));
  }
  constexpr zip_uint16_t kMidnight = 0;
  constexpr zip_uint16_t kFirstOf1980 = 0x21;  // the earliest date that the format knows
  if (zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(zip, static_cast<zip_uint64_t>(index), kMidnight, kFirstOf1980, 0) !=
          0) {
    return cannot_build(zip_strerror(zip));
  }
  return {};
}

struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;

Result<Bytes> contents(zip_source_t* source) {
  zip_stat_t facts;
  zip_stat_init(&facts);
  if (zip_source_stat(source, &facts) != 0 || zip_source_open(source) != 0) {
    return cannot_build("its bytes cannot be read back");
  }
  Bytes bytes(facts.size);
  const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got < 0 || static_cast<std::size_t>(got) != bytes.size()) {
    return cannot_build("its bytes cannot be read back");
  }
  return bytes;
}

}  // namespace

Result<Bytes> stored_archive(const std::vector<ArchiveEntry>& entries) {
  std::set<std::string_view> names;
  for (const auto& entry : entries) {
    if (entry.name.empty() || !names.insert(entry.name).second) {
      return Error(ErrorCode::InvalidArgument, "an archive member's name is empty or given twice");
    }
  }
  zip_error_t code;
  zip_error_init(&code);
  const Source source(zip_source_buffer_create(nullptr, 0, 0, &code));
  if (!source) {
    return cannot_build("out of memory");
  }
  Zip zip(zip_open_from_source(source.get(), ZIP_TRUNCATE, &code));
  if (!zip) {
    return cannot_build("out of memory");
  }
  zip_source_keep(source.get());
  for (const auto& entry : entries) {
    OSLER_TRY_DO(add_entry(zip.get(), entry));
  }
  if (entries.empty()) {
    return Error(ErrorCode::InvalidArgument, "an archive needs at least one member");
  }
  if (zip_close(zip.get()) != 0) {
    return cannot_build(zip_strerror(zip.get()));
  }
  std::ignore = zip.release();
  return contents(source.get());
}

}  // namespace osler
