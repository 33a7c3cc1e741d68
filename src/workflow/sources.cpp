#include "workflow/internal/sources.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/archive.h"
#include "base/file.h"

namespace osler::workflow::internal {
namespace {

namespace fs = std::filesystem;

Result<void> list_folder(const fs::path& folder, std::vector<Source>& sources) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::none, error);
  if (error) {
    return Error(ErrorCode::PermissionDenied, "the folder cannot be read: " + error.message())
        .at(folder.string())
        .hint("give this user the right to read it");
  }
  for (const fs::recursive_directory_iterator end; entries != end; entries.increment(error)) {
    std::error_code ignored;
    if (!entries->is_directory(ignored)) {
      sources.push_back(
          {.path = entries->path().string(),
           .file = entries->path(),
           .size = entries->is_regular_file(ignored) ? entries->file_size(ignored) : 0});
    }
  }
  if (error) {  // the iterator then stands at its end
    return Error(ErrorCode::PermissionDenied,
                 "a folder below it cannot be read: " + error.message())
        .at(folder.string())
        .hint("give this user the right to read it");
  }
  return {};
}

// The start of a file, to tell an archive without reading all of it.
bool is_archive(const fs::path& path) {
  const auto start = read_file(path, 4);
  if (start) {
    return Archive::looks_like_one(*start);
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                       &std::fclose);
  Bytes bytes(4);
  return file && std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() &&
         Archive::looks_like_one(bytes);
}

void open_archive(const Source& source, const std::function<void(std::string, Bytes)>& take,
                  const std::function<void(std::string, const Error&)>& refuse) {
  const auto archive = Archive::open(source.file);
  if (!archive) {
    refuse(source.path, archive.error());
    return;
  }
  const auto& members = archive->members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].folder) {
      continue;
    }
    std::string path = source.path + "!" + members[i].name;
    if (auto bytes = archive->read(i); bytes) {
      take(std::move(path), *std::move(bytes));
    } else {
      refuse(std::move(path), bytes.error());
    }
  }
}

}  // namespace

Result<std::vector<Source>> list_sources(const std::vector<fs::path>& paths) {
  std::vector<Source> sources;
  for (const auto& path : paths) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) {
      return file_error(ENOENT, "read it", path);
    }
    const std::size_t first = sources.size();
    if (fs::is_directory(status)) {
      OSLER_TRY_DO(list_folder(path, sources));
    } else {
      sources.push_back({.path = path.string(),
                         .file = path,
                         .size = fs::is_regular_file(status) ? fs::file_size(path, error) : 0});
    }
    std::sort(sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end(),
              [](const Source& a, const Source& b) { return a.path < b.path; });
  }
  if (sources.empty()) {
    return Error(ErrorCode::NotFound, "there is no file in it")
        .at(paths.empty() ? "" : paths.front().string())
        .hint("name the folder that holds the films");
  }
  return sources;
}

bool is_picture(BytesView bytes) {
  const auto start = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 8)));
  return start.starts_with("\x89PNG") || start.starts_with("\xff\xd8\xff");
}

void open_source(const Source& source, const std::function<void(std::string, Bytes)>& take,
                 const std::function<void(std::string, const Error&)>& refuse) {
  if (is_archive(source.file)) {
    open_archive(source, take, refuse);
    return;
  }
  if (auto bytes = read_file(source.file, kLargestInput); bytes) {
    take(source.path, *std::move(bytes));
  } else {
    refuse(source.path, bytes.error());
  }
}

}  // namespace osler::workflow::internal
