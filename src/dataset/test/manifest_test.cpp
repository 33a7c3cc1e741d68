#include "dataset/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/test/builders.h"

namespace osler::dataset {
namespace {

using ::testing::HasSubstr;

TEST(Manifest, ComesBackAsItWasWritten) {
  Manifest manifest = cohort(5);
  manifest.origin = {{"source", "test"}};
  manifest.items[2].pixels = crypto::sha256("film");
  manifest.items[3].split = "validation";
  const auto read = parse_manifest(to_json_lines(manifest), "m");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, manifest);
  EXPECT_EQ(digest(*read), digest(manifest));
}

TEST(Manifest, AnyChangeHasAnotherDigest) {
  const Manifest manifest = cohort(5);
  Manifest other = manifest;
  other.items[4].labels["opacity"] = other.items[4].labels["opacity"] == "1" ? "0" : "1";
  EXPECT_NE(digest(manifest), digest(other));
  other = manifest;
  std::swap(other.items[0], other.items[1]);
  EXPECT_NE(digest(manifest), digest(other));
}

struct Broken {
  const char* name;
  std::string (*make)();
  ErrorCode code;
};

std::string good() {
  return to_json_lines(cohort(2));
}

std::string replaced(const std::string& what, const std::string& with) {
  std::string text = good();
  text.replace(text.find(what), what.size(), with);
  return text;
}

class ManifestRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(ManifestRefuses, WhatItCannotTrust) {
  const auto read = parse_manifest(GetParam().make(), "m");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, GetParam().code) << read.error().message;
  EXPECT_THAT(read.error().where, HasSubstr("m"));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, ManifestRefuses,
    ::testing::Values(
        Broken{"Nothing", [] { return std::string(); }, ErrorCode::DataCorrupt},
        Broken{"NoJson", [] { return good() + "{\n"; }, ErrorCode::DataCorrupt},
        Broken{"OtherFormat", [] { return replaced("manifest/1", "manifest/9"); },
               ErrorCode::NotSupported},
        Broken{"WrongCount", [] { return replaced("\"items\":2", "\"items\":3"); },
               ErrorCode::DataCorrupt},
        Broken{"IdTwice", [] { return replaced("film1", "film0"); }, ErrorCode::DataCorrupt},
        Broken{"NoId", [] { return replaced("film1", ""); }, ErrorCode::DataCorrupt},
        Broken{"OtherSplit", [] { return replaced("\"split\":\"\"", "\"split\":\"holdout\""); },
               ErrorCode::DataCorrupt},
        Broken{"NoDigest", [] { return replaced("\"object\":\"00", "\"object\":\"zz"); },
               ErrorCode::DataCorrupt}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::dataset
