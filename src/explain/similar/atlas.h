#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::explain::similar {

// Past films with confirmed labels, as a network sees them: what a page shows beside a finding
// (Tschandl et al., Human-computer collaboration for skin cancer recognition, Nat Med 2020, found
// such pictures useful to readers). Holds no picture: films are named by the digest of their
// de-identified object, and only a home that keeps that object can show it.
struct Atlas {
  std::size_t features_per_film = 0;    // F
  std::vector<float> features;          // [n, F] pooled, as the package's network gives them
  std::vector<std::uint8_t> positive;   // [n] whether the film had the finding
  std::vector<crypto::Digest> objects;  // [n]

  [[nodiscard]] std::size_t films() const { return objects.size(); }

  // As an npz archive. Equal atlases have equal bytes.
  [[nodiscard]] Result<Bytes> serialise() const;
  // DataCorrupt: not such an archive, lengths that disagree, a value that is not finite.
  // NotSupported: more than 100,000 films or 4,096 features.
  [[nodiscard]] static Result<Atlas> deserialise(Bytes bytes);
};

struct Neighbour {
  std::size_t film = 0;   // its place in the atlas
  double distance = 0.0;  // cosine distance, 0 to 2
};

// The `count` films nearest to one by cosine distance, nearest first, by exact search; equal
// distances by place. Fewer where the atlas has fewer. A film of zero length is at distance 1 from
// every other.
//
//   features  [F]
//
// InvalidArgument: not as many features as the atlas has, or one that is not finite.
[[nodiscard]] Result<std::vector<Neighbour>> nearest(const Atlas& atlas,
                                                     std::span<const float> features,
                                                     std::size_t count);

}  // namespace osler::explain::similar
