// What osler says when it is given something broken: one JSON document that says what is wrong,
// where, and what to do, and the exit code of its kind.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arrays/npy.h"
#include "base/file.h"
#include "tests/support/little_study.h"
#include "tests/support/networks.h"
#include "tests/support/osler.h"
#include "tests/support/small_disk.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using arrays::Array;
using test::Answer;
using test::expect_refusal;
using test::run_osler;

class Refusal : public ::testing::Test {
 protected:
  Answer osler(std::vector<std::string> words) const { return run_osler(home(), std::move(words)); }
  fs::path home() const { return folder_.path() / "home"; }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  void write(const std::string& name, std::string_view text) const {
    ASSERT_TRUE(write_file(path(name), text));
  }

  TemporaryFolder folder_;
};

// ---- the home

class DamagedDatabase : public Refusal {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(path("little.npz"), test::little_npz()));
    ASSERT_EQ(osler({"dataset", "import", path("little.npz")}).exit_code, 0);
    bytes_ = *read_text(database());
  }
  fs::path database() const { return home() / "osler.db"; }
  void expect_found(const std::vector<std::string>& words) const {
    expect_refusal(osler(words), ErrorCode::DataCorrupt, "damaged", "osler.db");
  }
  std::string bytes_;
};

TEST_F(DamagedDatabase, IsFoundWhereItWasReplacedByText) {
  ASSERT_TRUE(write_file(database(), std::string_view("this is a letter, and no database at all; "
                                                      "it goes on for a while, as letters do")));
  expect_found({"dataset", "list"});
  expect_found({"ingest", path("little.npz")});
}

TEST_F(DamagedDatabase, IsFoundWhereItWasCutShort) {
  ASSERT_TRUE(write_file(database(), std::string_view(bytes_).substr(0, bytes_.size() / 2)));
  expect_found({"audit", "verify"});
}

// Whichever page is hit, no command may end otherwise than well or with a word.
TEST_F(DamagedDatabase, IsFoundWhereBytesWereFlipped) {
  std::size_t found = 0;
  constexpr std::size_t kPage = 4096;
  for (std::size_t page = 0; page * kPage < bytes_.size(); ++page) {
    std::string flipped = bytes_;
    for (std::size_t i = 0; i < 64; ++i) {
      flipped[page * kPage + i] = static_cast<char>(~flipped[page * kPage + i]);
    }
    ASSERT_TRUE(write_file(database(), flipped));
    for (const auto& words : {std::vector<std::string>{"audit", "verify"},
                              std::vector<std::string>{"dataset", "list"}}) {
      const auto answer = osler(words);
      if (answer.exit_code != 0) {
        expect_refusal(answer, ErrorCode::DataCorrupt, "", "osler.db");
        ++found;
      }
    }
    ASSERT_FALSE(HasFailure()) << "page " << page;
  }
  EXPECT_GT(found, bytes_.size() / kPage);
}

TEST_F(Refusal, OfAHomeOnAReadOnlyDisk) {
  const test::SmallDisk disk(folder_.path() / "disk");
  if (!disk.why_not().empty()) {
    GTEST_SKIP() << disk.why_not();
  }
  ASSERT_TRUE(disk.make_read_only());
  write("films/note.txt", "no film");
  for (const auto& words : {std::vector<std::string>{"dataset", "list"},
                            std::vector<std::string>{"ingest", path("films")}}) {
    expect_refusal(run_osler(disk.folder() / "home", words), ErrorCode::PermissionDenied,
                   "Read-only", disk.folder().string());
  }
}

TEST_F(Refusal, OfAHomeThatBecameReadOnly) {
  const test::SmallDisk disk(folder_.path() / "disk");
  if (!disk.why_not().empty()) {
    GTEST_SKIP() << disk.why_not();
  }
  ASSERT_TRUE(disk.resize(std::uint64_t{64} << 20));
  const fs::path home = disk.folder() / "home";
  ASSERT_EQ(run_osler(home, {"dataset", "list"}).exit_code, 0);
  ASSERT_TRUE(disk.make_read_only());
  expect_refusal(run_osler(home, {"dataset", "list"}), ErrorCode::PermissionDenied, "",
                 home.string());
}

