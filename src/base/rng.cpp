#include "base/rng.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "base/crypto.h"

namespace osler {
namespace {

// Fills the state from one number (splitmix64, Steele et al. 2014).
std::uint64_t mix(std::uint64_t& seed) {
  seed += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = seed;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) : state_{mix(seed), mix(seed), mix(seed), mix(seed)} {}

Rng Rng::named(std::uint64_t seed, std::string_view purpose) {
  const auto digest = crypto::sha256(purpose);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    word = word << 8 | std::to_integer<std::uint64_t>(digest.bytes[i]);
  }
  return Rng(seed ^ word);
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Rng::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double Rng::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double Rng::normal() {
  // Box-Muller; the second value is let go, so that each call takes two numbers whatever came
  // before.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double Rng::normal(double mean, double deviation) {
  return mean + deviation * normal();
}

std::uint64_t Rng::below(std::uint64_t bound) {
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const std::uint64_t number = next();
    if (number >= threshold) {
      return number % bound;
    }
  }
}

bool Rng::chance(double probability) {
  return uniform() < probability;
}

}  // namespace osler
