#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "clinical/image.h"
#include "clinical/instance.h"
#include "dicom/io/scan.h"
#include "dicom/io/tag.h"
#include "dicom/io/transfer_syntax.h"

namespace osler::dicom::io {

// How the frames lie in the pixel data element.
struct PixelLayout {
  enum class Storage : std::uint8_t { None, Integer, Float32, Float64 };
  Storage storage = Storage::None;
  bool encapsulated = false;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t samples = 1;  // per pixel
  int bits_allocated = 0;
  int bits_stored = 0;
  int high_bit = 0;
  bool is_signed = false;
  bool planar = false;  // all of one sample, then all of the next
  bool big_endian = false;
  std::size_t frames = 0;
  std::string photometric;  // as declared: "MONOCHROME1", "YBR_FULL_422"
};

// A palette look-up table, one row a colour (PS3.3 C.7.9).
struct Palette {
  int first_value = 0;
  int bits = 8;
  std::vector<std::uint16_t> red, green, blue;  // equally long
};

// One DICOM object in memory, read but never changed. Movable; const members may be called from
// several threads. The pre-scan has bounded it; no library has parsed it.
class File {
 public:
  // Takes the bytes over (move them in: an object is not copied). Fails as prescan does.
  [[nodiscard]] static Result<File> parse(Bytes bytes, const ScanLimits& limits = {});
  // The same from a copy of the bytes.
  [[nodiscard]] static Result<File> parse(BytesView bytes, const ScanLimits& limits = {});

  File(File&&) noexcept;
  File& operator=(File&&) noexcept;
  ~File();

  [[nodiscard]] const Scan& scan() const;
  // As they came.
  [[nodiscard]] BytesView bytes() const;
  // Gives the bytes back, for the store; the file is then empty.
  [[nodiscard]] Bytes release() &&;
  [[nodiscard]] const TransferSyntax& syntax() const;

  [[nodiscard]] const clinical::Instance& instance() const;

  // Can it be stored as an instance? NotSupported: a DICOMDIR. DataCorrupt: no SOP Instance UID or
  // no SOP Class UID.
  [[nodiscard]] Result<void> check_storable() const;

  // Every short field of the header that names no person, by keyword ("KVP", "ProtocolName",
  // "ViewCodeSequence.CodeMeaning"; private ones as "Private_<creator>_<group><element>"), as text:
  // what a model could have learnt from the header alone. Left out: names, identifiers, dates,
  // times, UIDs, addresses, and any value that contains this patient's name or number.
  [[nodiscard]] std::map<std::string, std::string> header_facts() const;

  // Text of an element of the outermost data set, UTF-8, trimmed; empty: absent.
  [[nodiscard]] std::string text(Tag tag) const;
  [[nodiscard]] bool has(Tag tag) const;
  // The `index`th number of an element, of whatever numeric or text representation.
  [[nodiscard]] std::optional<double> number(Tag tag, std::size_t index = 0) const;

  [[nodiscard]] const PixelLayout& pixels() const;
  // Everything of the image but its samples: geometry, LUTs, windows, spacing of one frame (the
  // functional groups of enhanced objects included).
  [[nodiscard]] clinical::Image describe(std::size_t frame) const;
  // The bytes of one encapsulated frame, piece by piece, as views into bytes(). Offset tables are
  // used where they are right; otherwise frames are told apart by their fragments.
  // NotFound: no such frame. DataCorrupt: no such fragment.
  [[nodiscard]] Result<std::vector<BytesView>> fragments(std::size_t frame) const;
  // The plain pixel data element, all frames. NotFound: none, or encapsulated.
  [[nodiscard]] Result<BytesView> plain_pixels() const;
  // NotFound: a colour table is absent. DataCorrupt: it is too short or its parts differ.
  [[nodiscard]] Result<Palette> palette() const;

  struct Contents;  // internal/contents.h

 private:
  explicit File(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

}  // namespace osler::dicom::io