// ---- films

// Everything is allowed to root, so this runs as somebody else.
TEST_F(Refusal, OfAFolderThatMayNotBeRead) {
  constexpr uid_t kNobody = 65'534;
  fs::create_directories(path("films/inner"));
  write("films/inner/film.dcm", "x");
  fs::permissions(folder_.path(), fs::perms::all);
  ASSERT_EQ(::chmod(path("films/inner").c_str(), 0), 0);
  std::vector<std::string> arguments{"ingest",  path("films"), "--json",
                                     "--quiet", "--home",      path("theirs")};
  ChildProcess::Options options;
  options.program = program_folder() / "osler";
  options.error_log = "/dev/null";
  if (::geteuid() == 0) {
    const std::string id = std::to_string(kNobody);
    arguments.insert(arguments.begin(),
                     {"--reuid", id, "--regid", id, "--clear-groups", options.program.string()});
    options.program = "/usr/bin/setpriv";
    if (!fs::exists(options.program)) {
      GTEST_SKIP() << "no setpriv to become somebody else with";
    }
  }
  options.arguments = arguments;
  const auto answer = test::hear_osler(ChildProcess::start(options));
  if (answer.exit_code == 127 || answer.exit_code == 126) {
    GTEST_SKIP() << "nobody may not run " << program_folder();
  }
  fs::permissions(path("films/inner"), fs::perms::owner_all);
  expect_refusal(answer, ErrorCode::PermissionDenied, "cannot be read", path("films"));
}

TEST_F(Refusal, OfAnEmptyFolder) {
  fs::create_directories(path("empty/deeper"));
  expect_refusal(osler({"ingest", path("empty")}), ErrorCode::NotFound, "no file", path("empty"));
  write("labels.csv", "file,label\na.png,1\n");
  expect_refusal(osler({"dataset", "import", path("empty"), "--labels", path("labels.csv")}),
                 ErrorCode::InvalidArgument, "no PNG or JPEG", path("empty"));
}

// ---- arrays

struct BadArrays {
  const char* name;
  ErrorCode code;
  const char* message;
  std::map<std::string, Array> changed;
  std::vector<std::string> removed;
};

Array zeros(std::vector<std::size_t> shape) {
  std::size_t count = 1;
  for (const auto size : shape) {
    count *= size;
  }
  return Array::of<std::uint8_t>(std::move(shape), std::vector<std::uint8_t>(count));
}

class RefusalOfArrays : public Refusal, public ::testing::WithParamInterface<BadArrays> {};

TEST_P(RefusalOfArrays, SaysWhich) {
  std::map<std::string, Array> arrays;
  for (const std::string part : {"train", "val", "test"}) {
    arrays[part + "_images"] = zeros({4, 8, 8});
    arrays[part + "_labels"] =
        Array::of<std::uint8_t>({4, 1}, std::vector<std::uint8_t>{0, 1, 0, 1});
  }
  for (const auto& [name, array] : GetParam().changed) {
    arrays[name] = array;
  }
  for (const auto& name : GetParam().removed) {
    arrays.erase(name);
  }
  ASSERT_TRUE(write_file(path("bad.npz"), *arrays::to_npz(arrays)));
  expect_refusal(osler({"dataset", "import", path("bad.npz")}), GetParam().code, GetParam().message,
                 "bad.npz");
}

