// osler serve, killed at 50 moments while people and machines work with it: what it acknowledged is
// there once, nothing is half there or doubled, and it is ready again within 5 s.

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/rng.h"
#include "tests/support/calls.h"
#include "tests/support/kept.h"
#include "tests/support/kill.h"
#include "tests/support/osler.h"
#include "tests/support/served_home.h"
#include "tests/support/serving.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Caller;
using test::KeptHome;
using test::Reply;
using test::ServingOsler;

constexpr std::size_t kKills = 50;
constexpr double kLongestLoad = 1.0;  // seconds from being ready to the kill
constexpr double kReady = 5.0;
constexpr std::uint64_t kSeed = 20261125;

// One thing that was asked for, by a word that only it carries.
struct Asked {
  std::string word;
  bool acknowledged = false;
};

// What clients asked for and what they were told, over all the kills.
struct Told {
  std::mutex mutex;
  std::map<std::string, bool> films;                     // digest: acknowledged
  std::set<std::string> receipts;                        // acknowledged
  std::map<std::int64_t, std::vector<Asked>> decisions;  // by finding, in the order of asking
  std::map<std::string, bool> acknowledgements;          // study: acknowledged
  std::map<std::string, bool> labels;                    // "project number person": acknowledged
  std::map<std::string, bool> projects;                  // name: acknowledged
  std::set<std::string> surprises;                       // answers that no client should get
  std::size_t answered = 0;
};

const std::array<std::string, 2> kReaders{"r.one", "r.two"};

struct Tokens {
  std::string physician;
  std::string steward;
  std::array<std::string, 2> readers;
};

struct Film {
  std::string digest;
  Bytes bytes;
};

// The clients between one start and the kill after it. Each thread asks as fast as it is answered.
class Clients {
 public:
  Clients(std::uint16_t port, const Tokens& tokens, const std::vector<Film>& films, Told& told,
          std::uint64_t seed)
      : port_(port), tokens_(tokens), films_(films), told_(told) {
    const std::string& physician = tokens.physician;
    begin(physician, seed, [this](Caller& caller, Rng& rng) { upload(caller, rng); });
    begin(physician, seed + 1, [this](Caller& caller, Rng& rng) { decide(caller, rng); });
    begin(physician, seed + 2, [this](Caller& caller, Rng& rng) { decide(caller, rng); });
    begin(physician, seed + 3, [this](Caller& caller, Rng& rng) { acknowledge(caller, rng); });
    for (std::size_t i = 0; i < kReaders.size(); ++i) {
      begin(tokens.readers[i], seed + 4 + i,
            [this, i](Caller& caller, Rng& rng) { label(caller, rng, kReaders[i]); });
    }
  }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  // The server is dead by then, or every call is answered.
  ~Clients() {
    over_ = true;
    for (auto& thread : threads_) {
      thread.join();
    }
  }

 private:
  // A client that does it again and again.
  void begin(const std::string& token, std::uint64_t seed,
             const std::function<void(Caller&, Rng&)>& step) {
    threads_.emplace_back([this, token, seed, step] {
      Caller caller(port_, token);
      Rng rng(seed);
      while (!over_) {
        step(caller, rng);
      }
    });
  }

  // Whether it was acknowledged. What is neither an answer nor a refusal that belongs to it, such
  // as that of a finding that a newer film has superseded, is a surprise.
  bool taken(const std::optional<Reply>& reply) {
    if (!reply) {
      return false;
    }
    const std::lock_guard lock(told_.mutex);
    ++told_.answered;
    const bool refused = reply->status == 404 || reply->status == 409 || reply->status == 412 ||
                         reply->status == 503;
    if (reply->status / 100 != 2 && !refused) {
      told_.surprises.insert(std::to_string(reply->status) + " " + reply->body.substr(0, 200));
    }
    return reply->status / 100 == 2;
  }

