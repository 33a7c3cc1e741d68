// A scanner's year is about 10^5 films or 10^6 slices of this size: the copies of a year's slices
// must not take a night.

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/file.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/writer.h"

namespace osler::dicom::deidentify {
namespace {

// An MR slice of 140 kB with a header of the usual length: 120 elements, five nested items, 30
// private elements.
Bytes slice() {
  constexpr io::Encoding kEncoding{.explicit_vr = true, .big_endian = false};
  Writer data(160'000);
  const auto put = [&](std::uint32_t tag, const char(&code)[3], std::string_view value) {
    data.element(
        kEncoding,
        {static_cast<std::uint16_t>(tag >> 16U), static_cast<std::uint16_t>(tag & 0xFFFFU)},
        io::vr(code), value);
  };
  put(0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\ND");
  put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4");
  put(0x00080018, "UI", "1.3.12.2.1107.5.2.6.24119.30000013121716094326500000394");
  for (const std::uint32_t tag : {0x00080020U, 0x00080021U, 0x00080022U, 0x00080023U}) {
    put(tag, "DA", "20131217");
  }
  put(0x00080050, "SH", "ACC0012345");
  put(0x00080060, "CS", "MR");
  put(0x00080080, "LO", "Hospital of Nowhere");
  put(0x00080090, "PN", "Referrer^Rita");
  for (int i = 0; i < 5; ++i) {
    const auto sequence = data.sequence(kEncoding, {0x0008, 0x1140}, io::vr("SQ"), i % 2 == 0);
    const auto item = data.item(kEncoding, i % 2 == 0);
    put(0x00081150, "UI", "1.2.840.10008.5.1.4.1.1.4");
    put(0x00081155, "UI", "1.3.12.2.1107.5.2.6.24119." + std::to_string(i));
    data.close(kEncoding, item);
    data.close(kEncoding, sequence);
  }
  put(0x00100010, "PN", "Doe^Jane");
  put(0x00100020, "LO", "MRN0042");
  put(0x00100030, "DA", "19500601");
  for (std::uint32_t element = 0x0080; element < 0x00A0; ++element) {
    put(0x00180000 | element, "DS", "12.5");
  }
  put(0x0020000D, "UI", "1.3.12.2.1107.5.2.6.24119.30000013121716094326500000001");
  put(0x0020000E, "UI", "1.3.12.2.1107.5.2.6.24119.30000013121716094326500000002");
  put(0x00200052, "UI", "1.3.12.2.1107.5.2.6.24119.30000013121716094326500000003");
  put(0x00290010, "LO", "SIEMENS CSA HEADER");
  for (std::uint32_t element = 0x1001; element < 0x101F; ++element) {
    put(0x00290000 | element, "OB", std::string(64, 'x'));
  }
  put(0x7FE00010, "OW", std::string(131'072, 'p'));
  Writer file(180'000);
  file.raw(as_bytes(std::string(128, '\0') + "DICM"));
  file.element(kEncoding, {0x0002, 0x0010}, io::vr("UI"), "1.2.840.10008.1.2.1");
  file.raw(data.bytes());
  return std::move(file).take();
}

void copy_slice(benchmark::State& state) {
  const Bytes original = slice();
  const auto pseudonyms = *Pseudonyms::create(Bytes(32, std::byte{7}));
  const Profile profile = Profile::research();
  for (auto _ : state) {
    auto copy = deidentify(original, profile, pseudonyms);
    benchmark::DoNotOptimize(copy);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(original.size()));
}
BENCHMARK(copy_slice)->Threads(1)->Threads(2)->UseRealTime();

// The real MR series that bench/peers/deidentify_pydicom.py is measured with.
void copy_real_series(benchmark::State& state) {
  const char* shared = std::getenv("OSLER_SHARED");  // NOLINT(concurrency-mt-unsafe)
  const auto folder = std::filesystem::path(shared != nullptr ? shared : "../shared") / "data" /
                      "dicom" / "mr-series";
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("set OSLER_SHARED to the folder of real data");
    return;
  }
  std::vector<Bytes> originals;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    originals.push_back(*read_file(entry.path()));
  }
  const auto pseudonyms = *Pseudonyms::create(Bytes(32, std::byte{7}));
  const Profile profile = Profile::research();
  std::size_t next = 0;
  for (auto _ : state) {
    auto copy = deidentify(originals[next++ % originals.size()], profile, pseudonyms);
    benchmark::DoNotOptimize(copy);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(copy_real_series)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace osler::dicom::deidentify
