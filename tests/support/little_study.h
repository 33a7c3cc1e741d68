#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/arrays/npy.h"
#include "base/rng.h"

namespace osler::test {

// Small pictures in MedMNIST's layout: a bright square on noise where the label is 1. The first
// `repeats` films of each part are the same pictures, so that the audit has something to find.
inline Bytes little_npz(std::size_t repeats = 0) {
  constexpr std::size_t kSide = 16;
  std::map<std::string, arrays::Array> arrays;
  Rng rng(7);
  for (const char* part : {"train", "val", "test"}) {
    const std::size_t n = std::string(part) == "train" ? 120 : 60;
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
    for (std::size_t i = 0; i < n; ++i) {
      labels.push_back(i % 2 == 0 ? 1 : 0);
      for (std::size_t p = 0; p < kSide * kSide; ++p) {
        const bool square = p / kSide >= 5 && p / kSide < 11 && p % kSide >= 5 && p % kSide < 11;
        const double level = 90.0 + (square && labels.back() == 1 ? 60.0 : 0.0);
        pixels.push_back(
            static_cast<std::uint8_t>(std::clamp(rng.normal(level, 25.0), 0.0, 255.0)));
      }
    }
    for (std::size_t i = 0; i < repeats * kSide * kSide; ++i) {
      pixels[i] = static_cast<std::uint8_t>(i % 251);
    }
    arrays[std::string(part) + "_images"] =
        arrays::Array::of<std::uint8_t>({n, kSide, kSide}, pixels);
    arrays[std::string(part) + "_labels"] = arrays::Array::of<std::uint8_t>({n, 1}, labels);
  }
  return *arrays::to_npz(arrays);
}

// A study of little.npz that takes a few seconds.
constexpr std::string_view kLittleStudy = R"(name: little
finding: {label: square}
data: {source: npz, path: "${DATA}/little.npz"}
transform: {window: none, size: 16}
training:
  network: {kind: small_residual, widths: [8, 16]}
  optimiser: {learning_rate: 0.003, batch: 32, epochs: 3, warmup_epochs: 0}
operating_point: {sensitivity: 0.9}
gates: {auroc_lower: 0.8}
)";

}  // namespace osler::test
