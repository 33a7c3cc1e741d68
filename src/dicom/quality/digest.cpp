#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "dicom/quality/quality.h"

namespace osler::dicom::quality {
namespace {

// The narrowest words that hold every value: a fact of the values, so equal films agree on it.
enum class Word : std::uint8_t { U8 = 1, U16, I16, F32 };

Word word_for(std::span<const float> samples) {
  // In lanes, so that the compiler can put them into one register.
  constexpr std::size_t kLanes = 8;
  constexpr float kFar = 1e6F;  // beyond every word but the float
  std::array<float, kLanes> lows{};
  std::array<float, kLanes> highs{};
  std::array<std::int32_t, kLanes> broken{};
  const auto look = [&](float value, std::size_t k) {
    const float above = value > -kFar ? value : -kFar;  // of not-a-number too
    const float near = above < kFar ? above : kFar;
    broken[k] |= static_cast<float>(static_cast<std::int32_t>(near)) == value ? 0 : 1;
    lows[k] = near < lows[k] ? near : lows[k];
    highs[k] = highs[k] < near ? near : highs[k];
  };
  std::size_t i = 0;
  for (; i + kLanes <= samples.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      look(samples[i + k], k);
    }
  }
  for (; i < samples.size(); ++i) {
    look(samples[i], 0);
  }
  if (std::ranges::any_of(broken, [](std::int32_t one) { return one != 0; })) {
    return Word::F32;
  }
  const float low = std::ranges::min(lows);
  const float high = std::ranges::max(highs);
  if (low >= 0.0F) {
    return high <= 255.0F ? Word::U8 : high <= 65'535.0F ? Word::U16 : Word::F32;
  }
  return low >= -32'768.0F && high <= 32'767.0F ? Word::I16 : Word::F32;
}

template <typename T>
void digest_as(std::span<const float> samples, crypto::Sha256& sha) {
  std::array<T, 16'384> block{};
  while (!samples.empty()) {
    const std::size_t count = std::min(samples.size(), block.size());
    std::ranges::transform(samples.first(count), block.begin(),
                           [](float value) { return static_cast<T>(value); });
    sha.update(std::as_bytes(std::span(block).first(count)));
    samples = samples.subspan(count);
  }
}

}  // namespace

crypto::Digest pixel_digest(const clinical::Image& image) {
  const Word word = word_for(image.samples);
  const std::array<std::uint64_t, 4> head{image.width, image.height, image.channels,
                                          static_cast<std::uint64_t>(word)};
  crypto::Sha256 sha;
  sha.update("osler-pixels/1\n").update(std::as_bytes(std::span(head)));
  switch (word) {
    case Word::U8:
      digest_as<std::uint8_t>(image.samples, sha);
      break;
    case Word::U16:
      digest_as<std::uint16_t>(image.samples, sha);
      break;
    case Word::I16:
      digest_as<std::int16_t>(image.samples, sha);
      break;
    case Word::F32:
      digest_as<float>(image.samples, sha);
      break;
  }
  return sha.finish();
}

}  // namespace osler::dicom::quality
