#include <algorithm>
#include <utility>

#include "base/arrays/npy.h"
#include "base/text.h"

namespace osler::arrays {
namespace {

constexpr std::string_view kSuffix = ".npy";

}  // namespace

Npz::Npz(Archive archive, std::string name) : archive_(std::move(archive)), name_(std::move(name)) {
  for (const auto& member : archive_.members()) {
    if (member.name.ends_with(kSuffix)) {
      names_.push_back(member.name.substr(0, member.name.size() - kSuffix.size()));
    }
  }
}

Result<Npz> Npz::open(const std::filesystem::path& path, const ArchiveLimits& limits) {
  OSLER_TRY(auto archive, Archive::open(path, limits));
  return Npz(std::move(archive), path.string());
}

Result<Npz> Npz::from_memory(Bytes bytes, std::string name, const ArchiveLimits& limits) {
  OSLER_TRY(auto archive, Archive::from_memory(std::move(bytes), name, limits));
  return Npz(std::move(archive), std::move(name));
}

bool Npz::contains(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

Result<Array> Npz::read(std::string_view name) const {
  if (!contains(name)) {
    const auto near = nearest(name, names_);
    return Error(ErrorCode::NotFound, "has no array \"" + std::string(name) + "\"" +
                                          (near ? "; did you mean \"" + *near + "\"?" : ""))
        .at(name_)
        .hint("it holds: " + join(names_, ", "));
  }
  OSLER_TRY(const Bytes bytes, archive_.read(std::string(name) + std::string(kSuffix)));
  return parse_npy(bytes, name_ + "!" + std::string(name));
}

Result<Bytes> to_npz(const std::map<std::string, Array>& arrays) {
  std::vector<Bytes> held;
  std::vector<ArchiveEntry> entries;
  held.reserve(arrays.size());
  for (const auto& [name, array] : arrays) {
    held.push_back(to_npy(array));
    entries.push_back({name + std::string(kSuffix), held.back()});
  }
  return stored_archive(entries);
}

}  // namespace osler::arrays
