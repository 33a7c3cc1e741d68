#include "base/archive.h"

#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include "base/file.h"

namespace osler {
namespace {

using ::testing::HasSubstr;

struct Made {
  std::string name;
  std::string text;
  zip_int32_t method = ZIP_CM_DEFLATE;
  zip_uint32_t unix_mode = 0100644;
};

// A zip archive as another program would write it.
std::filesystem::path make_zip(const TemporaryFolder& folder, const std::vector<Made>& members) {
  const auto path = folder.path() / "films.zip";
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  for (const auto& made : members) {
    zip_source_t* source = zip_source_buffer(zip, made.text.data(), made.text.size(), 0);
    const auto index =
        static_cast<zip_uint64_t>(zip_file_add(zip, made.name.c_str(), source, ZIP_FL_ENC_UTF_8));
    zip_set_file_compression(zip, index, made.method, 0);
    zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX, made.unix_mode << 16);
  }
  EXPECT_EQ(zip_close(zip), 0);
  return path;
}

// Both directories of the archive are changed: bytes at `offset` after each header's signature.
void patch(const std::filesystem::path& path, std::size_t local, std::size_t central,
           std::string_view bytes) {
  auto held = read_file(path);
  ASSERT_TRUE(held);
  std::string text(as_text(*held));
  const auto here = text.find("PK\x03\x04");
  const auto there = text.find("PK\x01\x02");
  ASSERT_NE(there, std::string::npos);
  text.replace(here + local, bytes.size(), bytes);
  text.replace(there + central, bytes.size(), bytes);
  ASSERT_TRUE(write_file(path, std::string_view(text)));
}

TEST(Archive, ReadsStoredAndDeflatedMembers) {
  const TemporaryFolder folder;
  const auto path = make_zip(
      folder,
      {{"a/one.dcm", std::string(5000, 'x')}, {"two.dcm", "short", ZIP_CM_STORE}, {"e", ""}});

  const auto archive = Archive::open(path);

  ASSERT_TRUE(archive) << archive.error().message;
  ASSERT_EQ(archive->members().size(), 3U);
  EXPECT_EQ(archive->members()[0].name, "a/one.dcm");
  EXPECT_EQ(archive->members()[0].size, 5000U);
  EXPECT_EQ(as_text(*archive->read(0)), std::string(5000, 'x'));
  EXPECT_EQ(as_text(*archive->read("two.dcm")), "short");
  EXPECT_EQ(archive->read(2)->size(), 0U);
}

TEST(Archive, ReadsFromMemoryAndRecognisesItself) {
  const TemporaryFolder folder;
  auto bytes = read_file(make_zip(folder, {{"one", "first"}}));
  ASSERT_TRUE(bytes);
  EXPECT_TRUE(Archive::looks_like_one(*bytes));
  EXPECT_FALSE(Archive::looks_like_one(as_bytes("DICM")));

  const auto archive = Archive::from_memory(*std::move(bytes), "upload");

  ASSERT_TRUE(archive);
  EXPECT_EQ(as_text(*archive->read("one")), "first");
}

struct Refused {
  const char* label;
  Made member;
  const char* reason;
};
class ArchiveRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ArchiveRefuses, TheMemberAndListsIt) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {GetParam().member, {"good", "good"}});

  const auto archive =
      Archive::open(path, {.member_bytes = 100'000, .ratio = 50, .ratio_from = 10'000});

  ASSERT_TRUE(archive) << archive.error().message;
  const auto bytes = archive->read(0);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::NotSupported);
  EXPECT_THAT(bytes.error().message, HasSubstr(GetParam().reason));
  EXPECT_TRUE(archive->read(1));
}

INSTANTIATE_TEST_SUITE_P(
    Members, ArchiveRefuses,
    ::testing::Values(Refused{"Absolute", {"/etc/passwd", "x"}, "leads out"},
                      Refused{"Climbing", {"films/../../x", "x"}, "leads out"},
                      Refused{"ClimbingInDos", {"films\\..\\..\\x", "x"}, "leads out"},
                      Refused{"Drive", {"C:/x", "x"}, "leads out"},
                      Refused{"Link", {"link", "/etc/passwd", ZIP_CM_STORE, 0120777}, "a link"},
                      Refused{
                          "Large", {"big", std::string(100'001, 'x'), ZIP_CM_STORE}, "the limit"},
                      Refused{"Bomb", {"bomb", std::string(90'000, 'x')}, "more than 50 times"}),
    [](const auto& row) { return std::string(row.param.label); });

TEST(Archive, RefusesTooManyMembersAndTooManyBytes) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {{"a", std::string(100, 'a'), ZIP_CM_STORE},
                                      {"b", std::string(100, 'b'), ZIP_CM_STORE}});

  const auto many = Archive::open(path, {.members = 1});
  const auto large = Archive::open(path, {.total_bytes = 150});

  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::NotSupported);
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("would inflate"));
}

TEST(Archive, RefusesAnEncryptedMember) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {{"secret", "not really", ZIP_CM_STORE}});
  patch(path, 6, 8, std::string_view("\x01\x00", 2));  // general purpose flag, bit 0

  const auto archive = Archive::open(path);

  ASSERT_TRUE(archive);
  const auto bytes = archive->read(0);
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message, HasSubstr("encrypted"));
}

TEST(Archive, NoticesAForgedSize) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {{"film", std::string(3000, 'x')}});
  patch(path, 22, 24, std::string_view("\x10\x00\x00\x00", 4));  // inflates to 16 bytes, it says

  const auto archive = Archive::open(path);

  ASSERT_TRUE(archive);
  const auto bytes = archive->read(0);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::DataCorrupt);
}

TEST(Archive, AsksNoMemoryForAForgedHugeSize) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {{"film", std::string(3000, 'x')}});
  patch(path, 22, 24, std::string_view("\x00\x00\x00\x7F", 4));  // 2 GiB, it says

  const auto archive = Archive::open(path, {.ratio = 1e12});

  ASSERT_TRUE(archive);
  EXPECT_FALSE(archive->read(0));
}

TEST(Archive, ComparesTheChecksum) {
  const TemporaryFolder folder;
  const auto path = make_zip(folder, {{"film", "hello hello", ZIP_CM_STORE}});
  auto bytes = read_file(path);
  ASSERT_TRUE(bytes);
  std::string text(as_text(*bytes));
  text.replace(text.find("hello"), 1, "j");
  ASSERT_TRUE(write_file(path, std::string_view(text)));

  const auto archive = Archive::open(path);

  ASSERT_TRUE(archive);
  const auto read = archive->read(0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::DataCorrupt);
}

TEST(Archive, SaysWhyItCannotBeOpened) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "text.zip", std::string_view("no archive at all")));

  const auto text = Archive::open(folder.path() / "text.zip");
  const auto absent = Archive::open(folder.path() / "absent.zip");

  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::DataCorrupt);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::NotFound);
}

TEST(StoredArchive, IsTheSameForTheSameMembers) {
  const std::vector<ArchiveEntry> entries{{"b", as_bytes("second")}, {"a", as_bytes("first")}};

  const auto one = stored_archive(entries);
  const auto two = stored_archive(entries);

  ASSERT_TRUE(one) << one.error().message;
  ASSERT_TRUE(two);
  EXPECT_EQ(*one, *two);
  const auto archive = Archive::from_memory(*one, "made");
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->members()[0].name, "b");
  EXPECT_EQ(as_text(*archive->read("a")), "first");
}

TEST(StoredArchive, RefusesANameGivenTwice) {
  const auto made = stored_archive({{"a", as_bytes("1")}, {"a", as_bytes("2")}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler
