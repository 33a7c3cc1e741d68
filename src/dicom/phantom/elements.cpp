#include "dicom/phantom/internal/elements.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace osler::dicom::phantom {
namespace {

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr Tag kItem = 0xFFFEE000;
constexpr Tag kSequenceEnd = 0xFFFEE0DD;

void put16(std::uint32_t value, Bytes& out) {
  out.push_back(static_cast<std::byte>(value & 0xFF));
  out.push_back(static_cast<std::byte>(value >> 8 & 0xFF));
}

void put32(std::uint32_t value, Bytes& out) {
  put16(value & 0xFFFF, out);
  put16(value >> 16, out);
}

void put_tag(Tag tag, Bytes& out) {
  put16(tag >> 16, out);
  put16(tag & 0xFFFF, out);
}

void put_text(std::string_view text, Bytes& out) {
  const BytesView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// PS3.5 §7.1.2: these have two reserved bytes and a length of four.
bool is_long(std::string_view vr) {
  constexpr std::array<std::string_view, 8> kLong{"OB", "OW", "SQ", "UN", "UT", "OF", "UC", "OD"};
  return std::find(kLong.begin(), kLong.end(), vr) != kLong.end();
}

void put_head(Tag tag, std::string_view vr, std::uint32_t length, Elements::Encoding encoding,
              Bytes& out) {
  put_tag(tag, out);
  if (encoding == Elements::Encoding::ImplicitLittle) {
    put32(length, out);
    return;
  }
  put_text(vr, out);
  if (is_long(vr)) {
    put16(0, out);
    put32(length, out);
  } else {
    put16(length, out);
  }
}

}  // namespace

void Elements::text(Tag tag, std::string_view vr, std::string value) {
  if (value.size() % 2 != 0) {
    value.push_back(vr == "UI" || vr == "OB" ? '\0' : ' ');
  }
  const BytesView bytes = as_bytes(value);
  elements_[tag] = {std::string(vr), Bytes(bytes.begin(), bytes.end()), {}, false};
}

void Elements::number(Tag tag, std::uint16_t value) {
  words(tag, "US", {value});
}

void Elements::words(Tag tag, std::string_view vr, const std::vector<std::uint16_t>& values) {
  Bytes bytes;
  bytes.reserve(2 * values.size());
  for (const std::uint16_t value : values) {
    put16(value, bytes);
  }
  elements_[tag] = {std::string(vr), std::move(bytes), {}, false};
}

void Elements::sequence(Tag tag, std::vector<Elements> items) {
  elements_[tag] = {"SQ", {}, std::move(items), false};
}

void Elements::fragment(Tag tag, const Bytes& frame) {
  elements_[tag] = {"OB", frame, {}, true};
}

void Elements::write(Encoding encoding, Bytes& out) const {
  for (const auto& [tag, element] : elements_) {
    if (element.encapsulated) {
      put_head(tag, element.vr, kUndefined, encoding, out);
      put_tag(kItem, out);  // basic offset table: one frame at 0
      put32(4, out);
      put32(0, out);
      put_tag(kItem, out);
      put32(static_cast<std::uint32_t>(element.value.size() + element.value.size() % 2), out);
      out.insert(out.end(), element.value.begin(), element.value.end());
      if (element.value.size() % 2 != 0) {
        out.push_back(std::byte{0});
      }
      put_tag(kSequenceEnd, out);
      put32(0, out);
    } else if (element.vr == "SQ") {
      Bytes body;
      for (const Elements& item : element.items) {
        Bytes inner;
        item.write(encoding, inner);
        put_tag(kItem, body);
        put32(static_cast<std::uint32_t>(inner.size()), body);
        body.insert(body.end(), inner.begin(), inner.end());
      }
      put_head(tag, element.vr, static_cast<std::uint32_t>(body.size()), encoding, out);
      out.insert(out.end(), body.begin(), body.end());
    } else {
      put_head(tag, element.vr, static_cast<std::uint32_t>(element.value.size()), encoding, out);
      out.insert(out.end(), element.value.begin(), element.value.end());
    }
  }
}

Bytes part10(const Elements& data_set, std::string_view sop_class, std::string_view sop_instance,
             std::string_view transfer_syntax) {
  Elements meta;
  meta.words(0x00020001, "OB", {0x0100});
  meta.text(0x00020002, "UI", std::string(sop_class));
  meta.text(0x00020003, "UI", std::string(sop_instance));
  meta.text(0x00020010, "UI", std::string(transfer_syntax));
  meta.text(0x00020012, "UI", "2.25.301904751290448223019945526370112");
  meta.text(0x00020013, "SH", "OSLER_PHANTOM_1");
  Bytes group;
  meta.write(Elements::Encoding::ExplicitLittle, group);

  Bytes out(128, std::byte{0});
  put_text("DICM", out);
  put_tag(0x00020000, out);
  put_text("UL", out);
  put16(4, out);
  put32(static_cast<std::uint32_t>(group.size()), out);
  out.insert(out.end(), group.begin(), group.end());
  constexpr std::string_view kImplicitLittle = "1.2.840.10008.1.2";
  data_set.write(transfer_syntax == kImplicitLittle ? Elements::Encoding::ImplicitLittle
                                                    : Elements::Encoding::ExplicitLittle,
                 out);
  return out;
}

}  // namespace osler::dicom::phantom
