#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/crypto.h"

namespace osler::dicom::decode {

// What osler and osler-decode say to each other over the child's standard input and output: a head
// of fixed size, then as many bytes as it announces; one answer to one request. Both ends are the
// same build on the same machine, so the heads travel as they lie in memory. Each end distrusts the
// other and bounds every number before it uses it.

constexpr std::uint32_t kRequestMagic = 0x4F534C51;  // "OSLQ"
constexpr std::uint32_t kReplyMagic = 0x4F534C41;    // "OSLA"
constexpr std::uint64_t kLongestRequest = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 28;
constexpr std::uint64_t kLongestError = 400;

// As wide as it is so that no byte of a head is padding.
enum class Work : std::uint32_t {  // NOLINT(performance-enum-size)
  Rle = 1,
  Jpeg,
  JpegLs,
  Jpeg2000,
  DeflatedFrame,
  Picture
};
// What the samples of an answer mean where there are three.
enum class Colour : std::uint8_t { Grey, Rgb, YbrFull };

template <std::size_t N>
struct WireText {
  std::array<char, N> letters{};

  void set(std::string_view text) {
    for (std::size_t i = 0; i + 1 < N && i < text.size(); ++i) {
      letters[i] = text[i];
    }
  }
  [[nodiscard]] std::string_view view() const {
    const std::string_view all(letters.data(), N);
    return all.substr(0, all.find('\0'));
  }
};

struct WireRequest {
  std::uint32_t magic = kRequestMagic;
  Work work = Work::Picture;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint16_t samples = 1;
  std::uint16_t bits_allocated = 0;
  std::uint16_t bits_stored = 0;
  std::uint16_t high_bit = 0;
  std::uint8_t is_signed = 0;
  std::uint8_t planar = 0;
  WireText<18> photometric{};
  WireText<64> syntax{};
  std::uint64_t length = 0;  // of the codestream that follows
};

struct WireReply {
  std::uint32_t magic = kReplyMagic;
  std::uint32_t status =
      0;  // 0: samples follow; else 1 + the error's code, and its sentence follows
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t channels = 1;          // interleaved
  std::uint16_t bytes_per_sample = 1;  // 1, 2 or 4, little endian
  std::uint16_t precision = 0;         // bits of the codestream's samples; 0: the header's hold
  Colour colour = Colour::Grey;
  std::uint8_t reserved = 0;
  std::uint64_t length = 0;
};

static_assert(std::is_trivially_copyable_v<WireRequest> && std::is_trivially_copyable_v<WireReply>);

}  // namespace osler::dicom::decode
