#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/io/charset.h"
#include "dicom/io/file.h"
#include "dicom/io/internal/element.h"

namespace osler::dicom::io {

// Rows of one data set: the outermost, or one item's.
struct DataSet {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// What a File holds, and the questions its sources ask of it.
struct File::Contents {
  Bytes bytes;
  Scanned scanned;
  BytesView data;  // the data set: in `bytes`, or in what was inflated
  TransferSyntax syntax{};
  std::vector<std::string> character_sets;
  clinical::Instance instance;
  PixelLayout layout;

  [[nodiscard]] const std::vector<Element>& table() const { return scanned.table; }
  [[nodiscard]] DataSet outermost() const {
    return {.begin = 0, .end = static_cast<std::uint32_t>(table().size())};
  }

  // The first element of that tag at the data set's own level; nothing where there is none.
  [[nodiscard]] const Element* find(DataSet set, Tag tag) const;
  [[nodiscard]] std::vector<DataSet> items(const Element* sequence) const;
  // The first item of a sequence in `set`.
  [[nodiscard]] std::optional<DataSet> first_item(DataSet set, Tag sequence) const;

  [[nodiscard]] BytesView value(const Element& element) const {
    return data.subspan(element.offset, element.length);
  }
  // UTF-8, trimmed, control characters away; values stay joined by backslashes.
  [[nodiscard]] std::string text(const Element* element) const;
  [[nodiscard]] std::string text(DataSet set, Tag tag) const { return text(find(set, tag)); }
  [[nodiscard]] std::optional<double> number(const Element* element, std::size_t index = 0) const;
  [[nodiscard]] std::optional<double> number(DataSet set, Tag tag, std::size_t index = 0) const {
    return number(find(set, tag), index);
  }
  [[nodiscard]] std::size_t integer(DataSet set, Tag tag, std::size_t otherwise) const;
};

// Filled once, when the file is parsed.
[[nodiscard]] clinical::Instance make_instance(const File::Contents& contents);
[[nodiscard]] PixelLayout make_layout(const File::Contents& contents);

// Descriptor and data of a look-up table (PS3.3 C.11.1.1): entries, first value mapped, bits.
[[nodiscard]] std::optional<clinical::Image::Lut> read_lut(const File::Contents& in, DataSet set,
                                                           Tag descriptor, Tag data,
                                                           bool is_signed);

}  // namespace osler::dicom::io
