// osler as its users meet it: the programs that were built, their documents and their exit codes.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::kLittleStudy;
using test::little_npz;
using test::run_osler;
using ::testing::HasSubstr;

class CommandLine : public ::testing::Test {
 protected:
  Answer osler(const std::vector<std::string>& words) { return run_osler(home(), words); }
  fs::path home() const { return folder_.path() / "home"; }
  fs::path file(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file(file(name), text));
  }

  void expect_error(const Answer& answer, std::string_view code, int exit_code,
                    const std::string& message) {
    ASSERT_TRUE(answer.document.is_object()) << answer.text;
    ASSERT_TRUE(answer.document.contains("error")) << answer.text;
    EXPECT_EQ(answer.document["error"]["code"], code) << answer.text;
    EXPECT_THAT(answer.document["error"]["message"].get<std::string>(), HasSubstr(message));
    EXPECT_EQ(answer.exit_code, exit_code);
  }

  TemporaryFolder folder_;
};

TEST_F(CommandLine, StartsWithinFiftyMilliseconds) {
  double fastest = 1.0;
  for (int i = 0; i < 5; ++i) {
    ChildProcess::Options options;
    options.program = program_folder() / "osler";
    options.arguments = {"--version"};
    const Stopwatch watch;
    auto child = ChildProcess::start(options);
    ASSERT_TRUE(child);
    child->read_lines([](std::string_view) {});
    EXPECT_EQ(child->wait(), 0);
    fastest = std::min(fastest, watch.seconds());
  }
  EXPECT_LT(fastest, 0.050);
}

TEST_F(CommandLine, LinksNoTrainingLibrary) {
  ChildProcess::Options options;
  options.program = "/usr/bin/ldd";
  options.arguments = {(program_folder() / "osler").string()};
  auto child = ChildProcess::start(options);
  ASSERT_TRUE(child);
  std::string libraries;
  child->read_lines([&](std::string_view line) { libraries += lower(line) + "\n"; });
  EXPECT_EQ(child->wait(), 0);
  for (const char* name : {"libtorch", "libc10", "gdcm", "libqt"}) {
    EXPECT_EQ(libraries.find(name), std::string::npos) << name;
  }
}

TEST_F(CommandLine, AccountsForEveryInput) {
  write("in/readme.txt", "not a film");
  write("in/empty.dcm", "");
  write("in/deep/noise.bin", std::string(1000, 'x'));
  const auto answer = osler({"ingest", file("in").string()});
  ASSERT_EQ(answer.exit_code, 0) << answer.text;
  EXPECT_EQ(answer.document["received"], 3);
  EXPECT_EQ(answer.document["rejected"], 3);
  EXPECT_EQ(answer.document["items"].size(), 3U);
  for (const auto& item : answer.document["items"]) {
    EXPECT_EQ(item["outcome"], "rejected");
    EXPECT_FALSE(item["reason"].get<std::string>().empty());
  }
  // The receipt can be read again.
  const auto again = osler({"ingest", "--receipt", answer.document["receipt"].get<std::string>()});
  EXPECT_EQ(again.document["items"], answer.document["items"]);
}

TEST_F(CommandLine, RefusesWhatItDoesNotKnowWithTheNearestName) {
  expect_error(osler({"ingst"}), "InvalidArgument", 64, "no verb");
  const auto option = osler({"ingest", "--outcme", "stored", "x"});
  expect_error(option, "InvalidArgument", 64, "--outcme");
  EXPECT_THAT(option.document["error"]["hint"].get<std::string>(), HasSubstr("--outcome"));
  expect_error(osler({"ingest", file("absent").string()}), "NotFound", 66, "no such file");
  expect_error(osler({"dataset", "show", "absent"}), "NotFound", 66, "no data set");
  expect_error(osler({"runs", "show", "r9"}), "NotFound", 66, "no run");
  expect_error(osler({"predict", "absent", folder_.path().string()}), "NotFound", 66, "no model");
  expect_error(osler({"model", "promote", "absent"}), "InvalidArgument", 64, "--to");
}

TEST_F(CommandLine, AuditsADataSetAndRefusesLeakage) {
  ASSERT_TRUE(write_file(file("little.npz"), little_npz(2)));
  const auto refused = osler({"dataset", "import", file("little.npz").string()});
  expect_error(refused, "FailedPrecondition", 65, "two sides");
  const auto made =
      osler({"dataset", "import", file("little.npz").string(), "--duplicates", "drop"});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  EXPECT_EQ(made.document["dataset"], "little");
  EXPECT_EQ(made.document["version"], 1);
  EXPECT_EQ(made.document["audit"]["duplicate_groups"], 2);
  EXPECT_EQ(made.document["audit"]["across_splits"], 2);
  EXPECT_EQ(made.document["splits"]["test"], 60);
  // The same again is the same version.
  const auto again =
      osler({"dataset", "import", file("little.npz").string(), "--duplicates", "drop"});
  EXPECT_EQ(again.document["digest"], made.document["digest"]);
  EXPECT_EQ(again.document["version"], 1);
  EXPECT_EQ(osler({"audit", "verify"}).exit_code, 0);
}

