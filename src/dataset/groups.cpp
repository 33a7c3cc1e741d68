#include "dataset/internal/groups.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace osler::dataset {
namespace {

// Disjoint sets of item indices.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t item) {
    while (parent_[item] != item) {
      parent_[item] = parent_[parent_[item]];
      item = parent_[item];
    }
    return item;
  }
  void join(std::size_t one, std::size_t other) { parent_[find(one)] = find(other); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<Group> groups_of(const Manifest& manifest, Duplicates duplicates) {
  Sets sets(manifest.items.size());
  std::unordered_map<std::string, std::size_t> patients;
  std::map<crypto::Digest, std::size_t> pictures;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    const Item& item = manifest.items[i];
    if (!item.patient.empty()) {
      sets.join(i, patients.emplace(item.patient, i).first->second);
    }
    if (item.pixels && duplicates == Duplicates::Together) {
      sets.join(i, pictures.emplace(*item.pixels, i).first->second);
    }
  }
  std::unordered_map<std::size_t, std::size_t> place;  // of a set's root among the groups
  std::vector<Group> groups;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    const auto [found, fresh] = place.emplace(sets.find(i), groups.size());
    if (fresh) {
      groups.push_back({.items = {}, .name = manifest.items[i].id});
    }
    Group& group = groups[found->second];
    group.items.push_back(i);
    group.name = std::min(group.name, manifest.items[i].id);
  }
  std::ranges::sort(groups, {}, &Group::name);
  return groups;
}

}  // namespace osler::dataset
