#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "dicom/phantom/internal/elements.h"

namespace osler::dicom::phantom {
namespace {

// Reads what encode_jpeg_lossless writes: one component, predictor 1, one table. Follows ISO/IEC
// 10918-1 F.2.2.3 (DECODE) and H.2, bit by bit.
class LosslessReader {
 public:
  explicit LosslessReader(const Bytes& stream) : stream_(stream) {}

  std::vector<std::uint16_t> read() {
    std::vector<std::uint16_t> samples = read_head();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      int predicted = 1 << (bits_ - 1);
      if (i % width_ != 0) {
        predicted = samples[i - 1];
      } else if (i > 0) {
        predicted = samples[i - width_];
      }
      samples[i] = static_cast<std::uint16_t>(predicted + difference());
    }
    return samples;
  }

 private:
  std::vector<std::uint16_t> read_head() {
    std::size_t height = 0;
    at_ = 2;
    for (int marker = 0; marker != 0xDA;) {
      marker = byte(at_ + 1);
      const std::size_t end = at_ + 2 + word(at_ + 2);
      if (marker == 0xC3) {
        bits_ = byte(at_ + 4);
        height = word(at_ + 5);
        width_ = word(at_ + 7);
      } else if (marker == 0xC4) {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
          counts_[i] = byte(at_ + 5 + i);
        }
        for (std::size_t i = at_ + 21; i < end; ++i) {
          symbols_.push_back(byte(i));
        }
      }
      at_ = end;
    }
    return std::vector<std::uint16_t>(width_ * height);
  }
  int byte(std::size_t at) const { return std::to_integer<int>(stream_.at(at)); }
  std::size_t word(std::size_t at) const {
    return static_cast<std::size_t>(byte(at) << 8 | byte(at + 1));
  }
  int bit() {
    if (left_ == 0) {
      held_ = byte(at_++);
      left_ = 8;
      if (held_ == 0xFF) {
        EXPECT_EQ(byte(at_++), 0) << "a marker inside the scan";
      }
    }
    return held_ >> --left_ & 1;
  }
  int symbol() {
    int code = 0;
    int first = 0;
    std::size_t index = 0;
    for (const int count : counts_) {
      code = code << 1 | bit();
      first <<= 1;
      if (code - first < count) {
        return symbols_[index + static_cast<std::size_t>(code - first)];
      }
      index += static_cast<std::size_t>(count);
      first += count;
    }
    ADD_FAILURE() << "no such code";
    return 0;
  }
  int difference() {
    const int size = symbol();
    if (size == 0 || size == 16) {
      return size == 0 ? 0 : 32768;
    }
    int value = 0;
    for (int i = 0; i < size; ++i) {
      value = value << 1 | bit();
    }
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  const Bytes& stream_;
  std::array<int, 16> counts_{};
  std::vector<int> symbols_;
  std::size_t width_ = 0;
  std::size_t at_ = 0;
  int bits_ = 0;
  int held_ = 0;
  int left_ = 0;
};

// A slope with noise and with jumps over the whole range, so that each size of difference occurs.
std::vector<std::uint16_t> picture(std::size_t count, int bits, Rng& rng) {
  std::vector<std::uint16_t> samples(count);
  const std::uint64_t range = std::uint64_t{1} << bits;
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<std::uint16_t>(rng.chance(0.2) ? rng.below(range)
                                                            : (i * 3 + rng.below(16)) % range);
  }
  return samples;
}

TEST(JpegLossless, GivesBackEverySample) {
  Rng rng(7);
  for (const int bits : {8, 12, 14, 16}) {
    const auto samples = picture(std::size_t{61} * 47, bits, rng);

    const Bytes stream = encode_jpeg_lossless(samples, 61, 47, bits);

    EXPECT_EQ(LosslessReader(stream).read(), samples) << bits << " bits";
  }
}

TEST(JpegLossless, CodesAJumpOfHalfTheRange) {
  const std::vector<std::uint16_t> samples{32768, 0, 32768, 65535, 0, 32767, 0, 32768};

  EXPECT_EQ(LosslessReader(encode_jpeg_lossless(samples, 4, 2, 16)).read(), samples);
}

TEST(Jpeg2000, IsACodeStreamOfTheRightSize) {
  Rng rng(8);
  const Bytes stream = encode_jpeg2000(picture(std::size_t{64} * 48, 12, rng), 64, 48, 12);

  ASSERT_GT(stream.size(), 100U);
  EXPECT_EQ(std::to_integer<int>(stream[0]), 0xFF);  // SOC
  EXPECT_EQ(std::to_integer<int>(stream[1]), 0x4F);
  EXPECT_EQ(std::to_integer<int>(stream[11]), 64);  // SIZ: width, height
  EXPECT_EQ(std::to_integer<int>(stream[15]), 48);
}

}  // namespace
}  // namespace osler::dicom::phantom
