// A home is copied while others work on it, and comes back whole; a damaged copy does not come
// back.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "base/file.h"
#include "tests/support/kept.h"
#include "tests/support/kill.h"
#include "tests/support/little_study.h"
#include "tests/support/osler.h"
#include "tests/support/small_disk.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::hear_osler;
using test::KeptHome;
using test::run_osler;
using test::start_osler;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Backup : public ::testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  fs::path home() const { return path("home"); }
  fs::path copy() const { return path("backup"); }

  void make_cohort(const std::string& name, const std::string& studies, const std::string& seed) {
    ASSERT_EQ(
        run_osler(home(), {"phantom", path(name).string(), "--studies", studies, "--seed", seed})
            .exit_code,
        0);
  }
  // A home with films, a data set, a setting and a trusted key.
  void fill() {
    make_cohort("cohort", "12", "5");
    ASSERT_EQ(run_osler(home(), {"ingest", path("cohort").string()}).exit_code, 0);
    ASSERT_TRUE(write_file(path("little.npz"), test::little_npz()));
    ASSERT_EQ(run_osler(home(), {"dataset", "import", path("little.npz").string()}).exit_code, 0);
    ASSERT_TRUE(write_file(home() / "config.json", "{\"actor\": \"it\"}\n"));
    ASSERT_TRUE(write_file(home() / "keys" / "trusted" / "peer.pub", std::string(64, 'a') + "\n"));
    ASSERT_TRUE(write_file(home() / "cache" / "made-again", "x"));
  }
  Answer back_up(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"backup", copy().string()});
    return run_osler(home(), more);
  }
  Answer restore(const fs::path& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"restore", copy().string()});
    return run_osler(to, more);
  }
  // The newest snapshot's folder.
  fs::path snapshot() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(copy() / "snapshots")) {
      all.push_back(entry.path());
    }
    return *std::ranges::max_element(all);
  }
  fs::path any_object() const {
    for (const auto& entry : fs::recursive_directory_iterator(copy() / "objects")) {
      if (entry.is_regular_file() && entry.file_size() > 0) {
        return entry.path();
      }
    }
    return {};
  }
  // The head that a backup promised stands in the restored home, with the restore after it.
  void expect_same_head(const fs::path& restored, const Json& backup) {
    KeptHome kept(restored);
    kept.expect_whole();
    kept.expect_acknowledged();
    const auto verified = run_osler(restored, {"audit", "verify"});
    ASSERT_EQ(verified.exit_code, 0) << verified.text;
    const auto records = backup["audit"]["records"].get<std::uint64_t>();
    EXPECT_EQ(verified.document["records"], records + 1);
    SystemClock clock;
    auto database = storage::Database::open(restored / "osler.db");
    ASSERT_TRUE(database);
    EXPECT_EQ(**database->text("SELECT root FROM audit_heads WHERE size = ?", {records}),
              backup["audit"]["head"].get<std::string>());
  }
  void expect_recorded(const fs::path& where, const std::string& action, const Json& backup) {
    SystemClock clock;
    auto database = storage::Database::open(where / "osler.db");
    ASSERT_TRUE(database);
    const auto log = storage::audit::Log::open(*database, where / "keys" / "audit.key", clock);
    const auto record = log->newest(action);
    ASSERT_TRUE(record && *record) << action;
    EXPECT_EQ((*record)->event.facts.at("manifest"), backup["manifest"]);
    EXPECT_EQ((*record)->event.facts.at("snapshot"), backup["snapshot"]);
  }
  TemporaryFolder folder_;
};

