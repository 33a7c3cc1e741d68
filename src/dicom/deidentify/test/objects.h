#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/header.h"
#include "dicom/deidentify/internal/writer.h"

namespace osler::dicom::deidentify::testing {

constexpr io::Encoding kExplicit{.explicit_vr = true, .big_endian = false};
constexpr io::Encoding kImplicit{.explicit_vr = false, .big_endian = false};
constexpr io::Encoding kBig{.explicit_vr = true, .big_endian = true};

inline Pseudonyms pseudonyms(unsigned char seed = 7) {
  return *Pseudonyms::create(Bytes(32, static_cast<std::byte>(seed)));
}

// A data set in the making: elements must be put in ascending order.
class DataSet {
 public:
  explicit DataSet(io::Encoding encoding = kExplicit) : encoding_(encoding) {}

  DataSet& put(std::uint32_t tag, const char (&code)[3], std::string_view value) {
    return put(tag, io::vr(code), value);
  }
  DataSet& put(std::uint32_t tag, io::Vr code, std::string_view value) {
    writer_.element(encoding_, of(tag), code, value);
    return *this;
  }
  // A sequence of one item, whose elements `fill` puts. `code`: as written; UN holds implicit.
  DataSet& sequence(std::uint32_t tag, const std::function<void(DataSet&)>& fill,
                    bool undefined = false, io::Vr code = io::vr("SQ")) {
    DataSet inside(code == io::vr("SQ") ? encoding_ : kImplicit);
    fill(inside);
    const auto open = writer_.sequence(encoding_, of(tag), code, undefined);
    const auto item = writer_.item(inside.encoding_, undefined);
    writer_.raw(inside.bytes());
    writer_.close(inside.encoding_, item);
    // A delimiter belongs to the value, a length to the element.
    writer_.close(undefined ? inside.encoding_ : encoding_, open);
    return *this;
  }
  // Compressed pixel data of one fragment.
  DataSet& fragment(std::string_view pixels) {
    Writer items(64 + pixels.size());
    items.close(encoding_, items.item(encoding_, false));  // no offset table
    const auto item = items.item(encoding_, false);
    items.raw(as_bytes(pixels));
    items.close(encoding_, item);
    items.close(encoding_, {.end_with = io::kSequenceEnd, .undefined = true});
    writer_.fragments(encoding_, io::kPixelData, io::vr("OB"), items.bytes());
    return *this;
  }
  [[nodiscard]] BytesView bytes() const { return writer_.bytes(); }

  static io::Tag of(std::uint32_t tag) {
    return {static_cast<std::uint16_t>(tag >> 16U), static_cast<std::uint16_t>(tag & 0xFFFFU)};
  }

 private:
  io::Encoding encoding_;
  Writer writer_{1024};
};

// With a preamble and a meta header that hold what they should not.
inline Bytes part10(BytesView data, std::string_view syntax = "1.2.840.10008.1.2.1",
                    std::string_view trailer = {}) {
  Writer out(4096);
  std::string preamble = "PREAMBLE^SECRET";
  preamble.resize(128, '\0');
  out.raw(as_bytes(preamble + "DICM"));
  DataSet meta;
  meta.put(0x00020001, "OB", std::string_view("\0\1", 2))
      .put(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00020003, "UI", "1.2.3.4")
      .put(0x00020010, "UI", syntax)
      .put(0x00020012, "UI", "1.2.3")
      .put(0x00020016, "AE", "SECRETAE")
      .put(0x00020100, "UI", "1.2.3.99")
      .put(0x00020102, "OB", "SECRETPRIVATE!");
  out.raw(meta.bytes());
  out.raw(data);
  out.raw(as_bytes(trailer));
  return std::move(out).take();
}
inline Bytes part10(const DataSet& data, std::string_view syntax = "1.2.840.10008.1.2.1") {
  return part10(data.bytes(), syntax);
}

// A copy, read again.
class Read {
 public:
  explicit Read(Bytes bytes)
      : bytes_(std::move(bytes)),
        scanned_(*io::scan_object(bytes_, {}, io::Keep::Table)),
        header_(scanned_, scanned_.scan.deflated
                              ? BytesView(scanned_.inflated)
                              : BytesView(bytes_).subspan(scanned_.scan.data_set_offset)) {}
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] const io::Scan& scan() const { return scanned_.scan; }
  [[nodiscard]] bool has(std::uint32_t tag) const {
    return header_.find(DataSet::of(tag)) != nullptr;
  }
  [[nodiscard]] std::string text(std::uint32_t tag) const {
    return std::string(header_.text(DataSet::of(tag)));
  }
  // The value of the first element of that tag at any depth, as it lies there.
  [[nodiscard]] std::optional<std::string> anywhere(std::uint32_t tag) const {
    for (const auto& element : header_.table()) {
      if (element.tag == DataSet::of(tag)) {
        return std::string(as_text(header_.value(element)));
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] bool contains(std::string_view text) const {
    return as_text(bytes_).find(text) != std::string_view::npos ||
           as_text(header_.data()).find(text) != std::string_view::npos;
  }

 private:
  Bytes bytes_;
  io::Scanned scanned_;
  Header header_;
};

// A CT slice of one patient; `more` puts elements after (0020,000E).
inline DataSet ct_slice(io::Encoding encoding = kExplicit,
                        const std::function<void(DataSet&)>& more = {}) {
  DataSet data(encoding);
  data.put(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL")
      .put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00080020, "DA", "20200131")
      .put(0x00080021, "DA", "20200201")
      .put(0x00080030, "TM", "101500.25")
      .put(0x00080050, "SH", "ACC12345")
      .put(0x00080060, "CS", "CT")
      .put(0x00080070, "LO", "Maker")
      .put(0x00080080, "LO", "Saint Nowhere")
      .put(0x00080090, "PN", "Referrer^Rita")
      .put(0x00100010, "PN", "Doe^Jane")
      .put(0x00100020, "LO", "MRN0042")
      .put(0x00100030, "DA", "19500601")
      .put(0x00100040, "CS", "F")
      .put(0x00181000, "LO", "SERIAL77")
      .put(0x0020000D, "UI", "1.2.3")
      .put(0x0020000E, "UI", "1.2.3.1");
  if (more) {
    more(data);
  }
  return data;
}

}  // namespace osler::dicom::deidentify::testing
