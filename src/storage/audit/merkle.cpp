#include "storage/audit/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace osler::storage::audit {
namespace {

using crypto::Digest;
using Leaves = std::span<const Digest>;

constexpr std::array kLeaf{std::byte{0}};
constexpr std::array kNode{std::byte{1}};

// The largest power of two smaller than n; n > 1 (k in RFC 9162 section 2.1.1).
std::size_t largest_below(std::size_t n) {
  return std::bit_floor(n - 1);
}

// PATH(m, D[n]), section 2.1.3.1.
void path(std::size_t index, Leaves leaves, std::vector<Digest>& proof) {
  if (leaves.size() <= 1) {
    return;
  }
  const std::size_t k = largest_below(leaves.size());
  if (index < k) {
    path(index, leaves.first(k), proof);
    proof.push_back(tree_head(leaves.subspan(k)));
  } else {
    path(index - k, leaves.subspan(k), proof);
    proof.push_back(tree_head(leaves.first(k)));
  }
}

// SUBPROOF(m, D[n], b), section 2.1.4.1; `whole` is b: the old tree is a subtree that the verifier
// knows.
void subproof(std::size_t first, Leaves leaves, bool whole, std::vector<Digest>& proof) {
  if (first == leaves.size()) {
    if (!whole) {
      proof.push_back(tree_head(leaves));
    }
    return;
  }
  const std::size_t k = largest_below(leaves.size());
  if (first <= k) {
    subproof(first, leaves.first(k), whole, proof);
    proof.push_back(tree_head(leaves.subspan(k)));
  } else {
    subproof(first - k, leaves.subspan(k), false, proof);
    proof.push_back(tree_head(leaves.first(k)));
  }
}

}  // namespace

Digest leaf_hash(BytesView entry) {
  return crypto::Sha256().update(kLeaf).update(entry).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  return crypto::Sha256().update(kNode).update(left.bytes).update(right.bytes).finish();
}

Digest tree_head(Leaves leaves) {
  Frontier frontier;
  for (const auto& leaf : leaves) {
    frontier.append(leaf);
  }
  return frontier.head().root;
}

Result<std::vector<Digest>> inclusion_proof(Leaves leaves, std::uint64_t index) {
  if (index >= leaves.size()) {
    return Error(ErrorCode::InvalidArgument, "the log has no record " + std::to_string(index));
  }
  std::vector<Digest> proof;
  path(index, leaves, proof);
  return proof;
}

// Section 2.1.3.2.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> proof, const Digest& head) {
  // 1. Compare leaf_index against tree_size.
  if (index >= size) {
    return false;
  }
  // 2. Set fn to leaf_index and sn to tree_size - 1.  3. Set r to hash.
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  // 4. For each value p in the inclusion_path array:
  for (const Digest& p : proof) {
    // 4.1. If sn is 0, then stop the iteration and fail the proof verification.
    if (sn == 0) {
      return false;
    }
    // 4.2. If LSB(fn) is set, or if fn is equal to sn, then:
    if ((fn & 1U) != 0 || fn == sn) {
      r = node_hash(p, r);
      // If LSB(fn) is not set, right-shift both equally until either LSB(fn) is set or fn is 0.
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      r = node_hash(r, p);
    }
    // 4.3. Finally, right-shift both fn and sn one time.
    fn >>= 1U;
    sn >>= 1U;
  }
  // 5. Compare sn to 0. Compare r against the root_hash.
  return sn == 0 && r == head;
}

Result<std::vector<Digest>> consistency_proof(Leaves leaves, std::uint64_t first) {
  if (first == 0 || first > leaves.size()) {
    return Error(ErrorCode::InvalidArgument,
                 "the log never had a head of " + std::to_string(first) + " records");
  }
  std::vector<Digest> proof;
  subproof(first, leaves, true, proof);
  return proof;
}

// Section 2.1.4.2.
bool verify_consistency(const TreeHead& first, const TreeHead& second,
                        std::span<const Digest> proof) {
  if (first.size == 0 || first.size > second.size) {
    return false;
  }
  if (first.size == second.size) {
    return proof.empty() && first.root == second.root;
  }
  // 1. If consistency_path is an empty array, stop and fail.
  // 2. If first is an exact power of 2, then prepend first_hash to the consistency_path array.
  std::vector<Digest> steps(proof.begin(), proof.end());
  if (steps.empty()) {
    return false;
  }
  if (std::has_single_bit(first.size)) {
    steps.insert(steps.begin(), first.root);
  }
  // 3. Set fn to first - 1 and sn to second - 1.
  std::uint64_t fn = first.size - 1;
  std::uint64_t sn = second.size - 1;
  // 4. If LSB(fn) is set, then right-shift both equally until LSB(fn) is not set.
  while ((fn & 1U) != 0) {
    fn >>= 1U;
    sn >>= 1U;
  }
  // 5. Set both fr and sr to the first value in the consistency_path array.
  Digest fr = steps.front();
  Digest sr = steps.front();
  // 6. For each subsequent value c in the consistency_path array:
  for (const Digest& c : std::span(steps).subspan(1)) {
    if (sn == 0) {
      return false;
    }
    if ((fn & 1U) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  // 7. Verify that fr is the first hash, sr the second, and sn is 0.
  return fr == first.root && sr == second.root && sn == 0;
}

Result<Frontier> Frontier::restore(std::uint64_t size, BytesView hashes) {
  const auto count = static_cast<std::size_t>(std::popcount(size));
  if (hashes.size() != count * Digest{}.bytes.size()) {
    return Error(ErrorCode::DataCorrupt, "the edge of the audit tree has another length");
  }
  Frontier frontier;
  frontier.size_ = size;
  for (std::size_t i = 0; i < count; ++i) {
    Digest root;
    std::ranges::copy(hashes.subspan(i * root.bytes.size(), root.bytes.size()), root.bytes.begin());
    frontier.roots_.push_back(root);
  }
  return frontier;
}

void Frontier::append(const Digest& leaf) {
  Digest root = leaf;
  // Whole subtrees of equal size join, as ones carry when a binary number grows.
  for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
    root = node_hash(roots_.back(), root);
    roots_.pop_back();
  }
  roots_.push_back(root);
  ++size_;
}

TreeHead Frontier::head() const {
  if (roots_.empty()) {
    return {.size = 0, .root = crypto::sha256("")};
  }
  Digest root = roots_.back();
  for (std::size_t i = roots_.size() - 1; i > 0; --i) {
    root = node_hash(roots_[i - 1], root);
  }
  return {.size = size_, .root = root};
}

Bytes Frontier::hashes() const {
  Bytes bytes;
  for (const auto& root : roots_) {
    bytes.insert(bytes.end(), root.bytes.begin(), root.bytes.end());
  }
  return bytes;
}

}  // namespace osler::storage::audit
