#include "infer/package/package.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/rng.h"
#include "tests/support/networks.h"

namespace osler::infer::package {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kPixels = 12 * 12;

GoldenInputs golden(const Bytes& onnx) {
  GoldenInputs inputs{.images = 16, .height = 12, .width = 12};
  Rng rng(11);
  inputs.pixels.resize(16 * kPixels);
  std::ranges::generate(inputs.pixels, [&] { return static_cast<float>(rng.normal()); });
  inputs.logits = engine::Session::create(onnx)->run(inputs.pixels, 16)->logits;
  return inputs;
}

Contents contents() {
  Contents made;
  made.name = "opacity";
  made.version = 2;
  made.onnx = test::make_network();
  made.transform = R"({"width": 12, "height": 12})";
  made.finding = R"({"label": "opacity", "code": "x"})";
  made.intended_use = R"({"modality": ["DX"]})";
  made.novelty = Bytes(40, std::byte{7});
  made.provenance = R"({"seed": 1})";
  made.metrics = R"({"test": {}})";
  made.gates = "[]";
  made.golden = golden(made.onnx);
  made.card = "# Opacity\n";
  made.score_map.interval.lower = {0.0};
  made.score_map.interval.upper = {1.0};
  return made;
}

// Not write_file: making thousands of changes durable would take half a minute.
void put(const fs::path& file, BytesView bytes) {
  fs::remove(file);  // some file systems flush a file that is cut to nothing
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

class PackageTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path place() const { return temporary_.path() / "package"; }

  void write_one() {
    const auto digest = write(place(), contents(), keys_.private_key);
    ASSERT_TRUE(digest) << digest.error().message;
  }

  [[nodiscard]] Result<Package> reopen() const {
    return Package::open(place(), {.trusted_keys = {keys_.public_key}});
  }

  [[nodiscard]] Error refused() const {
    auto opened = reopen();
    EXPECT_FALSE(opened);
    return opened ? Error(ErrorCode::Internal, "it opened") : std::move(opened).error();
  }

  TemporaryFolder temporary_;
  crypto::KeyPair keys_ = crypto::make_key_pair();
};

TEST_F(PackageTest, OpensWithAllThatWasWritten) {
  const auto before = contents();
  const auto digest = write(place(), before, keys_.private_key);
  ASSERT_TRUE(digest) << digest.error().message;

  const auto opened = reopen();

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->digest(), *digest);
  EXPECT_EQ(opened->signer(), keys_.public_key);
  const auto& after = opened->contents();
  EXPECT_EQ(after.name, before.name);
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.onnx, before.onnx);
  EXPECT_EQ(after.novelty, before.novelty);
  EXPECT_EQ(after.card, before.card);
  EXPECT_EQ(after.intended_use, R"({"modality":["DX"]})");
  EXPECT_EQ(after.golden.pixels, before.golden.pixels);
  EXPECT_EQ(opened->golden_difference(), 0.0);
  ASSERT_TRUE(opened->head());
  EXPECT_EQ(opened->head()->features, 6U);
  const auto outputs = opened->score(before.golden.pixels, 16);
  ASSERT_TRUE(outputs);
  EXPECT_EQ(outputs->logits, before.golden.logits);
}

TEST_F(PackageTest, GivesItsPapersWithoutItsNetwork) {
  const auto digest = write(place(), contents(), keys_.private_key);
  ASSERT_TRUE(digest);
  fs::remove(place() / "model.onnx");

  const auto papers = read_papers(place(), {keys_.public_key});

  ASSERT_TRUE(papers) << papers.error().message;
  EXPECT_EQ(papers->digest, *digest);
  EXPECT_EQ(papers->signer, keys_.public_key);
  EXPECT_EQ(papers->contents.name, "opacity");
  EXPECT_EQ(papers->contents.version, 2);
  EXPECT_EQ(papers->contents.card, "# Opacity\n");
  EXPECT_EQ(papers->contents.intended_use, R"({"modality":["DX"]})");
  EXPECT_TRUE(papers->contents.onnx.empty());
}

TEST_F(PackageTest, RefusesPapersThatWereChangedOrNobodyTrusts) {
  write_one();
  EXPECT_EQ(read_papers(place(), {crypto::make_key_pair().public_key}).error().code,
            ErrorCode::PermissionDenied);
  EXPECT_EQ(read_papers(place() / "absent", {keys_.public_key}).error().code, ErrorCode::NotFound);
  for (const auto* name : {"card.md", "model.json"}) {
    const auto whole = *read_file(place() / name);
    put(place() / name, as_bytes("other"));
    const auto changed = read_papers(place(), {keys_.public_key});
    EXPECT_EQ(changed.error().code, ErrorCode::DataCorrupt);
    EXPECT_THAT(changed.error().message, HasSubstr(name));
    fs::remove(place() / name);
    EXPECT_EQ(read_papers(place(), {keys_.public_key}).error().code, ErrorCode::DataCorrupt);
    put(place() / name, whole);
  }
}

TEST_F(PackageTest, HoldsTheFilesOfTheContractAndNothingElse) {
  write_one();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(temporary_.path() / "package")) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, UnorderedElementsAre("manifest.json", "manifest.sig", "model.onnx",
                                          "model.json", "golden.npz", "novelty.npz", "card.md"));
  EXPECT_EQ(std::distance(fs::directory_iterator(temporary_.path()), fs::directory_iterator()), 1);
}

TEST_F(PackageTest, EqualContentsHaveEqualBytes) {
  const auto other = temporary_.path() / "elsewhere" / "again";
  const auto first = write(place(), contents(), keys_.private_key);
  const auto second = write(other, contents(), keys_.private_key);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  for (const auto& entry : fs::directory_iterator(place())) {
    EXPECT_EQ(*read_file(entry.path()), *read_file(other / entry.path().filename()));
  }
}

