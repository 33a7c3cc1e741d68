#include "storage/objects/store.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"

namespace osler::storage::objects {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path folder() const { return home_.path() / "objects"; }
  [[nodiscard]] std::size_t temporaries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder() / "tmp"), fs::directory_iterator()));
  }
  TemporaryFolder home_;
  Store store_ = *Store::open(folder());
};

TEST_F(StoreTest, GivesBackWhatWasPut) {
  const auto digest = store_.put(as_bytes("a film"));

  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(*digest, crypto::sha256("a film"));
  EXPECT_TRUE(store_.contains(*digest));
  EXPECT_TRUE(store_.verify(*digest));
  EXPECT_EQ(as_text(*store_.read(*digest)), "a film");
  EXPECT_EQ(store_.path(*digest), folder() / digest->hex().substr(0, 2) / digest->hex().substr(2));
}

TEST_F(StoreTest, ListsItsObjectsAndNothingElse) {
  EXPECT_TRUE(store_.list()->empty());
  std::vector<crypto::Digest> put{*store_.put(as_bytes("a")), *store_.put(as_bytes("b")),
                                  *store_.put(as_bytes("c"))};
  std::ranges::sort(put);
  ASSERT_TRUE(write_file(store_.path(put[0]).parent_path() / "stray", std::string_view("x")));
  EXPECT_EQ(*store_.list(), put);
}

TEST_F(StoreTest, KeepsTheSameBytesOnce) {
  const auto first = store_.put(as_bytes("a film"));
  const auto before = fs::last_write_time(store_.path(*first));

  const auto second = store_.put(as_bytes("a film"));

  EXPECT_EQ(*first, *second);
  EXPECT_EQ(fs::last_write_time(store_.path(*first)), before);
  EXPECT_EQ(temporaries(), 0U);
}

TEST_F(StoreTest, KeepsAnEmptyObjectAndNoOneElsesEyes) {
  const auto digest = store_.put({});
  ASSERT_TRUE(digest);
  EXPECT_EQ(store_.read(*digest)->size(), 0U);
  struct stat facts{};
  ASSERT_EQ(::stat(store_.path(*digest).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0400U);
}

TEST_F(StoreTest, SaysWhenAnObjectIsAbsentOrTooLarge) {
  const auto digest = store_.put(as_bytes("a film"));
  const auto absent = crypto::sha256("another");

  EXPECT_FALSE(store_.contains(absent));
  EXPECT_EQ(store_.read(absent).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store_.verify(absent).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store_.read(*digest, 3).error().code, ErrorCode::NotSupported);
}

TEST_F(StoreTest, NoticesAChangedObject) {
  const auto digest = store_.put(as_bytes("a film"));
  fs::permissions(store_.path(*digest), fs::perms::owner_all);
  ASSERT_TRUE(write_file(store_.path(*digest), std::string_view("a firm")));

  EXPECT_EQ(store_.read(*digest).error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(store_.verify(*digest).error().code, ErrorCode::DataCorrupt);
}

TEST_F(StoreTest, PutsAnObjectAgainThatWasCutShort) {
  const auto digest = store_.put(as_bytes("a film"));
  fs::permissions(store_.path(*digest), fs::perms::owner_all);
  fs::resize_file(store_.path(*digest), 2);

  ASSERT_TRUE(store_.put(as_bytes("a film")));

  EXPECT_TRUE(store_.verify(*digest));
}

TEST_F(StoreTest, PutsManyTogether) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    texts.push_back("film " + std::to_string(i % 250));
  }
  std::vector<BytesView> views;
  for (const auto& text : texts) {
    views.push_back(as_bytes(text));
  }

  const auto digests = store_.put_all(views);

  ASSERT_TRUE(digests) << digests.error().message;
  ASSERT_EQ(digests->size(), 300U);
  for (const auto& digest : *digests) {
    EXPECT_TRUE(store_.verify(digest));
  }
  EXPECT_EQ(temporaries(), 0U);
}

TEST_F(StoreTest, BatchIsNothingUntilCommitted) {
  crypto::Digest digest;
  {
    Batch batch(store_);
    digest = *batch.add(as_bytes("a film"));
    EXPECT_FALSE(store_.contains(digest));
    EXPECT_EQ(temporaries(), 1U);
  }
  EXPECT_FALSE(store_.contains(digest));
  EXPECT_EQ(temporaries(), 0U);
}

TEST_F(StoreTest, BatchTakesObjectsFromSeveralThreads) {
  Batch batch(store_);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          EXPECT_TRUE(batch.add(as_bytes("film " + std::to_string(i))));
        }
      });
    }
  }
  ASSERT_TRUE(batch.commit());
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(store_.contains(crypto::sha256("film " + std::to_string(i))));
  }
  EXPECT_EQ(temporaries(), 0U);
  EXPECT_TRUE(batch.commit());
}

TEST_F(StoreTest, NextOpenRemovesWhatAKillLeft) {
  ASSERT_TRUE(write_file(folder() / "tmp" / "123-0-abcd", std::string_view("half a fi")));
  {
    // Another store of this folder is alive, and the temporary may be its.
    const auto second = Store::open(folder());
    ASSERT_TRUE(second);
    EXPECT_EQ(temporaries(), 1U);
  }
  store_ = *Store::open(home_.path() / "elsewhere");

  const auto next = Store::open(folder());

  ASSERT_TRUE(next);
  EXPECT_EQ(temporaries(), 0U);
}

TEST_F(StoreTest, FailedWriteLeavesNothing) {
  // A limit on the file size stands in for a full disk: both end a write half-way.
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit small{4096, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);

  const auto digest = store_.put(as_bytes(std::string(10'000, 'x')));

  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(temporaries(), 0U);
  EXPECT_TRUE(store_.put(as_bytes("a film")));
}

TEST(StoreFolder, ThatCannotBeMadeIsRefused) {
  const TemporaryFolder home;
  ASSERT_TRUE(write_file(home.path() / "file", std::string_view("x")));
  EXPECT_FALSE(Store::open(home.path() / "file" / "objects"));
}

}  // namespace
}  // namespace osler::storage::objects
