#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

#include "base/text.h"
#include "dicom/io/internal/element.h"

namespace osler::dicom::io {
namespace {

// zlib's own object, ended when it goes.
class Stream {
 public:
  explicit Stream(int window_bits) { ok_ = ::inflateInit2(&stream_, window_bits) == Z_OK; }
  ~Stream() { ::inflateEnd(&stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream(Stream&&) = delete;
  Stream& operator=(Stream&&) = delete;
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] z_stream& operator*() { return stream_; }

 private:
  z_stream stream_{};
  bool ok_ = false;
};

enum class Ending : std::uint8_t { Whole, CutShort, Broken, TooLarge };

struct Inflated {
  Ending ending = Ending::Broken;
  std::uint64_t size = 0;
};

// Inflates into `out` where there is one, else only measures. Stops past `cap` bytes.
Inflated run(BytesView bytes, int window_bits, std::uint64_t cap, std::span<std::byte> out) {
  Stream stream(window_bits);
  if (!stream.ok()) {
    return {};
  }
  constexpr std::size_t kStep = std::size_t{1} << 30;
  std::vector<std::byte> scratch(out.empty() ? std::size_t{1} << 18 : 0);
  std::uint64_t size = 0;
  std::size_t used = 0;
  auto& z = *stream;
  while (true) {
    const std::size_t give = std::min(kStep, bytes.size() - used);
    auto* in = reinterpret_cast<const unsigned char*>(bytes.data() + used);
    z.next_in = const_cast<unsigned char*>(in);  // zlib's interface; it only reads
    z.avail_in = static_cast<uInt>(give);
    const std::span<std::byte> room = out.empty() ? std::span(scratch) : out.subspan(size);
    z.next_out = reinterpret_cast<unsigned char*>(room.data());
    const std::size_t space = std::min(kStep, room.size());
    z.avail_out = static_cast<uInt>(space);
    const int status = ::inflate(&z, Z_NO_FLUSH);
    used += give - z.avail_in;
    const std::size_t made = space - z.avail_out;
    size += made;
    if (size > cap) {
      return {.ending = Ending::TooLarge, .size = size};
    }
    if (status == Z_STREAM_END) {
      return {.ending = Ending::Whole, .size = size};
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      return {.ending = Ending::Broken, .size = size};
    }
    if (made == 0 && give == z.avail_in) {
      return {.ending = used == bytes.size() ? Ending::CutShort : Ending::Broken, .size = size};
    }
  }
}

}  // namespace

Result<Bytes> inflate(BytesView bytes, const ScanLimits& limits) {
  constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{64} << 20;
  const std::uint64_t cap =
      std::min(limits.inflated_bytes,
               std::max(kAlwaysAllowed, limits.inflation_ratio * std::uint64_t{bytes.size()}));
  int window_bits = -MAX_WBITS;
  Inflated measured = run(bytes, window_bits, cap, {});
  if (measured.ending == Ending::Broken) {
    // Some writers put zlib's header before the deflated bytes.
    window_bits = MAX_WBITS;
    measured = run(bytes, window_bits, cap, {});
  }
  switch (measured.ending) {
    case Ending::Whole:
      break;
    case Ending::CutShort:
      return Error(ErrorCode::DataCorrupt,
                   "cut short: the deflated data set ends after " + human_bytes(measured.size));
    case Ending::Broken:
      return Error(ErrorCode::DataCorrupt, "the deflated data set is broken");
    case Ending::TooLarge:
      return Error(ErrorCode::DataCorrupt,
                   human_bytes(bytes.size()) + " that inflate to more than " + human_bytes(cap));
  }
  Bytes out(measured.size);
  if (!out.empty()) {
    static_cast<void>(run(bytes, window_bits, cap, out));
  }
  return out;
}

}  // namespace osler::dicom::io
