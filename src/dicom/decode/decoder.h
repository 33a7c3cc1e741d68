#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "base/crypto.h"
#include "base/result.h"
#include "clinical/image.h"
#include "dicom/io/file.h"

namespace osler::dicom::decode {

struct DecoderOptions {
  std::filesystem::path program;              // osler-decode; empty: beside the running program
  std::size_t children = 0;                   // 0: one a hardware thread; started when first needed
  std::chrono::milliseconds timeout{20'000};  // for one frame
};

// Pixels out of bytes from outside. Plain pixel data is unpacked here; whatever needs a codec goes
// to osler-decode, a child without files, network or rights, which is killed on time-out. A child
// that dies fails the one frame it held and is replaced for the next. Thread-safe; up to `children`
// frames are decoded at once, further callers wait.
class Decoder {
 public:
  // NotFound: no such program.
  [[nodiscard]] static Result<Decoder> create(const DecoderOptions& options = {});

  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  // One frame of stored values; YBR colour spaces and palettes have become RGB.
  // NotFound: no pixel data, or no such frame. NotSupported: a syntax nobody here decodes (JPEG XL,
  // video). DataCorrupt: too few pixel bytes, a broken codestream, one whose geometry disagrees
  // with the header, or one that ended the decoder. Unavailable: time-out, or no child could be
  // started.
  [[nodiscard]] Result<clinical::Image> decode(const io::File& file, std::size_t frame = 0);

  // A PNG (1 to 16 bits, grey, palette or colour) or JPEG picture. Transparency is dropped.
  // NotSupported: neither PNG nor JPEG. Others as above.
  [[nodiscard]] Result<clinical::Image> decode_picture(BytesView bytes);

 private:
  class Pool;
  explicit Decoder(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

}  // namespace osler::dicom::decode
