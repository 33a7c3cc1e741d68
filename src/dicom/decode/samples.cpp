#include "dicom/decode/internal/samples.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "base/text.h"

namespace osler::dicom::decode {
namespace {

static_assert(std::endian::native == std::endian::little);

Error too_few(std::uint64_t have, std::uint64_t want) {
  return {ErrorCode::DataCorrupt,
          "too few pixel bytes: " + with_thousands(static_cast<std::int64_t>(have)) + " of " +
              with_thousands(static_cast<std::int64_t>(want))};
}

template <typename Word>
Word swapped(Word word) {
  if constexpr (sizeof(Word) == 1) {
    return word;
  } else if constexpr (sizeof(Word) == 2) {
    return __builtin_bswap16(word);
  } else {
    return __builtin_bswap32(word);
  }
}

// One allocated word to its stored value.
template <typename Word>
struct Masked {
  int shift = 0;
  Word mask = 0;
  Word sign = 0;  // 0: unsigned
  bool swap = false;

  [[nodiscard]] float operator()(Word word) const {
    if (swap) {
      word = swapped(word);
    }
    word = static_cast<Word>(static_cast<Word>(word >> shift) & mask);
    if ((word & sign) == 0) {
      return static_cast<float>(word);
    }
    return static_cast<float>(static_cast<std::int64_t>(word) - static_cast<std::int64_t>(mask) -
                              1);
  }
};

template <typename Word>
std::vector<float> convert(const Samples& in) {
  constexpr int kBits = 8 * sizeof(Word);
  const auto mask = static_cast<Word>(static_cast<std::uint64_t>(-1) >> (64 - in.bits_stored));
  const Masked<Word> masked{
      .shift = in.high_bit + 1 - in.bits_stored,
      .mask = mask,
      .sign = in.is_signed ? static_cast<Word>(Word{1} << (in.bits_stored - 1)) : Word{0},
      .swap = in.big_endian && kBits > 8};
  const std::size_t pixels = in.width * in.height;
  std::vector<float> out(pixels * in.channels);
  const auto load = [&](std::size_t i) {
    Word word{};
    std::memcpy(&word, in.bytes.data() + i * sizeof(Word), sizeof(Word));
    return masked(word);
  };
  if (in.planar && in.channels > 1) {
    for (std::size_t channel = 0; channel < in.channels; ++channel) {
      for (std::size_t i = 0; i < pixels; ++i) {
        out[i * in.channels + channel] = load(channel * pixels + i);
      }
    }
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = load(i);
    }
  }
  return out;
}

// Bits are packed from the least significant upwards (PS3.5 annex D, figure D.2-1).
std::vector<float> convert_bits(const Samples& in, std::size_t count) {
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = in.first_bit + i;
    out[i] = static_cast<float>((std::to_integer<unsigned>(in.bytes[bit / 8]) >> (bit % 8)) & 1U);
  }
  return out;
}

}  // namespace

Result<std::vector<float>> stored_values(const Samples& in) {
  const std::uint64_t count = std::uint64_t{in.width} * in.height * in.channels;
  if (count == 0) {
    return Error(ErrorCode::DataCorrupt, "an image without pixels");
  }
  const std::uint64_t bits = count * static_cast<std::uint64_t>(in.bits_allocated) + in.first_bit;
  if (count > kMostSamples || (bits + 7) / 8 > in.bytes.size()) {
    return too_few(in.bytes.size(), (bits + 7) / 8);
  }
  if (in.bits_allocated == 1) {
    return convert_bits(in, count);
  }
  if (in.bits_stored < 1 || in.bits_stored > in.bits_allocated ||
      in.high_bit >= in.bits_allocated || in.high_bit + 1 < in.bits_stored) {
    return Error(ErrorCode::DataCorrupt, "bits stored and high bit do not fit the bits allocated");
  }
  switch (in.bits_allocated) {
    case 8:
      return convert<std::uint8_t>(in);
    case 16:
      return convert<std::uint16_t>(in);
    case 32:
      return convert<std::uint32_t>(in);
    default:
      return Error(ErrorCode::NotSupported,
                   "pixels of " + std::to_string(in.bits_allocated) + " bits allocated");
  }
}

void ybr_to_rgb(std::vector<float>& samples, int bits, bool partial) {
  const auto top = static_cast<float>((std::uint64_t{1} << std::clamp(bits, 1, 32)) - 1);
  const float half = (top + 1.0F) / 2.0F;
  // CCIR 601-2: luminance from 16 to 235 and chrominance to 240 of 255, stretched.
  const float luma = partial ? 255.0F / 219.0F : 1.0F;
  const float chroma = partial ? 255.0F / 224.0F : 1.0F;
  const float black = partial ? top * 16.0F / 255.0F : 0.0F;
  const auto level = [top](float value) { return std::clamp(std::round(value), 0.0F, top); };
  for (std::size_t i = 0; i + 2 < samples.size(); i += 3) {
    const float y = (samples[i] - black) * luma;
    const float cb = (samples[i + 1] - half) * chroma;
    const float cr = (samples[i + 2] - half) * chroma;
    samples[i] = level(y + 1.402F * cr);
    samples[i + 1] = level(y - 0.344136F * cb - 0.714136F * cr);
    samples[i + 2] = level(y + 1.772F * cb);
  }
}

}  // namespace osler::dicom::decode