  // One to three films that have not been acknowledged yet; one that has, now and then.
  void upload(Caller& caller, Rng& rng) {
    std::string form;
    std::vector<std::string> digests;
    {
      const std::lock_guard lock(told_.mutex);
      const std::size_t wanted = 1 + rng.below(3);
      for (std::size_t i = 0; i < films_.size() && digests.size() < wanted; ++i) {
        if (!told_.films[films_[i].digest] || rng.chance(0.002)) {
          test::add_to_form(form, std::to_string(i) + ".dcm", films_[i].bytes);
          digests.push_back(films_[i].digest);
        }
      }
    }
    if (digests.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return;
    }
    test::end_form(form);
    const auto reply = caller.ask("POST", "/api/studies", form, test::kFormType);
    if (!taken(reply)) {
      return;
    }
    const Json receipt = reply->document()["receipt"];
    const std::lock_guard lock(told_.mutex);
    told_.receipts.insert(receipt["id"]);
    if (receipt["stored"].get<std::size_t>() + receipt["duplicate"].get<std::size_t>() !=
        digests.size()) {
      told_.surprises.insert("not stored: " + dump_json(receipt));
    }
    for (const auto& digest : digests) {
      told_.films[digest] = true;
    }
  }

  // A study of the list, by chance; an object once it has one.
  Json some_study(Caller& caller, Rng& rng, const std::string& view) {
    const auto list = caller.get("/api/worklist?view=" + view +
                                 "&ai=done&limit=20&offset=" + std::to_string(rng.below(20)));
    if (!taken(list)) {
      return {};
    }
    const Json rows = list->document()["rows"];
    if (rows.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      return {};
    }
    return rows[rng.below(rows.size())]["study"];
  }

  void decide(Caller& caller, Rng& rng) {
    const Json uid = some_study(caller, rng, "all");
    const auto study =
        uid.is_string() ? caller.get("/api/studies/" + uid.get<std::string>()) : std::nullopt;
    if (!study || !taken(study)) {
      return;
    }
    const Json findings = study->document()["findings"];
    for (const auto& finding : findings) {
      const std::string state = finding["state"];
      if (state != "above" && state != "below" && state != "undecided") {
        continue;
      }
      const std::string id = finding["id"];
      const std::int64_t number = std::stoll(id.substr(1));
      // One client answers a finding at a time, so that the order of answers is known.
      const std::lock_guard own(of_finding_[static_cast<std::size_t>(number) % 64]);
      const std::string note = note_decision(number);
      const auto& answers = finding["answers"];
      const auto reply =
          caller.post("/api/studies/" + uid.get<std::string>() + "/findings/" + id + "/decision",
                      {{"decision", answers[rng.below(answers.size())]}, {"note", note}});
      const bool done = taken(reply);
      const std::lock_guard lock(told_.mutex);
      told_.decisions[number].back().acknowledged = done;
    }
  }

  std::string note_decision(std::int64_t finding) {
    const std::lock_guard lock(told_.mutex);
    auto& list = told_.decisions[finding];
    list.push_back({.word = "note " + std::to_string(list.size() + 1)});
    return list.back().word;
  }

