#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arrays/npy.h"
#include "base/check.h"

namespace osler::arrays {
namespace {

Error cannot_map(const std::filesystem::path& path) {
  const ErrorCode code = errno == ENOENT   ? ErrorCode::NotFound
                         : errno == EACCES ? ErrorCode::PermissionDenied
                                           : ErrorCode::Unavailable;
  return Error(code, "cannot read it: " + std::generic_category().message(errno)).at(path.string());
}

Result<void> check_layout(const NpyHeader& header, std::size_t length,
                          const std::filesystem::path& path) {
  if (header.type != Type::F32) {
    return Error(ErrorCode::NotSupported,
                 "holds " + std::string(to_string(header.type)) + ", only float32 is mapped")
        .at(path.string());
  }
  const std::size_t wanted = element_count(header.shape).value_or(0) * sizeof(float);
  if (length - header.data_offset != wanted || header.shape.empty()) {
    return Error(ErrorCode::DataCorrupt, "its size does not fit its shape; cut off?")
        .at(path.string());
  }
  if (header.data_offset % alignof(float) != 0) {
    return Error(ErrorCode::NotSupported, "its data does not begin at a multiple of 4")
        .at(path.string());
  }
  return {};
}

}  // namespace

Result<MappedNpy> MappedNpy::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return cannot_map(path);
  }
  struct stat facts{};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) {
    ::close(file);
    return Error(ErrorCode::DataCorrupt, "not a file, or empty").at(path.string());
  }
  const auto length = static_cast<std::size_t>(facts.st_size);
  void* start = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  if (start == MAP_FAILED) {
    return cannot_map(path);
  }
  MappedNpy mapped;
  mapped.start_ = static_cast<const std::byte*>(start);
  mapped.length_ = length;
  OSLER_TRY(mapped.header_, parse_npy_header({mapped.start_, length}, path.string()));
  OSLER_TRY_DO(check_layout(mapped.header_, length, path));
  return mapped;
}

MappedNpy::MappedNpy(MappedNpy&& other) noexcept
    : header_(std::move(other.header_)),
      start_(std::exchange(other.start_, nullptr)),
      length_(std::exchange(other.length_, 0)) {}

MappedNpy& MappedNpy::operator=(MappedNpy&& other) noexcept {
  std::swap(header_, other.header_);
  std::swap(start_, other.start_);
  std::swap(length_, other.length_);
  return *this;
}

MappedNpy::~MappedNpy() {
  if (start_ != nullptr) {
    ::munmap(const_cast<std::byte*>(start_), length_);
  }
}

std::size_t MappedNpy::rows() const {
  return header_.shape.front();
}

std::size_t MappedNpy::row_size() const {
  return element_count(std::span(header_.shape).subspan(1)).value_or(0);
}

std::span<const float> MappedNpy::values() const {
  // Aligned: mappings begin at a page, and the offset was checked.
  const auto* first = reinterpret_cast<const float*>(start_ + header_.data_offset);
  return {first, rows() * row_size()};
}

std::span<const float> MappedNpy::row(std::size_t index) const {
  OSLER_CHECK(index < rows());
  return values().subspan(index * row_size(), row_size());
}

}  // namespace osler::arrays
