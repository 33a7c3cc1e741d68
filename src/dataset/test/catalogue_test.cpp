#include "dataset/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace osler::dataset {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Manifest films(int count) {
  Manifest manifest{.origin = {{"source", "test"}}, .items = {}};
  for (int i = 0; i < count; ++i) {
    const std::string id = "film-" + std::to_string(i);
    manifest.items.push_back({.id = id,
                              .patient = "p" + std::to_string(i / 2),
                              .object = crypto::sha256(id),
                              .media = "image/png",
                              .labels = {{"finding", i % 2 == 0 ? "1" : "0"}},
                              .attributes = {},
                              .split = "train",
                              .pixels = std::nullopt});
  }
  return manifest;
}

class CatalogueTest : public ::testing::Test {
 protected:
  Result<Catalogue::Created> create(const Catalogue::NewVersion& about, const Manifest& manifest) {
    OSLER_TRY(auto change, storage::Transaction::begin(database_));
    OSLER_TRY(auto created, catalogue_.create(change, about, manifest));
    OSLER_TRY_DO(change.commit());
    return created;
  }

  TemporaryFolder home_;
  storage::Database database_ = *storage::Database::open(home_.path() / "osler.db");
  storage::objects::Store store_ = *storage::objects::Store::open(home_.path() / "objects");
  FixedClock clock_{std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000))};
  Catalogue catalogue_ = *Catalogue::open(database_, store_, clock_);
};

TEST_F(CatalogueTest, KeepsVersionsThatNeverChange) {
  const auto first = create({.name = "films", .parent = {}, .note = "import"}, films(4));
  ASSERT_TRUE(first) << first.error().message;
  const auto second =
      create({.name = "films", .parent = first->version.digest, .note = "two more"}, films(6));
  ASSERT_TRUE(second);

  EXPECT_EQ(first->version.reference(), "films@v1");
  EXPECT_EQ(second->version.reference(), "films@v2");
  EXPECT_EQ(second->version.items, 6);
  EXPECT_EQ(catalogue_.find("films")->number, 2);
  EXPECT_EQ(catalogue_.find("films@v1")->digest, digest(films(4)));
  EXPECT_EQ(catalogue_.find("films@1")->number, 1);
  EXPECT_EQ(catalogue_.find(second->version.digest.hex())->number, 2);
  EXPECT_EQ(catalogue_.find("films")->parent, first->version.digest);
  EXPECT_EQ(catalogue_.find("films")->created, "2023-11-14T22:13:20Z");
  EXPECT_EQ(*catalogue_.manifest(first->version), films(4));
  EXPECT_EQ(catalogue_.list()->size(), 2U);
  EXPECT_FALSE(database_.execute("UPDATE dataset_versions SET digest = 'x'"));
}

TEST_F(CatalogueTest, FindsAVersionByTheStartOfItsDigest) {
  const auto first = create({.name = "films", .parent = {}, .note = ""}, films(4));
  const auto second = create({.name = "films", .parent = {}, .note = ""}, films(6));
  const auto hex = first->version.digest.hex();

  EXPECT_EQ(first->version.short_digest(), "films@" + hex.substr(0, 8));
  EXPECT_EQ(catalogue_.find(first->version.short_digest())->number, 1);
  EXPECT_EQ(catalogue_.find(second->version.short_digest())->number, 2);
  EXPECT_EQ(catalogue_.find("films@" + hex)->number, 1);
  for (const auto& unknown :
       {"films@" + hex.substr(0, 7), "films@" + hex.substr(0, 8) + "x", "films@" + hex + "0",
        "other@" + hex.substr(0, 8), std::string("films@00000000")}) {
    EXPECT_EQ(catalogue_.find(unknown).error().code, ErrorCode::NotFound) << unknown;
  }
}

TEST_F(CatalogueTest, TakesTheSameManifestOnce) {
  const auto first = create({.name = "films", .parent = {}, .note = ""}, films(4));
  const auto again = create({.name = "films", .parent = {}, .note = "again"}, films(4));
  const auto other = create({.name = "others", .parent = {}, .note = ""}, films(4));

  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(again->version.number, 1);
  EXPECT_TRUE(other->is_new);
}

TEST_F(CatalogueTest, NothingStandsWithoutACommit) {
  {
    auto change = storage::Transaction::begin(database_);
    ASSERT_TRUE(catalogue_.create(*change, {.name = "films", .parent = {}, .note = ""}, films(2)));
  }
  EXPECT_EQ(catalogue_.list()->size(), 0U);
}

TEST_F(CatalogueTest, NamesTheNearestWhenOneIsAbsent) {
  ASSERT_TRUE(create({.name = "chest-films", .parent = {}, .note = ""}, films(2)));

  const auto misspelt = catalogue_.find("chest-film");
  const auto version = catalogue_.find("chest-films@v7");

  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().code, ErrorCode::NotFound);
  EXPECT_THAT(misspelt.error().message, HasSubstr("did you mean \"chest-films\""));
  ASSERT_FALSE(version);
  EXPECT_THAT(version.error().message, HasSubstr("its newest is chest-films@v1"));
  EXPECT_FALSE(catalogue_.find("chest-films@latest"));
}

TEST_F(CatalogueTest, RefusesBadNamesAndEmptySets) {
  for (const char* name : {"", "../x", "a b", "-x", ".x", "a@v1"}) {
    EXPECT_EQ(create({.name = name, .parent = {}, .note = ""}, films(2)).error().code,
              ErrorCode::InvalidArgument)
        << name;
  }
  EXPECT_EQ(create({.name = "films", .parent = {}, .note = ""}, films(0)).error().code,
            ErrorCode::InvalidArgument);
}

TEST_F(CatalogueTest, NoticesAManifestThatWasChangedOnTheDisk) {
  const auto made = create({.name = "films", .parent = {}, .note = ""}, films(2));
  const auto path = store_.path(made->version.digest);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  ASSERT_TRUE(write_file(path, to_json_lines(films(3))));

  EXPECT_EQ(catalogue_.manifest(made->version).error().code, ErrorCode::DataCorrupt);
}

TEST(Diff, SaysWhatChanged) {
  const Manifest before = films(6);
  Manifest after = films(9);
  after.items.erase(after.items.begin());
  after.items[0].labels["finding"] = "1";  // film-1 had 0
  after.items[1].labels.clear();           // film-2 had 1
  after.items[2].split = "test";           // film-3 was in train
  after.items[3].object = crypto::sha256("other bytes");

  const auto found = diff(before, after);

  EXPECT_THAT(found.added, ElementsAre("film-6", "film-7", "film-8"));
  EXPECT_THAT(found.removed, ElementsAre("film-0"));
  EXPECT_THAT(found.replaced, ElementsAre("film-4"));
  ASSERT_EQ(found.relabelled.size(), 2U);
  EXPECT_EQ(found.relabelled[0].id, "film-1");
  EXPECT_EQ(found.relabelled[0].from, "0");
  EXPECT_EQ(found.relabelled[0].to, "1");
  EXPECT_EQ(found.relabelled[1].to, "");
  ASSERT_EQ(found.moved.size(), 1U);
  EXPECT_EQ(found.moved[0].to, "test");
  EXPECT_EQ(found.patients_new, 2U);
  EXPECT_EQ(found.patients_gone, 0U);
  EXPECT_EQ(found.before.train, 6U);
  EXPECT_EQ(found.after.test, 1U);
  EXPECT_FALSE(found.empty());
  EXPECT_TRUE(diff(before, before).empty());
}

}  // namespace
}  // namespace osler::dataset