  void acknowledge(Caller& caller, Rng& rng) {
    const Json uid = some_study(caller, rng, "open");
    if (!uid.is_string()) {
      return;
    }
    const std::string study = uid;
    {
      const std::lock_guard lock(told_.mutex);
      // Once only: a second time is another row.
      if (!told_.acknowledgements.emplace(study, false).second) {
        return;
      }
    }
    const bool done = taken(caller.post("/api/studies/" + study + "/acknowledge", Json::object()));
    {
      const std::lock_guard lock(told_.mutex);
      told_.acknowledgements[study] = done;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }

  // Answers the next film of the newest project; where none is left, a new project is made.
  void label(Caller& caller, Rng& rng, const std::string& person) {
    const auto list = caller.get("/api/labelling");
    if (!taken(list)) {
      return;
    }
    const Json projects = list->document()["projects"];
    const std::string project = projects.empty() ? "" : projects[0]["id"].get<std::string>();
    const auto next =
        project.empty() ? std::nullopt : caller.get("/api/labelling/" + project + "/next");
    const Json item = next && taken(next) ? next->document()["item"] : Json();
    if (!item.is_object()) {
      make_project(projects.size() + 1);
      return;
    }
    const std::string number = item["id"];
    const std::string key = project.substr(1) + " " + number + " " + person;
    const char* answer = rng.chance(0.5) ? "present" : "absent";
    {
      const std::lock_guard lock(told_.mutex);
      told_.labels.emplace(key, false);
    }
    const bool done = taken(caller.post("/api/labelling/" + project + "/items/" + number,
                                        {{"answers", {{"opacity", answer}}}}));
    const std::lock_guard lock(told_.mutex);
    told_.labels[key] = told_.labels[key] || done;
  }

  void make_project(std::size_t number) {
    const std::string name = "project " + std::to_string(number);
    {
      const std::lock_guard lock(told_.mutex);
      told_.projects.emplace(name, false);
    }
    Caller steward(port_, tokens_.steward);
    const auto reply =
        steward.post("/api/labelling", {{"name", name},
                                        {"dataset", "chest@v1"},
                                        {"findings", {{{"code", "opacity"}, {"label", "Opacity"}}}},
                                        {"readers", kReaders},
                                        {"adjudicator", "r.judge"},
                                        {"films", 30}});
    const bool done = taken(reply);
    const std::lock_guard lock(told_.mutex);
    told_.projects[name] = told_.projects[name] || done;
  }

  std::uint16_t port_;
  const Tokens& tokens_;
  const std::vector<Film>& films_;
  Told& told_;
  std::atomic<bool> over_ = false;
  std::array<std::mutex, 64> of_finding_;
  std::vector<std::thread> threads_;
};

class KilledServer : public ::testing::Test {
 protected:
  void SetUp() override {
    make_dataset();
    const SystemClock clock;
    auto opened = workflow::Home::open(home(), clock);
    ASSERT_TRUE(opened) << opened.error().message;
    test::serve_model(*opened);
    test::serve_model(*opened,
                      {.name = "chest-other", .label = "Other", .says = test::Says::Undecided});
    using serve::auth::Role;
    tokens_.physician = test::token_of(*opened, "a.physician", Role::Physician);
    tokens_.steward = test::token_of(*opened, "a.steward", Role::Steward);
    for (std::size_t i = 0; i < kReaders.size(); ++i) {
      tokens_.readers[i] = test::token_of(*opened, kReaders[i], Role::Reader);
    }
    test::token_of(*opened, "r.judge", Role::Reader);
    before_ = counted(opened->database(), "SELECT digest, 1 FROM originals");
    for (const auto& path : test::phantom_films(folder_.path() / "films", 300, 77)) {
      auto bytes = read_file(path);
      ASSERT_TRUE(bytes);
      films_.push_back({.digest = crypto::sha256(*bytes).hex(), .bytes = *std::move(bytes)});
    }
  }

  // What the servers said of their troubles.
  void TearDown() override {
    if (HasFailure()) {
      std::cout << std::ifstream(home().string() + ".log").rdbuf() << "\n";
    }
  }

  fs::path home() const { return folder_.path() / "home"; }

