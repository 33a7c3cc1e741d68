#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "serve/auth/identity.h"

namespace osler::serve::auth::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr const char* kPassword = "four unrelated words";
inline constexpr const char* kOther = "some other long words";
inline constexpr const char* kDesk = "192.0.2.7";

// The cheapest cost that Argon2 allows: these tests are about other things.
inline DoorOptions cheap() {
  DoorOptions options;
  options.users.passwords.cost = {.memory_kib = 8, .passes = 1};
  return options;
}

// One process: a database, the log and the door over them.
struct Process {
  Process(const std::filesystem::path& folder, const Clock& clock,
          const DoorOptions& options = cheap())
      : database(*storage::Database::open(folder / "osler.db")),
        audit(*storage::audit::Log::open(database, folder / "audit.key", clock)),
        door(*Door::open(database, audit, clock, options)) {
    // These tests cut no power; hundreds of syncs would take longer than all the rest.
    static_cast<void>(database.text("PRAGMA synchronous = OFF"));
  }

  storage::Database database;
  storage::audit::Log audit;
  Door door;
};

class Room : public ::testing::Test {
 protected:
  void pass(seconds time) { clock_.set(clock_.now() + time); }

  // The process dies; another one opens the same home.
  void restart(const DoorOptions& options = cheap()) {
    process_ = std::make_unique<Process>(folder_.path(), clock_, options);
  }

  Door& door() { return process_->door; }
  Users& users() { return process_->door.users(); }
  Tokens& tokens() { return process_->door.tokens(); }
  storage::Database& database() { return process_->database; }

  void add(const std::string& name, Role role = Role::Physician) {
    const auto added = users().add(name, role, kPassword, "root");
    ASSERT_TRUE(added) << added.error().message;
  }

  // The session of a login that must work.
  NewSession enter(const std::string& name, const std::string& password = kPassword) {
    auto entry = door().login(name, password, kDesk);
    EXPECT_TRUE(entry) << entry.error().message;
    EXPECT_TRUE(std::holds_alternative<NewSession>(*entry));
    return std::get<NewSession>(*std::move(entry));
  }

  // "in", "no", or how many seconds to wait.
  std::string attempt(const std::string& name, const std::string& password,
                      const std::string& from = kDesk) {
    const auto entry = door().login(name, password, from);
    if (!entry) {
      return "error: " + entry.error().message;
    }
    if (const auto* throttled = std::get_if<Throttled>(&*entry)) {
      return std::to_string(throttled->retry_after.count());
    }
    return std::holds_alternative<NewSession>(*entry) ? "in" : "no";
  }

  bool is_in(const std::string& id) {
    const auto found = door().by_cookie(id);
    EXPECT_TRUE(found);
    return found->has_value();
  }
  bool holds(const std::string& token) {
    const auto found = door().by_bearer(token);
    EXPECT_TRUE(found);
    return found->has_value();
  }

  std::vector<storage::audit::Event> events(const std::string& action) {
    const auto records = process_->audit.records(0, 100'000);
    std::vector<storage::audit::Event> found;
    for (const auto& record : *records) {
      if (record.event.action == action) {
        found.push_back(record.event);
      }
    }
    return found;
  }

  std::int64_t rows(const std::string& table) {
    return database().integer("SELECT count(*) FROM " + table)->value_or(-1);
  }

  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::system_clock::from_time_t(1'800'000'000)};
  std::unique_ptr<Process> process_ = std::make_unique<Process>(folder_.path(), clock_);
};

}  // namespace osler::serve::auth::test
