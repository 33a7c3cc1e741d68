#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace osler::evaluate::metrics {

// Whole numbers in the order of the doubles; -0 and 0 are one. No NaN.
[[nodiscard]] inline std::uint64_t ordered_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  const std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

// Least-significant-digit radix sort by key_of(item), stable, O(n): 6 passes of 11 bits, of which
// those whose digit is the same in all items are skipped.
template <typename Item, typename KeyOf>
void radix_sort(std::vector<Item>& items, KeyOf key_of) {
  constexpr std::size_t kBits = 11;
  constexpr std::size_t kPasses = 6;
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
  std::vector<std::array<std::size_t, kMask + 1>> counts(kPasses);
  for (const auto& item : items) {
    const std::uint64_t key = key_of(item);
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      ++counts[pass][(key >> (pass * kBits)) & kMask];
    }
  }
  std::vector<Item> other(items.size());
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    auto& count = counts[pass];
    if (items.empty() || count[(key_of(items.front()) >> (pass * kBits)) & kMask] == items.size()) {
      continue;
    }
    std::size_t start = 0;
    for (auto& slot : count) {
      const std::size_t here = slot;
      slot = start;
      start += here;
    }
    for (const auto& item : items) {
      other[count[(key_of(item) >> (pass * kBits)) & kMask]++] = item;
    }
    items.swap(other);
  }
}

// The cases by rising score. Cases of equal score form a tie: ties[i] is where the i-th one ends.
struct Ranking {
  std::vector<std::uint32_t> order;  // [n] case numbers
  std::vector<std::uint32_t> ties;   // rising, the last is n
};
[[nodiscard]] Ranking rank_cases(std::span<const double> scores);

}  // namespace osler::evaluate::metrics