  void make_dataset() {
    const std::string cohort = (folder_.path() / "cohort").string();
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"phantom", cohort, "--studies", "60", "--seed", "7"},
             {"ingest", cohort},
             {"dataset", "create", "chest", "--labels", cohort + "/labels.csv", "--label",
              "opacity", "--duplicates", "drop"}}) {
      const auto answer = test::run_osler(home(), words);
      ASSERT_EQ(answer.exit_code, 0) << answer.text;
    }
  }

  // A start, a while of work, a kill. Seconds until it was ready.
  double work_and_kill(double moment, std::uint64_t seed) {
    auto server = ServingOsler::start(home());
    if (!server) {
      return 0.0;
    }
    const double ready = server->wait_ready();
    const Stopwatch watch;
    const Clients clients(server->port(), tokens_, films_, told_, seed);
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::max(0.0, moment - watch.seconds())));
    server->kill();
    return ready;
  }

  void expect_kept() {
    KeptHome kept(home());
    kept.expect_whole();
    kept.expect_acknowledged();
    auto database = *storage::Database::open(home() / "osler.db");
    expect_films(database);
    expect_decisions(database);
    expect_acknowledgements(database);
    expect_labels(database);
    expect_results(database, kept);
    EXPECT_EQ(told_.surprises, std::set<std::string>{});
  }

  static std::map<std::string, std::int64_t> counted(storage::Database& database,
                                                     std::string_view sql) {
    auto rows = *database.prepare(sql);
    std::map<std::string, std::int64_t> found;
    while (*rows.step()) {
      found[rows.text(0)] = rows.integer(1);
    }
    return found;
  }

  // Exactly once what was acknowledged, at most once what was only asked for, and nothing else.
  static void expect_once(const std::map<std::string, bool>& asked,
                          const std::map<std::string, std::int64_t>& found, const char* what) {
    for (const auto& [key, acknowledged] : asked) {
      const auto there = found.find(key);
      const std::int64_t times = there == found.end() ? 0 : there->second;
      EXPECT_LE(times, 1) << what << " " << key;
      EXPECT_TRUE(times == 1 || !acknowledged) << what << " was lost: " << key;
    }
    for (const auto& [key, times] : found) {
      EXPECT_TRUE(asked.contains(key)) << what << " from nowhere: " << key;
    }
  }

  void expect_films(storage::Database& database) {
    auto found = counted(database,
                         "SELECT digest, (SELECT count(*) FROM originals AS p WHERE "
                         "p.sop_instance_uid = o.sop_instance_uid) FROM originals AS o");
    std::erase_if(found, [&](const auto& film) { return before_.contains(film.first); });
    expect_once(told_.films, found, "a film");
    for (const auto& receipt : told_.receipts) {
      EXPECT_EQ(*database.integer("SELECT complete FROM receipts WHERE id = ?", {receipt}), 1);
    }
  }

  void expect_decisions(storage::Database& database) {
    auto rows = *database.prepare("SELECT result, note FROM decisions ORDER BY id");
    std::map<std::int64_t, std::vector<std::string>> found;
    while (*rows.step()) {
      found[rows.integer(0)].push_back(rows.text(1));
    }
    for (const auto& [finding, asked] : told_.decisions) {
      const auto& notes = found[finding];
      std::size_t at = 0;
      for (const auto& one : asked) {
        if (at < notes.size() && notes[at] == one.word) {
          ++at;
        } else {
          EXPECT_FALSE(one.acknowledged) << "f" << finding << " lost " << one.word;
        }
      }
      EXPECT_EQ(at, notes.size()) << "f" << finding << " has answers twice, or out of order";
    }
    EXPECT_LE(found.size(), told_.decisions.size());
  }

  void expect_acknowledgements(storage::Database& database) {
    expect_once(told_.acknowledgements,
                counted(database,
                        "SELECT s.study_instance_uid, count(*) FROM acknowledgements AS a JOIN "
                        "studies AS s ON s.number = a.study GROUP BY s.number"),
                "an acknowledgement");
    EXPECT_EQ(*database.integer("SELECT count(*) FROM studies WHERE (acknowledged_ms IS NULL) = "
                                "(number IN (SELECT study FROM acknowledgements))"),
              0);
  }

  void expect_labels(storage::Database& database) {
    expect_once(told_.labels,
                counted(database,
                        "SELECT project || ' ' || number || ' ' || person, count(*) FROM "
                        "labelling_answers GROUP BY project, number, person"),
                "a label");
    expect_once(told_.projects,
                counted(database, "SELECT name, count(*) FROM labelling_projects GROUP BY name"),
                "a project");
  }

  // A film has one result of a model, and each that was written was written once.
  void expect_results(storage::Database& database, KeptHome& kept) {
    EXPECT_EQ(*database.integer("SELECT count(*) FROM (SELECT 1 FROM results GROUP BY "
                                "sop_instance_uid, model, version HAVING count(*) > 1)"),
              0);
    std::map<std::string, bool> scored;
    for (const auto& [id, times] :
         counted(database, "SELECT id, 1 FROM results WHERE state <> 'queued'")) {
      scored[id] = true;
    }
    std::map<std::string, std::int64_t> recorded;
    for (const auto& facts : kept.records_of("film.score")) {
      ++recorded[facts.at("result")];
    }
    expect_once(scored, recorded, "a record of a result");
    results_ = scored.size();
  }

  // Everything that waits is scored, and every film is asked for until it is acknowledged.
  void work_to_the_end() {
    auto server = ServingOsler::start(home());
    ASSERT_TRUE(server);
    server->wait_ready();
    Caller caller(server->port(), tokens_.physician);
    for (const auto& film : films_) {
      if (!told_.films.contains(film.digest)) {
        continue;
      }
      std::string form;
      test::add_to_form(form, "a.dcm", film.bytes);
      test::end_form(form);
      const auto reply = caller.ask("POST", "/api/studies", form, test::kFormType);
      ASSERT_TRUE(reply && reply->status == 200);
      told_.films[film.digest] = true;
      told_.receipts.insert(reply->document()["receipt"]["id"]);
    }
    const bool done = test::wait_until([&] {
      const auto list = caller.get("/api/worklist?view=all&limit=1");
      return list && list->document()["counts"]["ai"]["queued"] == 0;
    });
    EXPECT_TRUE(done) << "films wait for ever";
    EXPECT_EQ(server->stop(), 0);
    expect_kept();
    EXPECT_TRUE(fs::is_empty(home() / "spool")) << "films of deliveries were left behind";
  }

  TemporaryFolder folder_;
  Tokens tokens_;
  std::map<std::string, std::int64_t> before_;  // films of the data set
  std::vector<Film> films_;
  Told told_;
  std::size_t results_ = 0;
};

