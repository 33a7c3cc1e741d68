#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::infer::package {

// The one list of a package's files; its bytes are what is signed.
struct Manifest {
  std::string name;
  std::int64_t version = 1;
  std::map<std::string, crypto::Digest> files;  // name -> SHA-256, all but the manifest's own two
};

[[nodiscard]] bool is_package_name(std::string_view name);

[[nodiscard]] std::string to_text(const Manifest& manifest);
// DataCorrupt: not such a manifest; a file that no package has; a file that every package has and
// this one does not list.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

// As files are called in a package.
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kSignature = "manifest.sig";
inline constexpr std::string_view kNetwork = "model.onnx";
inline constexpr std::string_view kModel = "model.json";
inline constexpr std::string_view kGolden = "golden.npz";
inline constexpr std::string_view kNovelty = "novelty.npz";
inline constexpr std::string_view kAtlas = "atlas.npz";
inline constexpr std::string_view kCard = "card.md";

}  // namespace osler::infer::package
