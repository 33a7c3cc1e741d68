#include <algorithm>
#include <array>

#include "base/text.h"
#include "dicom/io/internal/contents.h"

namespace osler::dicom::io {
namespace {

using clinical::Image;

constexpr Tag kSharedGroups{0x5200, 0x9229};
constexpr Tag kFrameGroups{0x5200, 0x9230};

// The macro of one frame: its own, or the one that all frames share (PS3.3 C.7.6.16).
std::optional<DataSet> functional_group(const File::Contents& in, std::size_t frame, Tag macro) {
  const auto frames = in.items(in.find(in.outermost(), kFrameGroups));
  if (frame < frames.size()) {
    if (const auto own = in.first_item(frames[frame], macro)) {
      return own;
    }
  }
  const auto shared = in.first_item(in.outermost(), kSharedGroups);
  return shared ? in.first_item(*shared, macro) : std::nullopt;
}

std::optional<Image::Lut> read_lut_item(const File::Contents& in, DataSet set, Tag sequence,
                                        bool is_signed) {
  const auto item = in.first_item(set, sequence);
  return item ? read_lut(in, *item, {0x0028, 0x3002}, {0x0028, 0x3006}, is_signed) : std::nullopt;
}

void read_modality(const File::Contents& in, std::size_t frame, Image& out) {
  const auto group = functional_group(in, frame, {0x0028, 0x9145});
  const DataSet set = group.value_or(in.outermost());
  out.rescale_slope = in.number(set, {0x0028, 0x1053}).value_or(1.0);
  out.rescale_intercept = in.number(set, {0x0028, 0x1052}).value_or(0.0);
  out.modality_lut = read_lut_item(in, in.outermost(), {0x0028, 0x3000}, out.is_signed);
}

void read_window(const File::Contents& in, std::size_t frame, Image& out) {
  const auto group = functional_group(in, frame, {0x0028, 0x9132});
  const DataSet set = group.value_or(in.outermost());
  const auto centre = in.number(set, {0x0028, 0x1050});
  const auto width = in.number(set, {0x0028, 0x1051});
  if (centre && width && *width > 0) {
    out.window = Image::Window{.centre = *centre,
                               .width = *width,
                               .sigmoid = lower(in.text(set, {0x0028, 0x1056})) == "sigmoid"};
  }
  out.voi_lut = read_lut_item(in, set, {0x0028, 0x3010}, false);
}

void read_spacing(const File::Contents& in, std::size_t frame, Image& out) {
  const auto group = functional_group(in, frame, {0x0028, 0x9110});
  const auto row = group ? in.number(*group, {0x0028, 0x0030}, 0) : in.instance.row_spacing_mm;
  const auto column =
      group ? in.number(*group, {0x0028, 0x0030}, 1) : in.instance.column_spacing_mm;
  if (row && column && *row > 0 && *column > 0) {
    out.spacing_mm = std::array{*row, *column};
  }
}

// Does a fragment begin a codestream? JPEG and JPEG-LS (SOI), JPEG 2000 (SOC), or its file format.
bool begins_frame(BytesView fragment) {
  if (fragment.size() < 4) {
    return false;
  }
  const std::uint16_t marker = load16(fragment, 0, true);
  return marker == 0xFFD8 || marker == 0xFF4F || load32(fragment, 0, true) == 0x0000000C;
}

using Fragments = std::vector<BytesView>;

// By the basic offset table, whose entries point at the item tags (PS3.5 A.4).
std::optional<Fragments> by_offsets(const File::Contents& in, std::span<const Element> all,
                                    std::size_t frame) {
  const Element& table = all.front();
  const auto pieces = all.subspan(1);
  const std::size_t frames = in.layout.frames;
  if (pieces.empty() || table.length != 4 * frames) {
    return std::nullopt;
  }
  const BytesView offsets = in.value(table);
  const std::uint64_t base = pieces.front().offset;
  const std::uint64_t from = base + load32(offsets, 4 * frame, false);
  const std::uint64_t to =
      frame + 1 < frames ? base + load32(offsets, 4 * frame + 4, false) : pieces.back().offset + 1;
  const auto starts = [&](std::uint64_t at) {
    return std::ranges::any_of(pieces, [&](const Element& piece) { return piece.offset == at; });
  };
  if (!starts(from) || (frame + 1 < frames && !starts(to)) || from >= to) {
    return std::nullopt;
  }
  Fragments found;
  for (const Element& piece : pieces) {
    if (piece.offset >= from && piece.offset < to) {
      found.push_back(in.value(piece));
    }
  }
  return found;
}

// By where codestreams begin.
std::optional<Fragments> by_markers(const File::Contents& in, std::span<const Element> pieces,
                                    std::size_t frame) {
  Fragments found;
  std::size_t begun = 0;
  for (const Element& piece : pieces) {
    const BytesView bytes = in.value(piece);
    begun += begins_frame(bytes) ? 1U : 0U;
    if (begun == frame + 1) {
      found.push_back(bytes);
    }
  }
  return begun == in.layout.frames ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace

Image File::describe(std::size_t frame) const {
  const Contents& in = *contents_;
  const PixelLayout& layout = in.layout;
  Image out;
  out.width = layout.columns;
  out.height = layout.rows;
  out.bits_stored = layout.bits_stored;
  out.is_signed = layout.is_signed;
  if (layout.photometric == "MONOCHROME1") {
    out.photometric = clinical::Photometric::Monochrome1;
  }
  read_modality(in, frame, out);
  read_window(in, frame, out);
  read_spacing(in, frame, out);
  return out;
}

Result<std::vector<BytesView>> File::fragments(std::size_t frame) const {
  const Contents& in = *contents_;
  const Element* pixels = in.find(in.outermost(), kPixelData);
  if (pixels == nullptr || !in.layout.encapsulated || frame >= in.layout.frames) {
    return Error(ErrorCode::NotFound,
                 "there is no encapsulated frame " + std::to_string(frame + 1));
  }
  const auto first = static_cast<std::size_t>(pixels - in.table().data()) + 1;
  const std::span<const Element> all = std::span(in.table()).subspan(first, pixels->end - first);
  if (all.size() < 2) {
    return Error(ErrorCode::DataCorrupt, "the pixel data has no fragments");
  }
  const auto pieces = all.subspan(1);
  Fragments found;
  if (in.layout.frames == 1) {
    std::ranges::transform(pieces, std::back_inserter(found),
                           [&](const Element& piece) { return in.value(piece); });
    return found;
  }
  if (pieces.size() == in.layout.frames) {
    found.push_back(in.value(pieces[frame]));
    return found;
  }
  if (auto by_table = by_offsets(in, all, frame)) {
    return *std::move(by_table);
  }
  if (auto by_start = by_markers(in, pieces, frame)) {
    return *std::move(by_start);
  }
  return Error(ErrorCode::DataCorrupt,
               counted(static_cast<std::int64_t>(pieces.size()), "fragment") +
                   " of pixel data for " +
                   counted(static_cast<std::int64_t>(in.layout.frames), "frame"));
}

Result<BytesView> File::plain_pixels() const {
  const Contents& in = *contents_;
  for (const std::uint16_t element : std::array<std::uint16_t, 3>{0x0010, 0x0008, 0x0009}) {
    const Element* pixels = in.find(in.outermost(), {0x7FE0, element});
    if (pixels != nullptr && !in.layout.encapsulated) {
      return in.value(*pixels);
    }
  }
  return Error(ErrorCode::NotFound, "there is no plain pixel data");
}

}  // namespace osler::dicom::io
