#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/crypto.h"
#include "dicom/io/internal/element.h"

namespace osler::dicom::deidentify {

// Puts data elements one after the other (PS3.5 section 7).
class Writer {
 public:
  explicit Writer(std::size_t room) { out_.reserve(room); }

  // A whole element. Odd lengths are padded as the representation asks.
  void element(io::Encoding encoding, io::Tag tag, io::Vr code, BytesView value);
  void element(io::Encoding encoding, io::Tag tag, io::Vr code, std::string_view value) {
    element(encoding, tag, code, as_bytes(value));
  }

  // A sequence or an item, closed by close(). `undefined`: ends with a delimiter; else its length
  // is filled in when it ends.
  struct Open {
    std::size_t value_at = 0;
    io::Tag end_with{};
    bool undefined = false;
  };
  [[nodiscard]] Open sequence(io::Encoding encoding, io::Tag tag, io::Vr code, bool undefined);
  [[nodiscard]] Open item(io::Encoding encoding, bool undefined);
  void close(io::Encoding encoding, const Open& open);

  // An element of undefined length whose items are already encoded, delimiter included.
  void fragments(io::Encoding encoding, io::Tag tag, io::Vr code, BytesView items);

  void raw(BytesView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  [[nodiscard]] BytesView bytes() const { return out_; }
  [[nodiscard]] Bytes take() && { return std::move(out_); }

 private:
  void head(io::Encoding encoding, io::Tag tag, io::Vr code, std::uint32_t length);
  void put16(std::uint16_t value, bool big);
  void put32(std::uint32_t value, bool big);

  Bytes out_;
};

// Does an explicit header of that representation have a length of four bytes (PS3.5 table 7.1-1)?
[[nodiscard]] bool has_long_length(io::Vr code);

}  // namespace osler::dicom::deidentify
