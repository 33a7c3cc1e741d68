#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "clinical/score_map.h"
#include "infer/engine/session.h"
#include "infer/onnx/adapt.h"

namespace osler::infer::package {

// Real inputs with what the network gave for them when the package was made.
struct GoldenInputs {
  std::size_t images = 0;  // at least kFewestGolden
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> pixels{};  // [images, 1, height, width], transformed
  std::vector<float> logits{};  // [images]
  double tolerance = 1e-4;      // largest difference of a logit that still passes
};
inline constexpr std::size_t kFewestGolden = 16;

// All that goes into a package. The members that say JSON hold one JSON document as text; they are
// written with sorted keys, so that equal contents have equal bytes and one digest.
struct Contents {
  std::string name{};          // lower-case letters, digits, '-', '_' and '.', at most 64
  std::int64_t version = 1;    // from 1
  Bytes onnx{};                // input "image" [N, 1, H, W], outputs "logit", "features", "map"
  std::string transform{};     // JSON, imaging::TransformSpec
  std::string finding{};       // JSON: code, label
  std::string intended_use{};  // JSON
  clinical::ScoreMap score_map;
  Bytes novelty{};           // explain::novelty, or empty: then nothing tells a strange film
  Bytes atlas{};             // explain::similar, or empty: then no past films are shown
  std::string provenance{};  // JSON: data version, code revision, seed, parameters
  std::string metrics{};     // JSON
  std::string gates{};       // JSON: the gates and who signed off those that did not pass
  GoldenInputs golden;
  std::string card{};  // Markdown
};

// Writes a signed package as a new folder: manifest.json with every file's SHA-256, manifest.sig
// (Ed25519 over its bytes), model.onnx, model.json, golden.npz, novelty.npz and atlas.npz where
// given, card.md. No times and no paths in it: equal contents and key give equal bytes. Written
// beside and renamed: there is a whole package or none. Gives the package's digest, SHA-256 of
// manifest.json.
//
// InvalidArgument: a name, version, golden input or JSON member that is not as above, or a bad key.
// FailedPrecondition: the folder exists, or the golden inputs do not give their logits.
// What onnx::inspect says of the network; what write_file says of the disk.
[[nodiscard]] Result<crypto::Digest> write(const std::filesystem::path& folder,
                                           const Contents& contents, BytesView private_key);

// What a package says of itself, for pages about it.
struct Papers {
  crypto::Digest digest;  // of the package
  Bytes signer;           // the public key that signed it
  Contents contents;      // without network, golden inputs and novelty: they are not even read
};
// Reads model.json and card.md, after the signature and the digests of these two: cheap, and good
// for reading only. Whether the package may score is for Package::open to say.
// NotFound, PermissionDenied, DataCorrupt: as Package::open.
[[nodiscard]] Result<Papers> read_papers(const std::filesystem::path& folder,
                                         const std::vector<Bytes>& trusted_keys);

struct OpenOptions {
  std::vector<Bytes> trusted_keys{};  // public keys, 32 bytes each
  int threads = 1;                    // of one run, see engine::SessionOptions
};

// A package that passed every check, with its network loaded. Copies share the network; score() may
// be called from several threads at once.
class Package {
 public:
  // Each file is read once, and what was verified is what is used. In this order: the signature by
  // a trusted key; the digest of every file; inspection of the network; the golden inputs. Only
  // then is there a Package.
  //
  // NotFound: no such folder or no manifest. PermissionDenied: no trusted key signed it.
  // DataCorrupt: a changed, added or missing file, named with both digests; a manifest or
  // model.json that cannot be read; a golden input that gives another logit.
  [[nodiscard]] static Result<Package> open(const std::filesystem::path& folder,
                                            const OpenOptions& options);

  [[nodiscard]] const crypto::Digest& digest() const;
  [[nodiscard]] const Bytes& signer() const;  // the public key that signed it
  [[nodiscard]] const Contents& contents() const;
  // For class activation maps; none where the network has no such head.
  [[nodiscard]] const std::optional<onnx::LinearHead>& head() const;
  [[nodiscard]] std::size_t height() const;  // pixels of the network's input
  [[nodiscard]] std::size_t width() const;
  // The largest difference of a golden logit on this machine.
  [[nodiscard]] double golden_difference() const;

  // pixels [n, 1, H, W], transformed by contents().transform. Errors as engine::Session::run.
  [[nodiscard]] Result<engine::Outputs> score(std::span<const float> pixels, std::size_t n) const;

 private:
  struct State;
  explicit Package(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace osler::infer::package