TEST_F(KilledServer, LosesNothingAcknowledgedAndDoublesNothing) {
  std::cout << "seed " << kSeed << "\n";
  double slowest = 0.0;
  Rng early(kSeed + 1);
  auto moments = test::moments(kKills, kLongestLoad, kSeed);
  early.shuffle<double>(moments);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    // Now and then it is killed again before it was ready.
    if (i % 5 == 4) {
      auto server = ServingOsler::start(home());
      ASSERT_TRUE(server);
      std::this_thread::sleep_for(std::chrono::duration<double>(0.4 * early.uniform()));
      server->kill();
    }
    slowest = std::max(slowest, work_and_kill(moments[i], kSeed + 100 * i));
    expect_kept();
    ASSERT_FALSE(HasFailure()) << "kill " << i << ", " << moments[i] << " s after it was ready";
  }
  EXPECT_LE(slowest, kReady);
  work_to_the_end();
  std::cout << kKills << " kills, " << told_.answered << " answers, " << told_.films.size()
            << " films, " << told_.decisions.size() << " findings answered, "
            << told_.acknowledgements.size() << " acknowledgements, " << told_.labels.size()
            << " labels, " << results_ << " results; ready after " << slowest << " s at most\n";
  EXPECT_GT(told_.films.size(), 20U);
  EXPECT_GT(told_.decisions.size(), 10U);
  EXPECT_GT(told_.acknowledgements.size(), 10U);
  EXPECT_GT(told_.labels.size(), 20U);
}

}  // namespace
}  // namespace osler
