#include "dataset/manifest.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::dataset {
namespace {

using ::testing::HasSubstr;

Manifest example() {
  Item first{.id = "film-1",
             .patient = "p1",
             .object = crypto::sha256("one"),
             .media = "application/dicom",
             .labels = {{"pneumonia", "1"}, {"effusion", "0"}},
             .attributes = {{"age", "54"}, {"sex", "F"}},
             .split = "train",
             .pixels = crypto::sha256("pixels")};
  Item second{.id = "film-2",
              .patient = "",
              .object = crypto::sha256("two"),
              .media = "image/png",
              .labels = {},
              .attributes = {},
              .split = "",
              .pixels = std::nullopt};
  return {.origin = {{"source", "ingest"}, {"profile", "basic"}},
          .items = {std::move(first), std::move(second)}};
}

TEST(Manifest, ReadsWhatItWrites) {
  const auto again = parse_manifest(to_json_lines(example()), "m");

  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, example());
}

// The identity of data sets in homes and packages: a change here orphans them all.
TEST(Manifest, HasAStableForm) {
  EXPECT_EQ(to_json_lines({.origin = {{"source", "x"}},
                           .items = {{.id = "a",
                                      .patient = "",
                                      .object = {},
                                      .media = "image/png",
                                      .labels = {{"l", "1"}},
                                      .attributes = {},
                                      .split = "test",
                                      .pixels = std::nullopt}}}),
            "{\"format\":\"osler-manifest/1\",\"items\":1,\"origin\":{\"source\":\"x\"}}\n"
            "{\"attributes\":{},\"id\":\"a\",\"labels\":{\"l\":\"1\"},\"media\":\"image/png\","
            "\"object\":\"0000000000000000000000000000000000000000000000000000000000000000\","
            "\"split\":\"test\"}\n");
}

TEST(Manifest, DigestDependsOnWhatIsSaidNotOnHowItWasBuilt) {
  Manifest other = example();
  other.items[0].labels.clear();
  other.items[0].labels["effusion"] = "0";  // inserted in another order
  other.items[0].labels["pneumonia"] = "1";
  EXPECT_EQ(digest(other), digest(example()));

  other.items[0].labels["pneumonia"] = "0";
  EXPECT_NE(digest(other), digest(example()));
  other = example();
  std::swap(other.items[0], other.items[1]);
  EXPECT_NE(digest(other), digest(example()));
  other = example();
  other.origin["profile"] = "other";
  EXPECT_NE(digest(other), digest(example()));
}

// A film that two readers and an adjudicator labelled.
Manifest with_history() {
  Manifest manifest = example();
  manifest.items[0].history["pneumonia"] = {
      .route = "adjudicated",
      .given = {
          {.by = "a",
           .role = "reader",
           .answer = "present",
           .time = "2026-11-24T09:12:31Z",
           .seconds = 4.25,
           .box = std::array<double, 4>{1, 2.5, 30, 40}},
          {.by = "c", .role = "adjudicator", .answer = "absent", .time = "2026-11-25T09:00:00Z"}}};
  return manifest;
}

TEST(Manifest, KeepsHowALabelCameToBe) {
  const auto again = parse_manifest(to_json_lines(with_history()), "m");

  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, with_history());
  EXPECT_NE(digest(*again), digest(example()));
  auto other = with_history();
  other.items[0].history["pneumonia"].given[0].answer = "absent";
  EXPECT_NE(digest(other), digest(with_history()));
}

TEST(Manifest, CountsItsParts) {
  const auto counts = count_splits(example());
  EXPECT_EQ(counts.train, 1U);
  EXPECT_EQ(counts.none, 1U);
  EXPECT_EQ(counts.test, 0U);
}

struct Bad {
  const char* label;
  std::string from;
  std::string to;
  ErrorCode code;
  const char* message;
};
class ManifestRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(ManifestRefuses, SayingWhy) {
  std::string text = to_json_lines(with_history());
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().from.size(), GetParam().to);

  const auto manifest = parse_manifest(text, "films@v1");

  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, GetParam().code);
  EXPECT_THAT(manifest.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(manifest.error().where, HasSubstr("films@v1"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ManifestRefuses,
    ::testing::Values(
        Bad{"OtherFormat", "manifest/1", "manifest/9", ErrorCode::NotSupported, "manifest/9"},
        Bad{"MoreItems", "\"items\":2", "\"items\":1", ErrorCode::DataCorrupt, "more items"},
        Bad{"FewerItems", "\"items\":2", "\"items\":3", ErrorCode::DataCorrupt, "cut off"},
        Bad{"ManyItems", "\"items\":2", "\"items\":99999999999", ErrorCode::NotSupported,
            "99999999999"},
        Bad{"SameId", "film-2", "film-1", ErrorCode::DataCorrupt, "twice"},
        Bad{"NoId", "\"film-2\"", "\"\"", ErrorCode::DataCorrupt, "without an id"},
        Bad{"WrongSplit", "\"train\"", "\"tune\"", ErrorCode::DataCorrupt, "tune"},
        Bad{"WrongDigest", crypto::sha256("two").hex(), "abc", ErrorCode::DataCorrupt, "digest"},
        Bad{"NumberAsLabel", "\"pneumonia\":\"1\"", "\"pneumonia\":1", ErrorCode::DataCorrupt,
            "texts"},
        Bad{"UnknownMember", "\"media\"", "\"medea\"", ErrorCode::DataCorrupt, "does not know"},
        Bad{"UnknownMemberOfHistory", "\"route\"", "\"rout\"", ErrorCode::DataCorrupt,
            "a history has a member"},
        Bad{"UnknownMemberOfAnswer", "\"by\"", "\"bye\"", ErrorCode::DataCorrupt,
            "an answer of a history"},
        Bad{"HistoryThatIsNone", "{\"pneumonia\":{\"given\"", "{\"x\":1,\"pneumonia\":{\"given\"",
            ErrorCode::DataCorrupt, "a history is not"},
        Bad{"SecondsAsText", "4.25", "\"4\"", ErrorCode::DataCorrupt, "seconds"},
        Bad{"BoxOfThree", "[1.0,2.5,", "[1.0,", ErrorCode::DataCorrupt, "four numbers"},
        Bad{"BoxOfTexts", "[1.0,", "[\"1\",", ErrorCode::DataCorrupt, "four numbers"},
        Bad{"NotJson", "{\"attributes\":{}", "{\"attributes\":{", ErrorCode::DataCorrupt, "JSON"}),
    [](const auto& row) { return std::string(row.param.label); });

}  // namespace
}  // namespace osler::dataset
