#include "dataset/groups.h"

#include <map>
#include <numeric>

namespace osler::dataset {
namespace {

// Disjoint sets of item indices.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  // The smaller index stays the set's name.
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<std::vector<std::size_t>> groups_of(const Manifest& manifest, bool join_duplicates) {
  Sets sets(manifest.items.size());
  std::map<std::string, std::size_t> by_patient;
  std::map<crypto::Digest, std::size_t> by_pixels;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    const auto& item = manifest.items[i];
    if (!item.patient.empty()) {
      sets.join(i, by_patient.emplace(item.patient, i).first->second);
    }
    if (join_duplicates && item.pixels) {
      sets.join(i, by_pixels.emplace(*item.pixels, i).first->second);
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    members[sets.find(i)].push_back(i);
  }
  std::vector<std::vector<std::size_t>> groups;
  groups.reserve(members.size());
  for (auto& [name, group] : members) {
    groups.push_back(std::move(group));
  }
  return groups;
}

std::size_t part_number(std::string_view split) {
  return split == kTrain ? 0 : split == kValidation ? 1 : split == kTest ? 2 : 3;
}

}  // namespace osler::dataset
