#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/error.h"
#include "base/result.h"

namespace osler::workflow::internal {

// One input as it lies on the disk: a file, or a member of an archive.
struct Source {
  std::string path;            // as the receipt shows it
  std::filesystem::path file;  // the file, or the archive that holds it
  std::uint64_t size = 0;
};

// All files below the paths, sorted within each path; links to folders are not followed.
// NotFound: a path does not exist. PermissionDenied: a folder cannot be read.
[[nodiscard]] Result<std::vector<Source>> list_sources(
    const std::vector<std::filesystem::path>& paths);

inline constexpr std::uint64_t kLargestInput = std::uint64_t{512} << 20;

// Whether the bytes begin as a PNG or JPEG file does, rather than as DICOM.
[[nodiscard]] bool is_picture(BytesView bytes);

// Gives each input of a source to `take` in order: the file itself, or each member of an archive.
// What cannot be read goes to `refuse` with its reason.
void open_source(const Source& source,
                 const std::function<void(std::string path, Bytes bytes)>& take,
                 const std::function<void(std::string path, const Error& error)>& refuse);

}  // namespace osler::workflow::internal