// A child that has not ended; one that has still waits to be heard.
bool at_work(pid_t child) {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

void flip(const fs::path& file, std::size_t at) {
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  auto bytes = *read_file(file);
  ASSERT_FALSE(bytes.empty());
  bytes[at % bytes.size()] ^= std::byte{1};
  ASSERT_TRUE(write_file(file, bytes));
}

TEST_F(Backup, ComesBackAsItWas) {
  fill();

  const auto made = back_up();
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const auto restored = restore(path("new"));

  ASSERT_EQ(restored.exit_code, 0) << restored.text;
  EXPECT_EQ(restored.document["audit"], made.document["audit"]);
  EXPECT_EQ(restored.document["manifest"], made.document["manifest"]);
  EXPECT_EQ(KeptHome(path("new")).rows(), KeptHome(home()).rows());
  expect_same_head(path("new"), made.document);
  for (const char* file : {"config.json", "keys/signing.key", "keys/pseudonym.key",
                           "keys/audit.key", "keys/trusted/peer.pub"}) {
    EXPECT_EQ(*read_text(path("new") / file), *read_text(home() / file)) << file;
    EXPECT_EQ(fs::status(path("new") / file).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << file;
  }
  EXPECT_EQ(fs::status(path("new")).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(copy() / "snapshots").permissions(), fs::perms::owner_all);
  EXPECT_FALSE(fs::exists(path("new") / "cache" / "made-again"));
  // The new home works: what it de-identified before, it finds again.
  EXPECT_EQ(run_osler(path("new"), {"deidentify"}).document["made"], 0);
  EXPECT_EQ(run_osler(path("new"), {"dataset", "show", "little"}).exit_code, 0);
  // Recorded on both sides.
  expect_recorded(home(), "backup", made.document);
  expect_recorded(path("new"), "restore", made.document);
}

TEST_F(Backup, SumsAreReadBySha256sum) {
  fill();
  ASSERT_EQ(back_up().exit_code, 0);
  ChildProcess::Options options;
  options.program = "/bin/sh";
  options.arguments = {"-c",
                       "cd \"$0\" && sha256sum --check --strict --quiet snapshots/*/SHA256SUMS",
                       copy().string()};
  auto child = ChildProcess::start(options);
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(), 0);
}

// Backups one after another while an ingest runs in another process: each is of one moment.
TEST_F(Backup, IsOfOneMomentWhileAnIngestRuns) {
  fill();
  make_cohort("more", "100", "6");

  auto ingest = start_osler(home(), {"ingest", path("more").string(), "--threads", "1"});
  ASSERT_TRUE(ingest);
  std::vector<Json> made;
  std::set<std::uint64_t> counts;
  do {
    const auto answer = back_up({"--keep", "100"});
    ASSERT_EQ(answer.exit_code, 0) << answer.text;
    ASSERT_TRUE(answer.document["damaged"].empty()) << answer.text;
    if (counts.insert(answer.document["objects"].get<std::uint64_t>()).second) {
      made.push_back(answer.document);
    }
  } while (at_work(ingest->pid()) && counts.size() < 6);
  const auto ended = hear_osler(std::move(ingest));
  ASSERT_EQ(ended.exit_code, 0) << ended.text;
  EXPECT_GE(counts.size(), 2U) << "no backup fell into the ingest";

  std::size_t number = 0;
  for (const auto& document : made) {
    const fs::path to = path("new" + std::to_string(number++));
    const auto restored = restore(to, {"--snapshot", document["snapshot"].get<std::string>()});
    ASSERT_EQ(restored.exit_code, 0) << restored.text;
    expect_same_head(to, document);
    fs::remove_all(to);
  }
}

TEST_F(Backup, CopiesNothingTwiceAndKeepsAsManySnapshotsAsAsked) {
  fill();
  const auto first = back_up();
  const auto second = back_up();
  ASSERT_EQ(second.exit_code, 0) << second.text;
  EXPECT_GT(first.document["new_objects"], 0);
  EXPECT_EQ(second.document["new_objects"], 0);
  EXPECT_EQ(second.document["objects"], first.document["objects"]);
  const auto third = back_up({"--keep", "2"});
  ASSERT_EQ(third.exit_code, 0) << third.text;
  EXPECT_EQ(third.document["dropped"], Json::array({first.document["snapshot"]}));
  EXPECT_EQ(third.document["kept"], 2);
  EXPECT_EQ(restore(path("new")).exit_code, 0);
  EXPECT_EQ(restore(path("old"), {"--snapshot", second.document["snapshot"].get<std::string>()})
                .exit_code,
            0);
  const auto gone =
      restore(path("gone"), {"--snapshot", first.document["snapshot"].get<std::string>()});
  test::expect_refusal(gone, ErrorCode::NotFound, "no snapshot", "backup");
}

TEST_F(Backup, GoesIntoAFolderOfItsOwnAndComesBackToAnEmptyPlaceOnly) {
  fill();
  test::expect_refusal(run_osler(home(), {"backup", path("cohort").string()}),
                       ErrorCode::FailedPrecondition, "something else than a backup", "cohort");
  test::expect_refusal(run_osler(home(), {"backup", (home() / "backup").string()}),
                       ErrorCode::FailedPrecondition, "does not lie in its home", "backup");
  test::expect_refusal(run_osler(home(), {"backup", folder_.path().string()}),
                       ErrorCode::FailedPrecondition, "does not lie in its home", "");
  test::expect_refusal(restore(path("new")), ErrorCode::NotFound, "no whole snapshot", "backup");
  ASSERT_EQ(back_up().exit_code, 0);
  test::expect_refusal(run_osler(path("another"), {"backup", copy().string()}),
                       ErrorCode::FailedPrecondition, "another home", "backup");
  test::expect_refusal(restore(path("cohort")), ErrorCode::FailedPrecondition, "empty place",
                       "cohort");
  test::expect_refusal(restore(home()), ErrorCode::FailedPrecondition, "empty place", "home");
  fs::create_directories(path("stopped.restoring"));
  test::expect_refusal(restore(path("stopped")), ErrorCode::FailedPrecondition, "was stopped",
                       "stopped.restoring");
  fs::create_directories(path("empty"));
  EXPECT_EQ(restore(path("empty")).exit_code, 0);
  EXPECT_EQ(run_osler(path("empty"), {"audit", "verify"}).exit_code, 0);
  // A folder that is reached by a link stays one.
  fs::create_directories(path("disk"));
  fs::create_directory_symlink(path("disk"), path("link"));
  const auto linked = restore(path("link"));
  EXPECT_EQ(linked.exit_code, 0) << linked.text;
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(run_osler(path("disk"), {"audit", "verify"}).exit_code, 0);
}

// What the home itself has lost is said and does not keep the rest from being saved.
TEST_F(Backup, SavesTheRestOfAHomeThatHasLostSomething) {
  fill();
  std::vector<fs::path> objects;
  for (const auto& entry : fs::recursive_directory_iterator(home() / "objects")) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") {
      objects.push_back(entry.path());
    }
  }
  std::ranges::sort(objects);
  const auto digest = [](const fs::path& object) {
    return object.parent_path().filename().string() + object.filename().string();
  };
  flip(objects[0], 7);
  fs::remove(objects[1]);

  const auto made = back_up();

  EXPECT_EQ(made.exit_code, 65) << made.text;
  const auto damaged = made.document["damaged"].get<std::vector<std::string>>();
  EXPECT_THAT(damaged, ElementsAre(digest(objects[0]), digest(objects[1])));
  EXPECT_EQ(made.document["objects"], objects.size() - 2);
  const auto restored = restore(path("new"));
  EXPECT_EQ(restored.exit_code, 0) << restored.text;
  EXPECT_EQ(restored.document["damaged"], made.document["damaged"]);
}

