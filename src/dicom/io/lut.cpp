#include <algorithm>
#include <array>
#include <cmath>

#include "dicom/io/internal/contents.h"

namespace osler::dicom::io {
namespace {

using Entries = std::vector<std::uint16_t>;

// The words of a segmented table: 8 or 16 bits wide, as its entries are.
struct Words {
  BytesView bytes;
  bool wide = true;
  bool big = false;

  [[nodiscard]] std::size_t size() const { return wide ? bytes.size() / 2 : bytes.size(); }
  [[nodiscard]] std::uint16_t operator[](std::size_t i) const {
    return wide ? load16(bytes, 2 * i, big) : std::to_integer<std::uint16_t>(bytes[i]);
  }
};

constexpr std::size_t kMostEntries = 65'536;

// One discrete or linear segment at `at`, which moves past it. False: broken.
bool add_segment(const Words& words, std::size_t& at, Entries& out) {
  if (at + 3 > words.size()) {
    return false;
  }
  const std::size_t kind = words[at];
  const std::size_t length = words[at + 1];
  at += 2;
  if (out.size() + length > kMostEntries || kind > 1 || (kind == 0 && at + length > words.size())) {
    return false;
  }
  if (kind == 0) {
    for (std::size_t i = 0; i < length; ++i) {
      out.push_back(words[at++]);
    }
    return true;
  }
  if (out.empty()) {
    return false;
  }
  const double from = out.back();
  const double to = words[at++];
  for (std::size_t i = 1; i <= length; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(length);
    out.push_back(static_cast<std::uint16_t>(std::lround(from + (to - from) * part)));
  }
  return true;
}

// PS3.3 C.7.9.2: segment 0 lists values, 1 draws a line to a value, 2 repeats earlier segments.
std::optional<Entries> expand(const Words& words) {
  Entries out;
  std::size_t at = 0;
  while (at + 3 <= words.size()) {
    if (words[at] != 2) {
      if (!add_segment(words, at, out)) {
        return std::nullopt;
      }
      continue;
    }
    if (at + 4 > words.size()) {
      return std::nullopt;
    }
    const std::size_t repeats = words[at + 1];
    const std::size_t offset =
        words[at + 2] + (std::size_t{words[at + 3]} << (words.wide ? 16U : 8U));
    std::size_t back = words.wide ? offset / 2 : offset;
    for (std::size_t i = 0; i < repeats; ++i) {
      if (back >= at || !add_segment(words, back, out)) {
        return std::nullopt;
      }
    }
    at += 4;
  }
  return out;
}

Result<clinical::Image::Lut> read_colour(const File::Contents& in, std::uint16_t colour) {
  const DataSet set = in.outermost();
  const Tag descriptor{0x0028, static_cast<std::uint16_t>(0x1101 + colour)};
  const Tag plain{0x0028, static_cast<std::uint16_t>(0x1201 + colour)};
  if (in.find(set, plain) != nullptr) {
    if (auto lut = read_lut(in, set, descriptor, plain, in.layout.is_signed)) {
      return *std::move(lut);
    }
    return Error(ErrorCode::DataCorrupt, "a colour table is shorter than it says");
  }
  const Element* segments = in.find(set, {0x0028, static_cast<std::uint16_t>(0x1221 + colour)});
  const Element* head = in.find(set, descriptor);
  if (segments == nullptr || head == nullptr || head->length < 6) {
    return Error(ErrorCode::NotFound, "a colour table is absent");
  }
  const bool big = in.scanned.scan.big_endian;
  const BytesView words = in.value(*head);
  clinical::Image::Lut lut;
  const std::uint16_t first = load16(words, 2, big);
  lut.first_value = in.layout.is_signed ? static_cast<std::int16_t>(first) : first;
  lut.bits = load16(words, 4, big);
  auto entries = expand({.bytes = in.value(*segments), .wide = lut.bits > 8, .big = big});
  if (!entries || entries->empty()) {
    return Error(ErrorCode::DataCorrupt, "a segmented colour table is broken");
  }
  lut.entries = *std::move(entries);
  return lut;
}

}  // namespace

std::optional<clinical::Image::Lut> read_lut(const File::Contents& in, DataSet set, Tag descriptor,
                                             Tag data, bool is_signed) {
  const Element* entries = in.find(set, data);
  const Element* head = in.find(set, descriptor);
  if (entries == nullptr || head == nullptr || head->length < 6) {
    return std::nullopt;
  }
  const bool big = in.scanned.scan.big_endian;
  const BytesView words = in.value(*head);
  const std::uint16_t declared = load16(words, 0, big);
  const std::size_t count = declared == 0 ? 65'536 : declared;
  const std::uint16_t first = load16(words, 2, big);
  clinical::Image::Lut lut;
  lut.first_value = is_signed || head->vr == vr("SS") ? static_cast<std::int16_t>(first) : first;
  lut.bits = load16(words, 4, big);
  const BytesView raw = in.value(*entries);
  lut.entries.resize(count);
  if (raw.size() >= 2 * count) {
    for (std::size_t i = 0; i < count; ++i) {
      lut.entries[i] = load16(raw, 2 * i, big);
    }
  } else if (raw.size() >= count) {
    // One byte an entry, two of them in a word.
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = big && entries->vr != vr("OB") ? i ^ 1U : i;
      lut.entries[i] = std::to_integer<std::uint8_t>(raw[std::min(at, raw.size() - 1)]);
    }
  } else {
    return std::nullopt;
  }
  return lut;
}

Result<Palette> File::palette() const {
  Palette out;
  const std::array parts{&out.red, &out.green, &out.blue};
  for (std::uint16_t colour = 0; colour < 3; ++colour) {
    OSLER_TRY(auto lut, read_colour(*contents_, colour));
    out.first_value = lut.first_value;
    out.bits = lut.bits;
    *parts.at(colour) = std::move(lut.entries);
  }
  if (out.red.size() != out.green.size() || out.red.size() != out.blue.size()) {
    return Error(ErrorCode::DataCorrupt, "the colour tables differ in length");
  }
  return out;
}

}  // namespace osler::dicom::io
