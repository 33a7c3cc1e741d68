#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::storage::audit {

// Merkle tree hashing of RFC 9162 section 2.1: a leaf is SHA-256(0x00 || entry), a node is
// SHA-256(0x01 || left || right), the empty tree is SHA-256("").
[[nodiscard]] crypto::Digest leaf_hash(BytesView entry);
[[nodiscard]] crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);

// MTH(D[n]) over leaf hashes, in order.
[[nodiscard]] crypto::Digest tree_head(std::span<const crypto::Digest> leaves);

// PATH(index, D[n]): the siblings from the leaf up to the root, at most ceil(log2 n) of them.
// InvalidArgument: index outside the tree. RFC 9162 section 2.1.3.1.
[[nodiscard]] Result<std::vector<crypto::Digest>> inclusion_proof(
    std::span<const crypto::Digest> leaves, std::uint64_t index);
// Whether `leaf` stands at `index` in the tree of `size` leaves with this head. Section 2.1.3.2.
[[nodiscard]] bool verify_inclusion(const crypto::Digest& leaf, std::uint64_t index,
                                    std::uint64_t size, std::span<const crypto::Digest> proof,
                                    const crypto::Digest& head);

// PROOF(first, D[n]): that the tree of the first `first` leaves is the beginning of this one.
// InvalidArgument: first is 0 or beyond the tree. Section 2.1.4.1.
[[nodiscard]] Result<std::vector<crypto::Digest>> consistency_proof(
    std::span<const crypto::Digest> leaves, std::uint64_t first);

struct TreeHead {
  std::uint64_t size = 0;
  crypto::Digest root;
  bool operator==(const TreeHead&) const = default;
};
// Section 2.1.4.2.
[[nodiscard]] bool verify_consistency(const TreeHead& first, const TreeHead& second,
                                      std::span<const crypto::Digest> proof);

// The right edge of a tree: the roots of its whole subtrees, largest first. Enough to append and
// to give the head in O(log n), without the leaves.
class Frontier {
 public:
  Frontier() = default;
  // DataCorrupt: not as many hashes as a tree of `size` leaves has whole subtrees.
  [[nodiscard]] static Result<Frontier> restore(std::uint64_t size, BytesView hashes);
  void append(const crypto::Digest& leaf);
  [[nodiscard]] TreeHead head() const;
  [[nodiscard]] Bytes hashes() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<crypto::Digest> roots_;
};

}  // namespace osler::storage::audit