TEST_F(Backup, OfADamagedDatabaseIsRefused) {
  fill();
  ASSERT_EQ(back_up().exit_code, 0);
  auto database = storage::Database::open(home() / "osler.db");
  ASSERT_TRUE(database->execute("DROP TRIGGER audit_records_stay"));
  ASSERT_TRUE(database->execute("UPDATE audit_records SET entry = replace(entry, 'ingest', 'x')"));
  const auto refused = back_up();
  EXPECT_EQ(refused.exit_code, 65);
  test::expect_refusal(refused, ErrorCode::DataCorrupt, "audit log", "");
  // What was saved before is not touched.
  EXPECT_EQ(restore(path("new")).exit_code, 0);
}

struct Damage {
  const char* name;
  const char* file;  // in the snapshot; empty: an object
};

class DamagedBackup : public Backup, public ::testing::WithParamInterface<Damage> {
 protected:
  fs::path victim() const {
    return *GetParam().file == 0 ? any_object() : snapshot() / GetParam().file;
  }
  void expect_refused(const std::string& message) {
    for (const auto& answer : {restore(path("new"), {"--check"}), restore(path("new"))}) {
      EXPECT_EQ(answer.exit_code, 65) << answer.text;
      // A signature that is another's is told of as the manifest's fault.
      const std::string file = victim().filename().string();
      test::expect_refusal(answer, ErrorCode::DataCorrupt, message,
                           file == "manifest.sig" ? "manifest." : file);
      EXPECT_FALSE(fs::exists(path("new")));
      EXPECT_FALSE(fs::exists(path("new.restoring")));
    }
  }
};

