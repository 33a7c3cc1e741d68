#include "base/crypto.h"

#include <gtest/gtest.h>

namespace osler::crypto {
namespace {

Bytes hex(std::string_view text) {
  return *osler::from_hex(text);
}

// FIPS 180-4 examples: SHA-256 of "abc" and of nothing.
TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, InPiecesIsTheSameAndStartsAfresh) {
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("bc").finish(), sha256("abc"));
  EXPECT_EQ(hash.update("abc").finish(), sha256("abc"));
}

// RFC 4231, test case 2.
TEST(Hmac, AgreesWithTheRfc) {
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 8032, section 7.1, test 2.
TEST(Ed25519, AgreesWithTheRfc) {
  const Bytes key = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto pair = key_pair_from_private(key);
  ASSERT_TRUE(pair);
  EXPECT_EQ(to_hex(pair->public_key),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = sign(key, hex("72"));
  ASSERT_TRUE(signature);
  EXPECT_EQ(to_hex(*signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(verify(pair->public_key, hex("72"), *signature));
}

TEST(Ed25519, RefusesAnotherMessageKeyOrSignature) {
  const auto pair = make_key_pair();
  auto signature = *sign(pair.private_key, as_bytes("film"));
  EXPECT_FALSE(verify(pair.public_key, as_bytes("films"), signature));
  EXPECT_FALSE(verify(make_key_pair().public_key, as_bytes("film"), signature));
  signature[5] ^= std::byte{1};
  EXPECT_FALSE(verify(pair.public_key, as_bytes("film"), signature));
  EXPECT_FALSE(verify(pair.public_key, as_bytes("film"), {}));
  EXPECT_FALSE(sign(hex("00ff"), as_bytes("film")));
}

TEST(Hex, GoesThereAndBackAndRefusesTheRest) {
  EXPECT_EQ(to_hex(hex("00ffA7")), "00ffa7");
  EXPECT_FALSE(osler::from_hex("abc"));
  EXPECT_FALSE(osler::from_hex("zz"));
  EXPECT_FALSE(Digest::from_hex("00"));
}

}  // namespace
}  // namespace osler::crypto
