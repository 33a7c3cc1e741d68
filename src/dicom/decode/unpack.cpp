#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "base/text.h"
#include "dicom/decode/internal/samples.h"

namespace osler::dicom::decode {
namespace {

using io::PixelLayout;

// The view of one frame's bytes within all frames of `size` bytes each.
Result<BytesView> frame_view(BytesView all, std::uint64_t size, std::size_t frame) {
  if (size == 0) {
    return Error(ErrorCode::DataCorrupt, "an image without pixels");
  }
  if (frame >= all.size() / size) {
    return Error(ErrorCode::DataCorrupt,
                 "too few pixel bytes: frame " + std::to_string(frame + 1) + " has " +
                     human_bytes(all.size() > size * frame ? all.size() - size * frame : 0) +
                     " of " + human_bytes(size));
  }
  return all.subspan(size * frame, size);
}

Result<std::vector<float>> floating(const PixelLayout& layout, BytesView all, std::size_t frame) {
  const bool wide = layout.storage == PixelLayout::Storage::Float64;
  const std::size_t bytes = wide ? 8 : 4;
  const std::size_t count = layout.rows * layout.columns * layout.samples;
  OSLER_TRY(const BytesView view, frame_view(all, count * bytes, frame));
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::byte, 8> raw{};
    std::ranges::copy(view.subspan(i * bytes, bytes), raw.begin());
    if (layout.big_endian) {
      std::reverse(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(bytes));
    }
    double value = 0;
    float single = 0;
    std::memcpy(&value, raw.data(), sizeof value);
    std::memcpy(&single, raw.data(), sizeof single);
    out[i] = wide ? static_cast<float>(value) : single;
  }
  return out;
}

// Two pixels share their chrominance: Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2).
Result<std::vector<float>> subsampled(const PixelLayout& layout, BytesView all, std::size_t frame) {
  const std::size_t pixels = layout.rows * layout.columns;
  if (layout.bits_allocated != 8 || pixels % 2 != 0) {
    return Error(ErrorCode::NotSupported,
                 "subsampled colours of more than 8 bits or of an odd size");
  }
  OSLER_TRY(const BytesView view, frame_view(all, pixels * 2, frame));
  std::vector<float> out(pixels * 3);
  const auto level = [&](std::size_t at) {
    return static_cast<float>(std::to_integer<int>(view[at]));
  };
  for (std::size_t pair = 0; pair < pixels / 2; ++pair) {
    for (std::size_t k = 0; k < 2; ++k) {
      out[6 * pair + 3 * k] = level(4 * pair + k);
      out[6 * pair + 3 * k + 1] = level(4 * pair + 2);
      out[6 * pair + 3 * k + 2] = level(4 * pair + 3);
    }
  }
  return out;
}

Result<std::vector<float>> integers(const PixelLayout& layout, BytesView all, std::size_t frame) {
  Samples samples{.width = layout.columns,
                  .height = layout.rows,
                  .channels = layout.samples,
                  .bits_allocated = layout.bits_allocated,
                  .bits_stored = layout.bits_stored,
                  .high_bit = layout.high_bit,
                  .is_signed = layout.is_signed,
                  .big_endian = layout.big_endian,
                  .planar = layout.planar};
  const std::uint64_t count = std::uint64_t{layout.rows} * layout.columns * layout.samples;
  if (layout.bits_allocated == 1) {
    // Frames of single bits follow each other without padding.
    const std::uint64_t first = count * frame;
    samples.bytes = all.subspan(std::min<std::uint64_t>(first / 8, all.size()));
    samples.first_bit = first % 8;
    return stored_values(samples);
  }
  OSLER_TRY(samples.bytes,
            frame_view(all, count * static_cast<std::uint64_t>(layout.bits_allocated) / 8, frame));
  return stored_values(samples);
}

// Look-up of colours; an index past either end takes the end's colour (PS3.3 C.7.6.3.1.5).
void apply_palette(const io::Palette& palette, clinical::Image& image) {
  std::vector<float> out(image.samples.size() * 3);
  const auto last = static_cast<float>(palette.red.size() - 1);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    const float at =
        std::clamp(image.samples[i] - static_cast<float>(palette.first_value), 0.0F, last);
    const auto index = static_cast<std::size_t>(at);
    out[3 * i] = palette.red[index];
    out[3 * i + 1] = palette.green[index];
    out[3 * i + 2] = palette.blue[index];
  }
  image.samples = std::move(out);
  image.channels = 3;
  image.bits_stored = palette.bits;
  image.is_signed = false;
  image.photometric = clinical::Photometric::Rgb;
}

}  // namespace

Result<clinical::Image> finish(const io::File& file, std::size_t frame, std::vector<float> values,
                               Colour colour) {
  const PixelLayout& layout = file.pixels();
  clinical::Image image = file.describe(frame);
  image.samples = std::move(values);
  image.channels = layout.samples;
  if (layout.samples != 1 && layout.samples != 3) {
    return Error(ErrorCode::NotSupported,
                 "pixels of " + counted(static_cast<std::int64_t>(layout.samples), "sample"));
  }
  if (layout.samples == 3) {
    image.photometric = clinical::Photometric::Rgb;
    if (colour == Colour::YbrFull) {
      ybr_to_rgb(image.samples, image.bits_stored, layout.photometric.starts_with("YBR_PARTIAL"));
    }
  } else if (layout.photometric == "PALETTE COLOR") {
    OSLER_TRY(const io::Palette palette, file.palette());
    apply_palette(palette, image);
  }
  return image;
}

Result<clinical::Image> unpack(const io::File& file, std::size_t frame) {
  const PixelLayout& layout = file.pixels();
  OSLER_TRY(const BytesView all, file.plain_pixels());
  const bool ybr = layout.samples == 3 && layout.photometric.starts_with("YBR_");
  if (layout.storage != PixelLayout::Storage::Integer) {
    OSLER_TRY(auto values, floating(layout, all, frame));
    return finish(file, frame, std::move(values), Colour::Grey);
  }
  // A third less than full colours need: the two pixels of a pair do share their chrominance.
  const std::uint64_t full = std::uint64_t{layout.rows} * layout.columns * 3 * layout.frames;
  if (ybr && layout.photometric.ends_with("_422") && all.size() < full) {
    OSLER_TRY(auto values, subsampled(layout, all, frame));
    return finish(file, frame, std::move(values), Colour::YbrFull);
  }
  OSLER_TRY(auto values, integers(layout, all, frame));
  return finish(file, frame, std::move(values), ybr ? Colour::YbrFull : Colour::Rgb);
}

}  // namespace osler::dicom::decode