TEST_F(PackageTest, RefusesEveryChangedByteOfManifestAndSignature) {
  write_one();
  for (const auto* name : {"manifest.json", "manifest.sig"}) {
    const auto file = place() / name;
    const auto whole = *read_file(file);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const auto bit : {std::byte{1}, std::byte{0x20}, std::byte{0x80}}) {
        auto changed = whole;
        changed[i] ^= bit;
        put(file, changed);
        ASSERT_EQ(refused().code, ErrorCode::PermissionDenied) << name << " byte " << i;
      }
    }
    put(file, whole);
  }
  EXPECT_TRUE(reopen());
}

TEST_F(PackageTest, RefusesAChangedByteOfEachFileNamingBothDigests) {
  write_one();
  for (const std::string name :
       {"model.onnx", "model.json", "golden.npz", "novelty.npz", "card.md"}) {
    const auto file = place() / name;
    const auto whole = *read_file(file);
    for (const std::size_t i : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      auto changed = whole;
      changed[i] ^= std::byte{1};
      put(file, changed);
      const auto why = refused();
      EXPECT_EQ(why.code, ErrorCode::DataCorrupt);
      EXPECT_THAT(why.message, HasSubstr("was changed: " + name));
      EXPECT_THAT(why.message, HasSubstr(crypto::sha256(whole).hex().substr(0, 12)));
      EXPECT_THAT(why.message, HasSubstr(crypto::sha256(changed).hex().substr(0, 12)));
    }
    put(file, BytesView(whole).first(whole.size() - 1));
    EXPECT_THAT(refused().message, HasSubstr("was changed: " + name));
    put(file, whole);
  }
  EXPECT_TRUE(reopen());
}

TEST_F(PackageTest, RefusesAMissingFile) {
  write_one();
  for (const std::string name :
       {"model.onnx", "model.json", "golden.npz", "novelty.npz", "card.md"}) {
    const auto whole = *read_file(place() / name);
    fs::remove(place() / name);
    EXPECT_THAT(refused().message, HasSubstr("is missing: " + name));
    put(place() / name, whole);
  }
  fs::remove(place() / "manifest.sig");
  EXPECT_THAT(refused().message, HasSubstr("no signature"));
  fs::remove(place() / "manifest.json");
  EXPECT_EQ(refused().code, ErrorCode::NotFound);
}

TEST_F(PackageTest, RefusesAnAddedFileFolderOrLink) {
  write_one();
  put(place() / "run.sh", as_bytes("echo"));
  EXPECT_THAT(refused().message, HasSubstr("does not list"));
  fs::remove(place() / "run.sh");
  fs::create_directory(place() / "more");
  EXPECT_THAT(refused().message, HasSubstr("does not list"));
  fs::remove(place() / "more");
  fs::rename(place() / "card.md", temporary_.path() / "card.md");
  fs::create_symlink(temporary_.path() / "card.md", place() / "card.md");
  EXPECT_THAT(refused().message, HasSubstr("not a plain file"));
}

TEST_F(PackageTest, RefusesAKeyThatIsNotTrusted) {
  write_one();
  const auto stranger = crypto::make_key_pair();
  const auto by_stranger = Package::open(place(), {.trusted_keys = {stranger.public_key}});
  ASSERT_FALSE(by_stranger);
  EXPECT_EQ(by_stranger.error().code, ErrorCode::PermissionDenied);
  EXPECT_FALSE(Package::open(place(), {}));
  EXPECT_TRUE(Package::open(place(), {.trusted_keys = {stranger.public_key, keys_.public_key}}));
}

// What a wrong processor or a wrong runtime would do: the bytes are right, the scores are not.
TEST_F(PackageTest, RefusesGoldenInputsThatGiveOtherScores) {
  auto made = contents();
  made.golden.logits[3] += 0.01F;
  const auto written = write(place(), made, keys_.private_key);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(written.error().message, HasSubstr("golden input 4"));
  EXPECT_FALSE(fs::exists(place()));
}

struct Bad {
  const char* name;
  void (*change)(Contents&);
  const char* message;
};

class WriteRefuses : public PackageTest, public ::testing::WithParamInterface<Bad> {};

TEST_P(WriteRefuses, SayingWhy) {
  auto made = contents();
  GetParam().change(made);
  const auto written = write(place(), made, keys_.private_key);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr(GetParam().message));
  EXPECT_TRUE(fs::is_empty(temporary_.path()));
}

INSTANTIATE_TEST_SUITE_P(
    Contents, WriteRefuses,
    ::testing::Values(
        Bad{"APathForAName", [](auto& made) { made.name = "../evil"; }, "needs a name"},
        Bad{"NoVersion", [](auto& made) { made.version = 0; }, "version from 1"},
        Bad{"TextThatIsNotJson", [](auto& made) { made.metrics = "{"; }, "metrics is not JSON"},
        Bad{"FewGoldenInputs", [](auto& made) { made.golden.images = 15; }, "at least 16"},
        Bad{"NoNetwork", [](auto& made) { made.onnx.clear(); }, "not an ONNX network"},
        Bad{"AForeignNetwork", [](auto& made) { made.onnx = test::make_network({.channels = 3}); },
            "takes other images"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(PackageTest, DoesNotWriteOverAnything) {
  write_one();
  const auto again = write(place(), contents(), keys_.private_key);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::FailedPrecondition);
  EXPECT_FALSE(
      write(temporary_.path() / "other", contents(), BytesView(keys_.private_key).first(5)));
  EXPECT_FALSE(fs::exists(temporary_.path() / "other"));
}

}  // namespace
}  // namespace osler::infer::package
