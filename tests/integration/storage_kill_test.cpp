// A process that stores objects, rows and audit records is killed at 50 random moments. What it
// had acknowledged must be there, whole, and nothing may be half there.

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "storage/audit/log.h"
#include "storage/database/database.h"
#include "storage/objects/store.h"

namespace osler::storage {
namespace {

namespace fs = std::filesystem;
using database::Migration;

constexpr Migration kSchema[]{
    {"kill/1-films", "CREATE TABLE films(digest TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT"}};

struct Home {
  explicit Home(const fs::path& folder)
      : database(*Database::open(folder / "osler.db")),
        store(*objects::Store::open(folder / "objects")),
        log(*audit::Log::open(database, folder / "keys" / "audit.key", clock)) {
    EXPECT_TRUE(database.migrate(kSchema));
  }
  SystemClock clock;
  Database database;
  objects::Store store;
  audit::Log log;
};

// Stores films in groups as ingest does, and names each group on `pipe` once it is durable.
[[noreturn]] void store_for_ever(const fs::path& folder, std::uint64_t seed, int pipe) {
  Home home(folder);
  Rng rng(seed);
  while (true) {
    objects::Batch batch(home.store);
    std::vector<std::pair<crypto::Digest, std::size_t>> films;
    std::string names;
    for (std::uint64_t i = 0; i <= rng.below(5); ++i) {
      std::string film(100 + rng.below(40'000), 'x');
      film += std::to_string(rng.next());
      const auto digest = batch.add(as_bytes(film));
      films.emplace_back(*digest, film.size());
      names += digest->hex();
    }
    bool well = batch.commit().has_value();
    auto change = Transaction::begin(home.database);
    for (const auto& [digest, size] : films) {
      well = well && home.database.execute("INSERT INTO films VALUES (?, ?)", {digest, size});
    }
    well = well && home.log.append(*change, {.actor = "test", .action = "ingest", .facts = {}}) &&
           change->commit();
    // Less than PIPE_BUF, so that it comes whole or not at all.
    if (!well || ::write(pipe, names.data(), names.size()) < 0) {
      ::_exit(1);
    }
  }
}

// Kills the process after `delay_us`; what it had acknowledged.
std::string run_and_kill(const fs::path& folder, std::uint64_t seed, useconds_t delay_us) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    store_for_ever(folder, seed, ends[1]);
  }
  ::close(ends[1]);
  ::usleep(delay_us);
  ::kill(child, SIGKILL);
  std::string acknowledged;
  char piece[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], piece, sizeof piece)) > 0;) {
    acknowledged.append(piece, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the process failed by itself";
  return acknowledged;
}

void check_home(Home& home, const fs::path& folder) {
  EXPECT_TRUE(home.database.check());
  EXPECT_TRUE(fs::is_empty(folder / "objects" / "tmp"));
  const auto verified = home.log.verify();
  EXPECT_TRUE(verified) << verified.error().message;
  // Every row has its object, and every object its own bytes.
  auto rows = *home.database.prepare("SELECT digest FROM films");
  while (*rows.step()) {
    EXPECT_TRUE(home.store.contains(*rows.digest(0)));
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder / "objects")) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") {
      const auto name =
          entry.path().parent_path().filename().string() + entry.path().filename().string();
      const auto digest = crypto::Digest::from_hex(name);
      ASSERT_TRUE(digest) << name;
      EXPECT_TRUE(home.store.verify(*digest));
    }
  }
}

TEST(StorageKill, LosesNothingAcknowledgedAndLeavesNothingHalf) {
  const TemporaryFolder temporary;
  Rng rng(20261124);
  std::size_t all = 0;
  for (std::uint64_t round = 0; round < 50; ++round) {
    const auto delay_us = static_cast<useconds_t>(rng.below(400'000));
    const std::string acknowledged = run_and_kill(temporary.path(), round, delay_us);

    Home home(temporary.path());
    check_home(home, temporary.path());
    constexpr std::size_t kHex = 64;
    ASSERT_EQ(acknowledged.size() % kHex, 0U);
    for (std::size_t at = 0; at < acknowledged.size(); at += kHex) {
      const auto digest = *crypto::Digest::from_hex(acknowledged.substr(at, kHex));
      EXPECT_TRUE(home.store.verify(digest));
      EXPECT_TRUE(*home.database.integer("SELECT 1 FROM films WHERE digest = ?", {digest}));
      ++all;
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "in round " << round;
  }
  EXPECT_GT(all, 0U);
  RecordProperty("acknowledged", static_cast<int>(all));
  std::cout << all << " films acknowledged over 50 kills\n";
}

}  // namespace
}  // namespace osler::storage