INSTANTIATE_TEST_SUITE_P(
    Files, RefusalOfArrays,
    ::testing::Values(
        BadArrays{"WithoutKeys",
                  ErrorCode::InvalidArgument,
                  "no array val_images",
                  {},
                  {"val_images", "val_labels"}},
        BadArrays{"FewerLabels",
                  ErrorCode::InvalidArgument,
                  "train_images has 4 images but there are 3 labels",
                  {{"train_labels", zeros({3, 1})}},
                  {}},
        BadArrays{"SeveralLabels",
                  ErrorCode::InvalidArgument,
                  "8 labels",
                  {{"train_labels", zeros({4, 2})}},
                  {}},
        BadArrays{"FlatImages",
                  ErrorCode::InvalidArgument,
                  "[n, height, width]",
                  {{"test_images", zeros({4, 64})}},
                  {}},
        BadArrays{"FourChannels",
                  ErrorCode::InvalidArgument,
                  "[n, height, width]",
                  {{"test_images", zeros({4, 8, 8, 4})}},
                  {}},
        BadArrays{"ImagesOfFloats",
                  ErrorCode::InvalidArgument,
                  "uint8",
                  {{"val_images", Array::of<float>({4, 2, 2}, std::vector<float>(16))}},
                  {}},
        BadArrays{"ImagesOfNoPixels",
                  ErrorCode::InvalidArgument,
                  "no pixels",
                  {{"val_images", zeros({4, 0, 8})}},
                  {}},
        BadArrays{"NoImages",
                  ErrorCode::InvalidArgument,
                  "no images",
                  {{"train_images", zeros({0, 8, 8})}, {"train_labels", zeros({0, 1})}},
                  {}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Refusal, OfAnArchiveThatIsCutShort) {
  const Bytes whole = test::little_npz();
  ASSERT_TRUE(write_file(path("cut.npz"), BytesView(whole).first(whole.size() / 2)));
  expect_refusal(osler({"dataset", "import", path("cut.npz")}), ErrorCode::DataCorrupt, "",
                 "cut.npz");
}

// ---- labels

struct BadLabels {
  const char* name;
  const char* text;
  ErrorCode code;
  const char* message;
};

class RefusalOfLabels : public Refusal, public ::testing::WithParamInterface<BadLabels> {
 protected:
  void SetUp() override {
    const auto made =
        run_osler(home(), {"phantom", path("cohort"), "--studies", "4", "--seed", "5"});
    ASSERT_EQ(made.exit_code, 0) << made.text;
    ASSERT_EQ(osler({"ingest", path("cohort")}).exit_code, 0);
  }
};

TEST_P(RefusalOfLabels, SaysWhere) {
  write("labels.csv", GetParam().text);
  expect_refusal(osler({"dataset", "create", "films", "--labels", path("labels.csv"),
                        "--study-column", "study", "--label", "finding"}),
                 GetParam().code, GetParam().message, "labels.csv");
}

INSTANTIATE_TEST_SUITE_P(
    Tables, RefusalOfLabels,
    ::testing::Values(
        BadLabels{"WithoutTheColumn", "study,findng\n1.2.3,1\n", ErrorCode::InvalidArgument,
                  "no column \"finding\""},
        BadLabels{"OfUnknownStudies", "study,finding\n1.2.3,1\n1.2.4,0\n", ErrorCode::NotFound,
                  "none of its 2 rows"},
        BadLabels{"InLatin1", "study,finding\n1.2.3,M\xFCller\n", ErrorCode::DataCorrupt, "UTF-8"},
        BadLabels{"OfBytes", "\x89PNG\r\n\x1a\n\xFF\xFE\x01", ErrorCode::DataCorrupt, "UTF-8"},
        BadLabels{"WithAnOpenQuote", "study,finding\n\"1.2.3,1\n", ErrorCode::DataCorrupt,
                  "never closed"},
        BadLabels{"OfUnevenLines", "study,finding\n1.2.3,1,7\n", ErrorCode::DataCorrupt,
                  "3 fields"},
        BadLabels{"ThatIsEmpty", "", ErrorCode::DataCorrupt, "empty"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Refusal, OfALabelsFileThatIsNotThere) {
  fs::create_directories(path("films"));
  expect_refusal(osler({"dataset", "import", path("films"), "--labels", path("absent.csv")}),
                 ErrorCode::NotFound, "no such file", "absent.csv");
}

// ---- studies

class RefusalOfStudies : public Refusal {
 protected:
  void SetUp() override { ASSERT_TRUE(write_file(path("little.npz"), test::little_npz())); }
  Answer train(const std::string& study) const {
    write("study.yaml", study);
    return osler({"train", path("study.yaml"), "--data", folder_.path().string()});
  }
  static std::string changed(std::string_view from, std::string_view to) {
    std::string text(test::kLittleStudy);
    return text.replace(text.find(from), from.size(), to);
  }
};

TEST_F(RefusalOfStudies, NamesAMisspeltKeyAndTheNearestRightOne) {
  const auto answer = train(changed("optimiser", "optimizer"));
  expect_refusal(answer, ErrorCode::InvalidArgument, "no key \"optimizer\"",
                 "study.yaml line 7, column 3");
  EXPECT_EQ(answer.document["error"]["hint"], "write optimiser");
}

TEST_F(RefusalOfStudies, SaysThatASplitCannotBeStratified) {
  std::map<std::string, Array> arrays;
  for (const std::string part : {"train", "val", "test"}) {
    std::vector<std::uint8_t> pixels;
    for (std::size_t i = 0; i < 4 * 64; ++i) {
      pixels.push_back(static_cast<std::uint8_t>((i * 37 + part.size() * 11 + i / 64) % 251));
    }
    arrays[part + "_images"] = Array::of<std::uint8_t>({4, 8, 8}, pixels);
    arrays[part + "_labels"] = Array::of<std::uint8_t>(
        {4, 1}, std::vector<std::uint8_t>{static_cast<std::uint8_t>(part == "val"), 0, 0, 0});
  }
  ASSERT_TRUE(write_file(path("little.npz"), *arrays::to_npz(arrays)));
  expect_refusal(train(changed("transform:", "split: {fractions: [0.6, 0.2, 0.2]}\ntransform:")),
                 ErrorCode::FailedPrecondition, "cannot be stratified", "little");
}

TEST_F(RefusalOfStudies, SaysWhichWeightsAreMissing) {
  expect_refusal(train(changed("widths: [8, 16]}",
                               "widths: [8, 16]}\n  weights: {path: "
                               "\"${DATA}/absent.safetensors\", mode: frozen}")),
                 ErrorCode::NotFound, "no such file", "absent.safetensors");
}

TEST_F(RefusalOfStudies, SaysWhichDataIsMissing) {
  fs::remove(path("little.npz"));
  expect_refusal(train(std::string(test::kLittleStudy)), ErrorCode::NotFound, "no such file",
                 "little.npz");
}

// ---- networks

TEST_F(RefusalOfStudies, OfANetworkThatAsksForAllMemory) {
  write("study.yaml", test::kLittleStudy);
  for (const auto greed : {test::Greed::WhenLoaded, test::Greed::WhenRun}) {
    ASSERT_TRUE(write_file(path("greedy.onnx"), test::make_greedy_network(greed, 16, 16)));
    expect_refusal(osler({"model", "import", path("greedy.onnx"), "--study", path("study.yaml"),
                          "--data", folder_.path().string()}),
                   ErrorCode::NotSupported, "of memory", "greedy.onnx");
  }
}

TEST_F(RefusalOfStudies, OfAPackageWithOneFlippedByte) {
  write("study.yaml", test::kLittleStudy);
  write("films/note.txt", "no film");
  ASSERT_TRUE(write_file(path("net.onnx"), test::make_network({.height = 16, .width = 16})));
  const auto made = osler({"model", "import", path("net.onnx"), "--study", path("study.yaml"),
                           "--data", folder_.path().string(), "--sign-off",
                           "A. One: for a test of it; B. Two: for a test of it"});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const fs::path package = made.document["package"].get<std::string>();
  for (const auto& entry : fs::directory_iterator(package)) {
    const Bytes whole = *read_file(entry.path());
    Bytes flipped = whole;
    flipped[flipped.size() / 2] ^= std::byte{1};
    ASSERT_TRUE(write_file(entry.path(), flipped));
    for (const auto& words : {std::vector<std::string>{"predict", "little", path("films")},
                              std::vector<std::string>{"model", "export", "little", path("out")}}) {
      const auto answer = osler(words);
      ASSERT_TRUE(answer.document.contains("error")) << entry.path() << answer.text;
      const std::string code = answer.document["error"]["code"];
      expect_refusal(answer,
                     code == "DataCorrupt" ? ErrorCode::DataCorrupt : ErrorCode::PermissionDenied,
                     "", package.string());
    }
    ASSERT_TRUE(write_file(entry.path(), whole));
  }
  EXPECT_TRUE(osler({"predict", "little", path("films")}).document.contains("results"));
}

}  // namespace
}  // namespace osler
