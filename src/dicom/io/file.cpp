#include "dicom/io/file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/text.h"
#include "dicom/io/internal/contents.h"
#include "dicom/io/internal/dictionary.h"

namespace osler::dicom::io {
namespace {

TextKind text_kind(Vr code) {
  if (code == vr("PN")) {
    return TextKind::Name;
  }
  return code == vr("LT") || code == vr("ST") || code == vr("UT") || code == vr("UR")
             ? TextKind::Single
             : TextKind::Values;
}

bool takes_character_set(Vr code) {
  return code == vr("LO") || code == vr("LT") || code == vr("PN") || code == vr("SH") ||
         code == vr("ST") || code == vr("UC") || code == vr("UT") || code == 0 || code == vr("UN");
}

// Control characters as blanks; blanks at the ends of each value away.
std::string tidy(std::string text, TextKind kind) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      c = ' ';
    }
  }
  if (kind == TextKind::Single || text.find('\\') == std::string::npos) {
    return std::string(trim(text));
  }
  auto values = split(text, '\\');
  for (auto& value : values) {
    value = std::string(trim(value));
  }
  return join(values, "\\");
}

template <typename T>
T load(BytesView bytes, std::size_t index, bool big) {
  std::array<std::byte, sizeof(T)> raw{};
  std::ranges::copy(bytes.subspan(index * sizeof(T), sizeof(T)), raw.begin());
  if (big) {
    std::ranges::reverse(raw);
  }
  return std::bit_cast<T>(raw);
}

template <typename T>
std::optional<double> binary(BytesView bytes, std::size_t index, bool big) {
  if (index >= bytes.size() / sizeof(T)) {
    return std::nullopt;
  }
  return static_cast<double>(load<T>(bytes, index, big));
}

// Nothing: the representation is not of binary numbers.
std::optional<double> binary_number(BytesView bytes, Vr code, std::size_t index, bool big,
                                    bool& is_binary) {
  is_binary = true;
  switch (code) {
    case vr("US"):
    case vr("OW"):
      return binary<std::uint16_t>(bytes, index, big);
    case vr("SS"):
      return binary<std::int16_t>(bytes, index, big);
    case vr("UL"):
    case vr("OL"):
      return binary<std::uint32_t>(bytes, index, big);
    case vr("SL"):
      return binary<std::int32_t>(bytes, index, big);
    case vr("FL"):
    case vr("OF"):
      return binary<float>(bytes, index, big);
    case vr("FD"):
    case vr("OD"):
      return binary<double>(bytes, index, big);
    case vr("UV"):
    case vr("OV"):
      return binary<std::uint64_t>(bytes, index, big);
    case vr("SV"):
      return binary<std::int64_t>(bytes, index, big);
    default:
      is_binary = false;
      return std::nullopt;
  }
}

// Systems that do not know an element pass it on as UN, whose value is little endian as the
// dictionary would have it (PS3.5 section 6.2.2).
void name_unknown(Scanned& scanned) {
  for (auto& element : scanned.table) {
    if (element.vr == vr("UN") && !scanned.scan.big_endian) {
      const Vr known = dictionary(element.tag).vr;
      element.vr = known != 0 && known != vr("SQ") ? known : element.vr;
    }
  }
}

}  // namespace

const Element* File::Contents::find(DataSet set, Tag tag) const {
  for (std::uint32_t row = set.begin; row < set.end; row = table()[row].end) {
    if (table()[row].tag == tag) {
      return &table()[row];
    }
  }
  return nullptr;
}

std::vector<DataSet> File::Contents::items(const Element* sequence) const {
  std::vector<DataSet> found;
  if (sequence == nullptr) {
    return found;
  }
  const auto first = static_cast<std::uint32_t>(sequence - table().data()) + 1;
  for (std::uint32_t row = first; row < sequence->end; row = table()[row].end) {
    found.push_back({.begin = row + 1, .end = table()[row].end});
  }
  return found;
}

std::optional<DataSet> File::Contents::first_item(DataSet set, Tag sequence) const {
  const Element* found = find(set, sequence);
  const auto first = found == nullptr ? 0 : static_cast<std::uint32_t>(found - table().data()) + 1;
  if (found == nullptr || first >= found->end) {
    return std::nullopt;
  }
  return DataSet{.begin = first + 1, .end = table()[first].end};
}

