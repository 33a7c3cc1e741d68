#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace osler {

// xoshiro256** (Blackman and Vigna 2018): the same numbers on every machine and compiler, which
// std::normal_distribution and friends do not promise.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  // An independent stream for one purpose: Rng::named(seed, "split").
  [[nodiscard]] static Rng named(std::uint64_t seed, std::string_view purpose);

  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] double uniform();                         // [0, 1)
  [[nodiscard]] double uniform(double low, double high);  // [low, high)
  [[nodiscard]] double normal();                          // mean 0, deviation 1
  [[nodiscard]] double normal(double mean, double deviation);
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);  // [0, bound), without bias; bound > 0
  [[nodiscard]] bool chance(double probability);

  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[below(i)]);
    }
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace osler
