// Headers read a second, on an object like an MR slice: 256 x 256 pixels of 16 bits under a header
// of 200 elements, of which a scanner makes some 10^6 a year.

#include <string>

#include <benchmark/benchmark.h>

#include "dicom/io/file.h"

namespace osler::dicom::io {
namespace {

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value & 0xFFU);
  out += static_cast<char>(value >> 8U);
}

void put(std::string& out, Tag tag, std::string_view vr, std::string_view value) {
  put16(out, tag.group);
  put16(out, tag.element);
  out += vr;
  put16(out, static_cast<unsigned>(value.size()));
  out += value;
}

Bytes slice() {
  std::string out(128, '\0');
  out += "DICM";
  put(out, {0x0002, 0x0010}, "UI", std::string_view("1.2.840.10008.1.2.1\0", 20));
  put(out, {0x0008, 0x0018}, "UI", "1.2.3.45");
  for (unsigned i = 0; i < 200; ++i) {
    put(out, {0x0018, static_cast<std::uint16_t>(0x9000 + i)}, "LO", "some short text of a header");
  }
  put(out, {0x0028, 0x0010}, "US", std::string_view("\0\1", 2));
  put(out, {0x0028, 0x0011}, "US", std::string_view("\0\1", 2));
  put(out, {0x0028, 0x0100}, "US", std::string_view("\x10\0", 2));
  out += std::string("\xE0\x7F\x10\x00OW\0\0\0\0\2\0", 12) + std::string(256 * 256 * 2, 'x');
  const auto view = as_bytes(out);
  return {view.begin(), view.end()};
}

void bm_prescan(benchmark::State& state) {
  const Bytes bytes = slice();
  for (auto _ : state) {
    benchmark::DoNotOptimize(prescan(bytes));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_prescan);

void bm_parse(benchmark::State& state) {
  const Bytes bytes = slice();
  for (auto _ : state) {
    benchmark::DoNotOptimize(File::parse(BytesView(bytes)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_parse);

}  // namespace
}  // namespace osler::dicom::io
