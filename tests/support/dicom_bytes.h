#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace osler::test {

// Writes DICOM byte by byte, right or wrong as a test wants it.
class DicomBytes {
 public:
  enum class Form : std::uint8_t { Explicit, Implicit, BigEndian };

  explicit DicomBytes(Form form = Form::Explicit) : form_(form) {}

  DicomBytes& u16(std::uint32_t value) {
    const auto low = static_cast<char>(value & 0xFFU);
    const auto high = static_cast<char>((value >> 8U) & 0xFFU);
    bytes_ += form_ == Form::BigEndian ? high : low;
    bytes_ += form_ == Form::BigEndian ? low : high;
    return *this;
  }
  DicomBytes& u32(std::uint32_t value) {
    return form_ == Form::BigEndian ? u16(value >> 16U).u16(value) : u16(value).u16(value >> 16U);
  }
  DicomBytes& raw(std::string_view text) {
    bytes_ += text;
    return *this;
  }
  DicomBytes& tag(std::uint32_t tag) { return u16(tag >> 16U).u16(tag); }
  // Tag, representation and length; the value is to follow.
  DicomBytes& head(std::uint32_t name, std::string_view vr, std::uint32_t length) {
    tag(name);
    if (form_ == Form::Implicit) {
      return u32(length);
    }
    raw(vr);
    const bool is_long = vr == "OB" || vr == "OW" || vr == "SQ" || vr == "UN" || vr == "UT" ||
                         vr == "OF" || vr == "OD";
    return is_long ? u16(0).u32(length) : u16(length);
  }
  DicomBytes& text(std::uint32_t name, std::string_view vr, std::string value) {
    if (value.size() % 2 != 0) {
      value += vr == "UI" ? '\0' : ' ';
    }
    return head(name, vr, static_cast<std::uint32_t>(value.size())).raw(value);
  }
  DicomBytes& us(std::uint32_t name, std::uint32_t value) { return head(name, "US", 2).u16(value); }
  // An item tag, or a delimiter, with its length.
  DicomBytes& item(std::uint32_t length) { return tag(0xFFFEE000).u32(length); }
  DicomBytes& item_end() { return tag(0xFFFEE00D).u32(0); }
  DicomBytes& sequence_end() { return tag(0xFFFEE0DD).u32(0); }

  // SOP class and instance, study and series, as any object has them.
  DicomBytes& identity() {
    return text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1.1")
        .text(0x00080018, "UI", "1.2.3.4")
        .text(0x00080060, "CS", "DX");
  }
  DicomBytes& geometry(std::uint32_t rows, std::uint32_t columns, std::uint32_t allocated,
                       std::uint32_t stored, std::uint32_t is_signed = 0) {
    return us(0x00280002, 1)
        .text(0x00280004, "CS", "MONOCHROME2")
        .us(0x00280010, rows)
        .us(0x00280011, columns)
        .us(0x00280100, allocated)
        .us(0x00280101, stored)
        .us(0x00280102, stored - 1)
        .us(0x00280103, is_signed);
  }

  [[nodiscard]] const std::string& str() const { return bytes_; }
  [[nodiscard]] Bytes bytes() const {
    const auto view = as_bytes(bytes_);
    return {view.begin(), view.end()};
  }

 private:
  Form form_;
  std::string bytes_;
};

// Preamble, "DICM", a meta header with this transfer syntax, then the data set.
inline Bytes part10(std::string_view transfer_syntax, std::string_view data_set) {
  DicomBytes file;
  file.raw(std::string(128, '\0')).raw("DICM").head(0x00020000, "UL", 4).u32(0);
  file.text(0x00020010, "UI", std::string(transfer_syntax)).raw(data_set);
  return file.bytes();
}

constexpr std::string_view kImplicit = "1.2.840.10008.1.2";
constexpr std::string_view kExplicit = "1.2.840.10008.1.2.1";
constexpr std::string_view kDeflated = "1.2.840.10008.1.2.1.99";
constexpr std::string_view kBigEndian = "1.2.840.10008.1.2.2";
constexpr std::string_view kRle = "1.2.840.10008.1.2.5";
constexpr std::string_view kJpegLossless = "1.2.840.10008.1.2.4.70";

}  // namespace osler::test
