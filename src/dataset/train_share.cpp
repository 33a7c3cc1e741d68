#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "dataset/internal/groups.h"
#include "dataset/split.h"

namespace osler::dataset {
namespace {

bool is_positive(const Item& item, const std::string& label) {
  const auto found = item.labels.find(label);
  return found != item.labels.end() && found->second == "1";
}

}  // namespace

void keep_train_share(Manifest& manifest, double share, std::uint64_t seed,
                      const std::string& label) {
  const auto groups = groups_of(manifest, Duplicates::Apart);
  using Drawn = std::pair<std::string, const Group*>;
  std::array<std::vector<Drawn>, 2> strata;
  for (const auto& group : groups) {
    const auto& items = manifest.items;
    const auto in_training = [&](std::size_t index) { return items[index].split == kTrain; };
    if (std::ranges::none_of(group.items, in_training)) {
      continue;
    }
    const bool positive = std::ranges::any_of(
        group.items, [&](std::size_t index) { return is_positive(items[index], label); });
    const std::string order =
        crypto::sha256("train share " + std::to_string(seed) + " " + group.name).hex();
    strata.at(positive ? 1 : 0).emplace_back(order, &group);
  }
  for (auto& stratum : strata) {
    std::ranges::sort(stratum);
    const auto kept =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(stratum.size()) - 1e-9));
    for (std::size_t i = kept; i < stratum.size(); ++i) {
      for (const std::size_t index : stratum[i].second->items) {
        auto& split = manifest.items[index].split;
        split = split == kTrain ? std::string() : split;
      }
    }
  }
}

}  // namespace osler::dataset