TEST_F(CommandLine, SaysWhichArraysAreMissing) {
  std::map<std::string, arrays::Array> arrays;
  arrays["images"] = arrays::Array::of<std::uint8_t>({1}, std::vector<std::uint8_t>{1});
  ASSERT_TRUE(write_file(file("other.npz"), *arrays::to_npz(arrays)));
  expect_error(osler({"dataset", "import", file("other.npz").string()}), "InvalidArgument", 64,
               "train_images");
}

TEST_F(CommandLine, FindsAnEditedDatabase) {
  ASSERT_EQ(osler({"dataset", "list"}).exit_code, 0);
  write("home/osler.db", "this is no database, but it is long enough to be read as a page of one");
  const auto answer = osler({"dataset", "list"});
  expect_error(answer, "DataCorrupt", 65, "");
}

class WholeStudy : public CommandLine {
 protected:
  void SetUp() override {
    if (!fs::exists(program_folder() / "osler-learn")) {
      GTEST_SKIP() << "osler-learn is not built";
    }
    ASSERT_TRUE(write_file(file("little.npz"), little_npz(0)));
    write("study.yaml", kLittleStudy);
  }
  Answer train(const fs::path& home_folder) {
    return run_osler(home_folder, {"train", file("study.yaml").string(), "--data",
                                   folder_.path().string(), "--seed", "3"});
  }
};

TEST_F(WholeStudy, GoesFromFilesToASignedModelAndItsFindings) {
  const auto trained = train(home());
  ASSERT_EQ(trained.exit_code, 0) << trained.text;
  const auto& result = trained.document;
  EXPECT_EQ(result["model"], "little") << trained.text;
  EXPECT_EQ(result["version"], 1);
  EXPECT_GT(result["metrics"]["test"]["auroc"]["value"].get<double>(), 0.9);
  for (const char* name :
       {"auroc", "auprc", "accuracy", "sensitivity", "specificity", "brier", "ece"}) {
    const auto& metric = result["metrics"]["test"][name];
    ASSERT_TRUE(metric["value"].is_number()) << name << trained.text;
    // Where nothing varies there is no interval, and the reason says so.
    if (metric["lower"].is_null()) {
      EXPECT_TRUE(metric.contains("not_estimable")) << name << trained.text;
      continue;
    }
    EXPECT_LE(metric["lower"].get<double>(), metric["value"].get<double>()) << name;
    EXPECT_GE(metric["upper"].get<double>(), metric["value"].get<double>()) << name;
  }
  EXPECT_TRUE(fs::exists(result["predictions"].get<std::string>()));
  EXPECT_TRUE(fs::exists(result["report"].get<std::string>()));

  // The same study and seed give the same package, here and in another home.
  EXPECT_EQ(train(home()).document["digest"], result["digest"]);

  // A picture gets a finding, and what is no picture a reason.
  write("films/note.txt", "no film");
  const auto predicted = osler({"predict", "little", file("films").string()});
  EXPECT_EQ(predicted.document["digest"], result["digest"]);
  EXPECT_EQ(predicted.document["results"][0]["outcome"], "failed");

  const auto verified = osler({"model", "verify", "little@1"});
  EXPECT_EQ(verified.exit_code, 0) << verified.text;
  ASSERT_EQ(osler({"model", "promote", "little", "--to", "production"}).exit_code, 0);

  // One flipped byte, and nothing is scored.
  const fs::path network = home() / "models" / "little" / "1" / "model.onnx";
  auto bytes = *read_file(network);
  bytes[bytes.size() / 2] ^= std::byte{1};
  ASSERT_TRUE(write_file(network, bytes));
  const auto refused = osler({"predict", "little", file("films").string()});
  ASSERT_TRUE(refused.document.contains("error")) << refused.text;
  EXPECT_EQ(refused.document["error"]["code"], "DataCorrupt");
  EXPECT_EQ(osler({"audit", "verify"}).exit_code, 0);
}

TEST_F(WholeStudy, AKilledLearnerIsAFailedRunThatIsGoneOnWith) {
  const auto whole = train(folder_.path() / "other");
  ASSERT_EQ(whole.exit_code, 0) << whole.text;
  ChildProcess::Options options;
  options.program = program_folder() / "osler";
  options.arguments = {"train",        file("study.yaml").string(),
                       "--data",       folder_.path().string(),
                       "--seed",       "3",
                       "--quiet",      "--home",
                       home().string()};
  options.error_log = "/dev/null";
  auto child = ChildProcess::start(options);
  ASSERT_TRUE(child);
  // Stopped as soon as the first epoch is written down.
  const fs::path epochs = home() / "runs" / "r1" / "epochs.jsonl";
  const Stopwatch watch;
  while (!fs::exists(epochs) && watch.seconds() < 60.0) {
  }
  child->kill();
  EXPECT_EQ(child->wait(), 128 + 9);
  const auto resumed = train(home());
  ASSERT_EQ(resumed.exit_code, 0) << resumed.text;
  EXPECT_EQ(resumed.document["run"], "r1");
  const auto digest = [](const Answer& answer, const fs::path& folder) {
    return crypto::sha256(
        *read_file(folder / "runs" / answer.document["run"].get<std::string>() / "model.onnx"));
  };
  EXPECT_EQ(digest(resumed, home()), digest(whole, folder_.path() / "other"));
}

}  // namespace
}  // namespace osler