std::string File::Contents::text(const Element* element) const {
  if (element == nullptr || element->length > (std::uint64_t{1} << 20)) {
    return {};
  }
  const TextKind kind = text_kind(element->vr);
  const std::string_view raw = as_text(value(*element));
  const std::span<const std::string> sets = takes_character_set(element->vr)
                                                ? std::span<const std::string>(character_sets)
                                                : std::span<const std::string>{};
  return tidy(to_utf8(raw, sets, kind), kind);
}

std::optional<double> File::Contents::number(const Element* element, std::size_t index) const {
  if (element == nullptr) {
    return std::nullopt;
  }
  bool is_binary = false;
  const auto number =
      binary_number(value(*element), element->vr, index, scanned.scan.big_endian, is_binary);
  if (is_binary) {
    return number;
  }
  const auto values = split(text(element), '\\');
  return index < values.size() ? parse_number(trim(values[index])) : std::nullopt;
}

std::size_t File::Contents::integer(DataSet set, Tag tag, std::size_t otherwise) const {
  const auto found = number(set, tag);
  return found && *found >= 0 && *found < 4294967296.0 ? static_cast<std::size_t>(*found)
                                                       : otherwise;
}

File::File(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;

Result<File> File::parse(Bytes bytes, const ScanLimits& limits) {
  auto contents = std::make_unique<Contents>();
  contents->bytes = std::move(bytes);
  OSLER_TRY(contents->scanned, scan_object(contents->bytes, limits, Keep::Table));
  const Scan& scan = contents->scanned.scan;
  contents->data = scan.deflated ? BytesView(contents->scanned.inflated)
                                 : BytesView(contents->bytes).subspan(scan.data_set_offset);
  name_unknown(contents->scanned);
  contents->syntax = transfer_syntax(scan.transfer_syntax_uid);
  if (!contents->syntax.known && !scan.encapsulated) {
    contents->syntax.codec = Codec::None;
  }
  const std::string sets = contents->text(contents->outermost(), {0x0008, 0x0005});
  if (!sets.empty()) {
    contents->character_sets = split(sets, '\\');
  }
  contents->instance = make_instance(*contents);
  contents->layout = make_layout(*contents);
  return File(std::move(contents));
}

Result<File> File::parse(BytesView bytes, const ScanLimits& limits) {
  return parse(Bytes(bytes.begin(), bytes.end()), limits);
}

const Scan& File::scan() const {
  return contents_->scanned.scan;
}
BytesView File::bytes() const {
  return contents_->bytes;
}
const TransferSyntax& File::syntax() const {
  return contents_->syntax;
}
const clinical::Instance& File::instance() const {
  return contents_->instance;
}
const PixelLayout& File::pixels() const {
  return contents_->layout;
}

Bytes File::release() && {
  Bytes bytes = std::move(contents_->bytes);
  contents_ = std::make_unique<Contents>();
  return bytes;
}

Result<void> File::check_storable() const {
  constexpr std::string_view kDirectory = "1.2.840.10008.1.3.10";
  const auto& instance = contents_->instance;
  if (instance.sop_class_uid == kDirectory ||
      contents_->find(contents_->outermost(), {0x0004, 0x1220}) != nullptr) {
    return Error(ErrorCode::NotSupported, "a DICOMDIR, which only lists other files");
  }
  if (instance.sop_instance_uid.empty()) {
    return Error(ErrorCode::DataCorrupt,
                 "no SOP Instance UID, so that it cannot be told from other objects");
  }
  if (instance.sop_class_uid.empty()) {
    return Error(ErrorCode::DataCorrupt, "no SOP Class UID, so that nobody knows what it is");
  }
  return {};
}

std::string File::text(Tag tag) const {
  return contents_->text(contents_->outermost(), tag);
}
bool File::has(Tag tag) const {
  return contents_->find(contents_->outermost(), tag) != nullptr;
}
std::optional<double> File::number(Tag tag, std::size_t index) const {
  return contents_->number(contents_->outermost(), tag, index);
}

}  // namespace osler::dicom::io