TEST_P(DamagedBackup, IsRefusedWithTheNameOfTheFile) {
  fill();
  ASSERT_EQ(back_up().exit_code, 0);
  const auto whole = *read_file(victim());
  const fs::path file = victim();
  for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
    flip(file, at);
    expect_refused("the backup is damaged: this file");
    ASSERT_TRUE(write_file(file, whole));
  }
  ASSERT_TRUE(write_file(file, BytesView(whole).first(whole.size() / 2)));
  expect_refused("the backup is damaged: this file");
  fs::remove(file);
  const auto answer = restore(path("new"));
  test::expect_refusal(answer, ErrorCode::DataCorrupt, "is missing", file.filename().string());
  ASSERT_TRUE(write_file(file, whole));
  EXPECT_EQ(restore(path("new")).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Files, DamagedBackup,
    ::testing::Values(Damage{"Object", ""}, Damage{"Database", "home/osler.db"},
                      Damage{"AuditKey", "home/keys/audit.key"},
                      Damage{"PseudonymKey", "home/keys/pseudonym.key"},
                      Damage{"TrustedKey", "home/keys/trusted/peer.pub"},
                      Damage{"Settings", "home/config.json"}, Damage{"List", "SHA256SUMS"},
                      Damage{"Manifest", "manifest.json"}, Damage{"Signature", "manifest.sig"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Backup, WithAFileTooManyIsRefused) {
  fill();
  ASSERT_EQ(back_up().exit_code, 0);
  ASSERT_TRUE(
      write_file(snapshot() / "home" / "keys" / "trusted" / "evil.pub", std::string(64, 'b')));
  test::expect_refusal(restore(path("new")), ErrorCode::DataCorrupt, "not in the list", "evil.pub");
}

// Someone with the backup's own keys signs a list that leads out of the home.
TEST_F(Backup, NeverWritesOutsideTheHome) {
  fill();
  ASSERT_EQ(back_up().exit_code, 0);
  const auto private_key = *read_file(snapshot() / "home" / "keys" / "signing.key");
  const std::string name = snapshot().filename().string();
  const auto original = *read_text(snapshot() / "SHA256SUMS");
  for (const std::string& evil :
       {"snapshots/" + name + "/home/../../../../evil", "snapshots/" + name + "/home//etc/evil",
        std::string("objects/../evil"), "snapshots/" + name + "/home/./a"}) {
    const std::string sums = crypto::sha256("x").hex() + "  " + evil + "\n" + original;
    ASSERT_TRUE(write_file(snapshot() / "SHA256SUMS", sums));
    auto manifest = *parse_json(*read_text(snapshot() / "manifest.json"), "manifest");
    manifest["sums"] = crypto::sha256(sums).hex();
    const std::string text = pretty_json(manifest);
    ASSERT_TRUE(write_file(snapshot() / "manifest.json", text));
    ASSERT_TRUE(write_file(snapshot() / "manifest.sig",
                           to_hex(*crypto::sign(private_key, as_bytes(text))) + "\n"));
    test::expect_refusal(restore(path("new")), ErrorCode::DataCorrupt, "list of files",
                         "SHA256SUMS");
  }
}

TEST_F(Backup, KilledAtAnyMomentLeavesTheOneBeforeAndTheNextIsWhole) {
  fill();
  make_cohort("more", "20", "7");
  ASSERT_EQ(run_osler(home(), {"ingest", path("more").string()}).exit_code, 0);
  ASSERT_EQ(back_up().exit_code, 0);
  const Stopwatch once;
  ASSERT_EQ(back_up().exit_code, 0);
  const double seconds = once.seconds();
  int killed = 0;
  for (const double moment : test::moments(12, seconds * 1.2, 11)) {
    fs::remove_all(copy() / "objects");  // all is to be copied again
    const Stopwatch watch;
    auto child = start_osler(home(), {"backup", copy().string(), "--keep", "50"});
    killed += test::kill_after(std::move(child), watch, moment) ? 1 : 0;
    const auto next = back_up({"--keep", "50"});
    ASSERT_EQ(next.exit_code, 0) << next.text;
    for (const auto& entry : fs::directory_iterator(copy() / "snapshots")) {
      EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
      const auto checked =
          restore(path("new"), {"--check", "--snapshot", entry.path().filename().string()});
      EXPECT_EQ(checked.exit_code, 0) << checked.text;
    }
  }
  EXPECT_GT(killed, 3);
  const auto restored = restore(path("new"));
  ASSERT_EQ(restored.exit_code, 0) << restored.text;
  EXPECT_EQ(KeptHome(path("new")).rows(), KeptHome(home()).rows());
}

TEST_F(Backup, OnAFullDiskSaysSoAndLeavesNoSnapshot) {
  const test::SmallDisk disk(path("disk"));
  if (!disk.why_not().empty()) {
    GTEST_SKIP() << disk.why_not();
  }
  fill();
  ASSERT_TRUE(disk.resize(std::uint64_t{600} << 10));
  const auto full = run_osler(home(), {"backup", (path("disk") / "b").string()});
  test::expect_refusal(full, ErrorCode::Unavailable, "disk is full", "");
  ASSERT_TRUE(disk.resize(std::uint64_t{100} << 20));
  EXPECT_EQ(run_osler(home(), {"backup", (path("disk") / "b").string()}).exit_code, 0);
  // Back onto a disk of its own, which is where a service's home often lies.
  const test::SmallDisk target(path("mounted"));
  ASSERT_TRUE(target.resize(std::uint64_t{600} << 10));
  const auto no_room = run_osler(path("mounted"), {"restore", (path("disk") / "b").string()});
  test::expect_refusal(no_room, ErrorCode::Unavailable, "disk is full", "");
  EXPECT_TRUE(fs::is_empty(path("mounted")));
  ASSERT_TRUE(target.resize(std::uint64_t{100} << 20));
  const auto restored = run_osler(path("mounted"), {"restore", (path("disk") / "b").string()});
  EXPECT_EQ(restored.exit_code, 0) << restored.text;
  EXPECT_EQ(run_osler(path("mounted"), {"audit", "verify"}).exit_code, 0);
}

class BackupOfAModel : public Backup {
 protected:
  void SetUp() override {
    if (!fs::exists(program_folder() / "osler-learn")) {
      GTEST_SKIP() << "osler-learn is not built";
    }
  }
};

TEST_F(BackupOfAModel, BringsModelsAndRunsBack) {
  fill();
  ASSERT_TRUE(write_file(path("study.yaml"), test::kLittleStudy));
  const auto trained =
      run_osler(home(), {"train", path("study.yaml").string(), "--data", folder_.path().string()});
  ASSERT_EQ(trained.exit_code, 0) << trained.text;
  ASSERT_EQ(back_up().exit_code, 0);
  const auto again = back_up();
  ASSERT_EQ(again.exit_code, 0) << again.text;

  const auto restored = restore(path("new"));

  ASSERT_EQ(restored.exit_code, 0) << restored.text;
  EXPECT_EQ(run_osler(path("new"), {"model", "verify", "little@1"}).exit_code, 0);
  EXPECT_EQ(run_osler(path("new"), {"runs", "show", "r1"}).document["state"], "done");
  EXPECT_TRUE(fs::exists(path("new") / "runs" / "r1" / "report.html"));
  expect_same_head(path("new"), again.document);
  // Files that did not change between two snapshots lie on the disk once.
  EXPECT_EQ(fs::hard_link_count(snapshot() / "home" / "models" / "little" / "1" / "model.onnx"),
            2U);
  // A package that the home has lost is said.
  fs::remove_all(home() / "models" / "little" / "1");
  const auto lost = back_up();
  EXPECT_EQ(lost.exit_code, 65) << lost.text;
  EXPECT_EQ(lost.document["damaged"], Json::array({"models/little/1"}));
}

}  // namespace
}  // namespace osler
