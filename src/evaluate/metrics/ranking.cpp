#include "evaluate/metrics/internal/ranking.h"

#include <algorithm>

namespace osler::evaluate::metrics {
namespace {

struct Keyed {
  std::uint64_t key = 0;
  std::uint32_t index = 0;
};

// Below this, counting digits costs more than comparing.
constexpr std::size_t kSmall = 1024;

}  // namespace

Ranking rank_cases(std::span<const double> scores) {
  std::vector<Keyed> keyed(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    keyed[i] = {ordered_key(scores[i]), static_cast<std::uint32_t>(i)};
  }
  if (keyed.size() < kSmall) {
    std::ranges::stable_sort(keyed, {}, &Keyed::key);
  } else {
    radix_sort(keyed, [](const Keyed& item) { return item.key; });
  }
  Ranking ranking;
  ranking.order.reserve(keyed.size());
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    ranking.order.push_back(keyed[i].index);
    if (i + 1 == keyed.size() || keyed[i + 1].key != keyed[i].key) {
      ranking.ties.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }
  return ranking;
}

}  // namespace osler::evaluate::metrics
