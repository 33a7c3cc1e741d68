#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <vector>

#include "base/check.h"
#include "dicom/phantom/internal/elements.h"

namespace osler::dicom::phantom {
namespace {

constexpr std::size_t kCategories = 17;  // bits of a difference: 0 to 16

struct Codes {
  std::array<std::uint8_t, kCategories> length{};
  std::array<std::uint32_t, kCategories> code{};
  std::vector<std::uint8_t> order;  // categories by length, then by number
};

// A Huffman code for the categories' frequencies. Each is taken to be at least 1/512 of all, so
// that no code is longer than 16 bits; one more symbol keeps the code of all ones free (K.2).
Codes huffman(const std::array<std::uint64_t, kCategories>& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) {
    total += count;
  }
  struct Node {
    std::uint64_t weight;
    std::vector<std::size_t> symbols;
  };
  std::vector<Node> nodes{{1, {kCategories}}};
  for (std::size_t i = 0; i < kCategories; ++i) {
    nodes.push_back({std::max<std::uint64_t>(counts[i], total / 512 + 2), {i}});
  }
  std::array<std::uint8_t, kCategories + 1> length{};
  while (nodes.size() > 1) {
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const Node& a, const Node& b) { return a.weight > b.weight; });
    const Node last = std::move(nodes.back());
    nodes.pop_back();
    Node& joined = nodes.back();
    joined.weight += last.weight;
    joined.symbols.insert(joined.symbols.end(), last.symbols.begin(), last.symbols.end());
    for (const std::size_t symbol : joined.symbols) {
      ++length[symbol];
    }
  }
  // The spare symbol must own the last code: give it the longest length there is.
  const auto longest = std::max_element(length.begin(), length.end());
  std::swap(*longest, length[kCategories]);

  Codes codes;
  std::uint32_t next = 0;
  for (std::uint8_t bits = 1; bits <= 16; ++bits) {
    for (std::size_t i = 0; i < kCategories; ++i) {
      if (length[i] == bits) {
        codes.length[i] = bits;
        codes.code[i] = next++;
        codes.order.push_back(static_cast<std::uint8_t>(i));
      }
    }
    next <<= 1;
  }
  OSLER_CHECK(codes.order.size() == kCategories);
  return codes;
}

// Differences from the left neighbour, modulo 2^16 as signed numbers (H.1.2).
std::vector<std::int32_t> differences(const std::vector<std::uint16_t>& samples, std::size_t width,
                                      int bits) {
  std::vector<std::int32_t> result(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int32_t predicted = 1 << (bits - 1);
    if (i % width != 0) {
      predicted = samples[i - 1];
    } else if (i > 0) {
      predicted = samples[i - width];
    }
    const std::int32_t wrapped = (samples[i] - predicted) & 0xFFFF;
    result[i] = wrapped > 32768 ? wrapped - 65536 : wrapped;
  }
  return result;
}

std::size_t category(std::int32_t difference) {
  return static_cast<std::size_t>(std::bit_width(static_cast<std::uint32_t>(std::abs(difference))));
}

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  void put(std::uint32_t value, unsigned bits) {
    held_ = held_ << bits | value;
    count_ += bits;
    while (count_ >= 8) {
      count_ -= 8;
      const auto byte = static_cast<std::byte>(held_ >> count_ & 0xFF);
      out_.push_back(byte);
      if (byte == std::byte{0xFF}) {
        out_.push_back(std::byte{0});
      }
    }
  }
  void finish() {
    if (count_ > 0) {
      const unsigned missing = 8 - count_;
      put((1U << missing) - 1U, missing);
    }
  }

 private:
  Bytes& out_;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
};

}  // namespace

Bytes encode_jpeg_lossless(const std::vector<std::uint16_t>& samples, int width, int height,
                           int bits) {
  const std::vector<std::int32_t> diffs =
      differences(samples, static_cast<std::size_t>(width), bits);
  std::array<std::uint64_t, kCategories> counts{};
  for (const std::int32_t diff : diffs) {
    ++counts[category(diff)];
  }
  const Codes codes = huffman(counts);

  Bytes out;
  out.reserve(samples.size() * 2);
  const auto put = [&out](std::initializer_list<int> values) {
    for (const int value : values) {
      out.push_back(static_cast<std::byte>(value & 0xFF));
    }
  };
  put({0xFF, 0xD8});
  put({0xFF, 0xC3, 0, 11, bits, height >> 8, height, width >> 8, width, 1, 1, 0x11, 0});
  put({0xFF, 0xC4, 0, 2 + 17 + static_cast<int>(kCategories), 0});
  for (std::uint8_t length = 1; length <= 16; ++length) {
    put({static_cast<int>(std::count(codes.length.begin(), codes.length.end(), length))});
  }
  for (const std::uint8_t symbol : codes.order) {
    put({symbol});
  }
  put({0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0});
  BitWriter writer(out);
  for (const std::int32_t diff : diffs) {
    const std::size_t size = category(diff);
    writer.put(codes.code[size], codes.length[size]);
    if (size > 0 && size < 16) {
      const std::int32_t extra = diff > 0 ? diff : diff + (1 << size) - 1;
      writer.put(static_cast<std::uint32_t>(extra), static_cast<unsigned>(size));
    }
  }
  writer.finish();
  put({0xFF, 0xD9});
  return out;
}

}  // namespace osler::dicom::phantom
