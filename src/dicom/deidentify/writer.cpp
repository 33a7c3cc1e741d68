#include "dicom/deidentify/internal/writer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace osler::dicom::deidentify {
namespace {

using io::Encoding;
using io::Tag;
using io::vr;
using io::Vr;

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;

std::byte padding(Vr code) {
  constexpr std::array kText{vr("AE"), vr("AS"), vr("CS"), vr("DA"), vr("DS"), vr("DT"),
                             vr("IS"), vr("LO"), vr("LT"), vr("PN"), vr("SH"), vr("ST"),
                             vr("TM"), vr("UC"), vr("UR"), vr("UT")};
  return std::ranges::find(kText, code) == kText.end() ? std::byte{0} : std::byte{' '};
}

}  // namespace

bool has_long_length(Vr code) {
  constexpr std::array kShort{vr("AE"), vr("AS"), vr("AT"), vr("CS"), vr("DA"), vr("DS"), vr("DT"),
                              vr("FD"), vr("FL"), vr("IS"), vr("LO"), vr("LT"), vr("PN"), vr("SH"),
                              vr("SL"), vr("SS"), vr("ST"), vr("TM"), vr("UI"), vr("UL"), vr("US")};
  return std::ranges::find(kShort, code) == kShort.end();
}

void Writer::put16(std::uint16_t value, bool big) {
  const auto low = static_cast<std::byte>(value & 0xFFU);
  const auto high = static_cast<std::byte>(value >> 8U);
  out_.push_back(big ? high : low);
  out_.push_back(big ? low : high);
}

void Writer::put32(std::uint32_t value, bool big) {
  const auto low = static_cast<std::uint16_t>(value & 0xFFFFU);
  const auto high = static_cast<std::uint16_t>(value >> 16U);
  put16(big ? high : low, big);
  put16(big ? low : high, big);
}

void Writer::head(Encoding encoding, Tag tag, Vr code, std::uint32_t length) {
  put16(tag.group, encoding.big_endian);
  put16(tag.element, encoding.big_endian);
  if (!encoding.explicit_vr) {
    put32(length, encoding.big_endian);
    return;
  }
  put16(code, true);
  if (has_long_length(code)) {
    put16(0, false);
    put32(length, encoding.big_endian);
  } else {
    put16(static_cast<std::uint16_t>(length), encoding.big_endian);
  }
}

void Writer::element(Encoding encoding, Tag tag, Vr code, BytesView value) {
  const std::size_t padded = value.size() + value.size() % 2;
  if (encoding.explicit_vr && !has_long_length(code) && padded > 0xFFFF) {
    code = vr("UN");  // PS3.5 section 6.2.2, note 5
  }
  head(encoding, tag, code, static_cast<std::uint32_t>(padded));
  raw(value);
  if (padded != value.size()) {
    out_.push_back(padding(code));
  }
}

Writer::Open Writer::sequence(Encoding encoding, Tag tag, Vr code, bool undefined) {
  head(encoding, tag, code, undefined ? kUndefined : 0);
  return {.value_at = out_.size(), .end_with = io::kSequenceEnd, .undefined = undefined};
}

Writer::Open Writer::item(Encoding encoding, bool undefined) {
  put16(io::kItem.group, encoding.big_endian);
  put16(io::kItem.element, encoding.big_endian);
  put32(undefined ? kUndefined : 0, encoding.big_endian);
  return {.value_at = out_.size(), .end_with = io::kItemEnd, .undefined = undefined};
}

void Writer::close(Encoding encoding, const Open& open) {
  if (open.undefined) {
    put16(open.end_with.group, encoding.big_endian);
    put16(open.end_with.element, encoding.big_endian);
    put32(0, false);
    return;
  }
  auto length = static_cast<std::uint32_t>(out_.size() - open.value_at);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t place = encoding.big_endian ? 3 - i : i;
    out_[open.value_at - 4 + place] = static_cast<std::byte>(length & 0xFFU);
    length >>= 8U;
  }
}

void Writer::fragments(Encoding encoding, Tag tag, Vr code, BytesView items) {
  head(encoding, tag, code, kUndefined);
  raw(items);
}

}  // namespace osler::dicom::deidentify
