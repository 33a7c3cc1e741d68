#include "storage/audit/merkle.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::storage::audit {
namespace {

using crypto::Digest;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// The eight entries, heads and proofs of Certificate Transparency's reference tests
// (google/certificate-transparency, merkletree/merkle_tree_test.cc), which RFC 9162 kept.
std::vector<Digest> reference_leaves() {
  std::vector<Digest> leaves;
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(leaf_hash(*from_hex(hex)));
  }
  return leaves;
}

Digest digest(const char* hex) {
  return *Digest::from_hex(hex);
}

TEST(Merkle, EmptyTreeIsTheHashOfNothing) {
  EXPECT_EQ(tree_head({}).hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Merkle, HeadsAgreeWithTheReference) {
  const auto leaves = reference_leaves();
  const std::vector<std::string> heads{
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  for (std::size_t n = 1; n <= leaves.size(); ++n) {
    EXPECT_EQ(tree_head(std::span(leaves).first(n)).hex(), heads[n - 1]) << n;
  }
}

TEST(Merkle, InclusionProofsAgreeWithTheReference) {
  const auto leaves = reference_leaves();
  EXPECT_THAT(*inclusion_proof(std::span(leaves).first(1), 0), SizeIs(0));
  EXPECT_THAT(
      *inclusion_proof(leaves, 5),
      ElementsAre(digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
                  digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                  digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")));
  EXPECT_THAT(
      *inclusion_proof(std::span(leaves).first(3), 2),
      ElementsAre(digest("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")));
}

TEST(Merkle, ConsistencyProofsAgreeWithTheReference) {
  const auto leaves = reference_leaves();
  EXPECT_THAT(
      *consistency_proof(leaves, 1),
      ElementsAre(digest("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                  digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                  digest("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")));
  EXPECT_THAT(
      *consistency_proof(leaves, 6),
      ElementsAre(digest("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                  digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                  digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")));
  EXPECT_THAT(
      *consistency_proof(std::span(leaves).first(5), 2),
      ElementsAre(digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                  digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")));
}

std::vector<Digest> many_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(as_bytes("entry " + std::to_string(i))));
  }
  return leaves;
}

TEST(Merkle, EveryLeafIsProvedAndNoOtherIs) {
  const auto all = many_leaves(33);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    const auto leaves = std::span(all).first(size);
    const Digest head = tree_head(leaves);
    for (std::size_t i = 0; i < size; ++i) {
      auto proof = *inclusion_proof(leaves, i);
      EXPECT_TRUE(verify_inclusion(leaves[i], i, size, proof, head));
      EXPECT_FALSE(verify_inclusion(leaf_hash(as_bytes("x")), i, size, proof, head));
      EXPECT_FALSE(verify_inclusion(leaves[i], i + 1, size, proof, head));
      proof.push_back(head);
      EXPECT_FALSE(verify_inclusion(leaves[i], i, size, proof, head));
    }
  }
}

TEST(Merkle, EveryEarlierHeadIsProvedAndNoOtherIs) {
  const auto all = many_leaves(33);
  const TreeHead whole{.size = all.size(), .root = tree_head(all)};
  for (std::size_t first = 1; first <= all.size(); ++first) {
    const TreeHead before{.size = first, .root = tree_head(std::span(all).first(first))};
    const auto proof = *consistency_proof(all, first);
    EXPECT_TRUE(verify_consistency(before, whole, proof)) << first;
    TreeHead forged = before;
    forged.root = leaf_hash(as_bytes("x"));
    EXPECT_FALSE(verify_consistency(forged, whole, proof)) << first;
    EXPECT_FALSE(verify_consistency(before, {.size = whole.size, .root = forged.root}, proof));
  }
}

TEST(Merkle, RefusesProofsOfWhatIsNotThere) {
  const auto leaves = many_leaves(3);
  EXPECT_EQ(inclusion_proof(leaves, 3).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(consistency_proof(leaves, 0).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(consistency_proof(leaves, 4).error().code, ErrorCode::InvalidArgument);
}

TEST(Frontier, GrowsToTheSameHeads) {
  const auto leaves = many_leaves(100);
  Frontier frontier;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    frontier.append(leaves[i]);
    // Kept and taken up again, as it is between transactions.
    frontier = *Frontier::restore(i + 1, frontier.hashes());
  }
  EXPECT_EQ(frontier.head().root, tree_head(leaves));
  EXPECT_FALSE(Frontier::restore(3, Bytes(32)));
}

}  // namespace
}  // namespace osler::storage::audit
