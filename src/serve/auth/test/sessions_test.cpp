#include "serve/auth/sessions.h"

#include <string>
#include <thread>
#include <vector>

#include "serve/auth/test/room.h"

namespace osler::serve::auth {
namespace {

using test::hours;
using test::kOther;
using test::kPassword;
using test::minutes;
using test::Process;
using test::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class SessionsTest : public test::Room {
 protected:
  std::int64_t seen_in_database() {
    return database().integer("SELECT max(seen) FROM auth_sessions")->value_or(-1);
  }
  std::int64_t now_s() const { return std::chrono::system_clock::to_time_t(clock_.now()); }
};

TEST_F(SessionsTest, AreKnownByTheirDigestAlone) {
  add("j.snow");
  const auto made = enter("j.snow");
  EXPECT_EQ(made.id.size(), 43U);
  EXPECT_EQ(made.session.user, "j.snow");
  const std::string file = *read_text(folder_.path() / "osler.db");
  EXPECT_THAT(file, Not(HasSubstr(made.id)));
  EXPECT_THAT(file, Not(HasSubstr(made.csrf)));
  EXPECT_THAT(file, HasSubstr(crypto::sha256(made.id).hex()));
  EXPECT_NE(enter("j.snow").id, made.id);

  const auto identity = door().by_cookie(made.id);
  ASSERT_TRUE(identity && *identity);
  EXPECT_EQ((*identity)->user, "j.snow");
  EXPECT_EQ((*identity)->role, Role::Physician);
  EXPECT_EQ((*identity)->via, Via::Cookie);
  EXPECT_EQ((*identity)->name, crypto::sha256(made.id).hex().substr(0, 8));
  EXPECT_TRUE((*identity)->may("study.read"));
  EXPECT_FALSE((*identity)->may("admin.read"));
}

TEST_F(SessionsTest, OthersAreNobody) {
  add("j.snow");
  auto id = enter("j.snow").id;
  for (const std::string& word :
       {std::string(), std::string("x"), id + "=", id.substr(1), id.substr(1) + "*",
        std::string(43, 'A'), std::string(1'000'000, 'A'), crypto::sha256(id).hex(), "osler_" + id,
        std::string(43, '\0')}) {
    EXPECT_FALSE(is_in(word)) << word.substr(0, 80);
    EXPECT_FALSE(holds(word)) << word.substr(0, 80);
  }
  EXPECT_TRUE(is_in(id));
}

TEST_F(SessionsTest, EndWhenNobodyWasThere) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  for (int i = 0; i < 10; ++i) {
    pass(minutes(14) + seconds(59));
    ASSERT_TRUE(is_in(id)) << i;
  }
  pass(minutes(15));
  EXPECT_FALSE(is_in(id));
  clock_.set(clock_.now() - minutes(5));
  restart();
  EXPECT_FALSE(is_in(id)) << "also for a process that never saw it, even by a clock set back";
}

TEST_F(SessionsTest, EndAfterTwelveHours) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  for (int i = 0; i < 12 * 6 - 1; ++i) {
    pass(minutes(10));
    ASSERT_TRUE(is_in(id)) << i;
  }
  pass(minutes(10) - seconds(1));
  EXPECT_TRUE(is_in(id));
  pass(seconds(1));
  EXPECT_FALSE(is_in(id));
}

TEST_F(SessionsTest, AreWrittenOnceAMinute) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  const std::int64_t start = now_s();
  for (int i = 0; i < 59; ++i) {
    pass(seconds(1));
    ASSERT_TRUE(is_in(id));
  }
  EXPECT_EQ(seen_in_database(), start);
  pass(seconds(1));
  ASSERT_TRUE(is_in(id));
  EXPECT_EQ(seen_in_database(), start + 60);
  // A change elsewhere makes it read the row again; that it was seen since is not forgotten.
  pass(seconds(50));
  ASSERT_TRUE(is_in(id));
  add("k.snow");
  ASSERT_TRUE(users().disable("k.snow", "root"));
  pass(minutes(15) - seconds(1));
  EXPECT_TRUE(is_in(id));
}

TEST_F(SessionsTest, SurviveARestart) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  restart();
  EXPECT_TRUE(is_in(id));
}

TEST_F(SessionsTest, EndWithTheLogout) {
  add("j.snow");
  const auto one = enter("j.snow");
  const auto two = enter("j.snow");
  ASSERT_TRUE(is_in(one.id));
  ASSERT_TRUE(door().logout(one.id));
  EXPECT_FALSE(is_in(one.id));
  EXPECT_TRUE(is_in(two.id));
  ASSERT_TRUE(door().logout(one.id));
  ASSERT_TRUE(door().logout("not an id"));
  ASSERT_THAT(events("logout"), SizeIs(1));
  EXPECT_EQ(events("logout")[0].actor, "j.snow");
  EXPECT_EQ(events("logout")[0].facts.at("session"), one.session.name);
  EXPECT_EQ(events("login")[0].facts.at("session"), one.session.name);
}

TEST_F(SessionsTest, EndWithEveryChangeOfTheUser) {
  add("j.snow");
  add("k.snow");
  const auto neighbour = enter("k.snow").id;
  const auto ends = [&](const auto& change) {
    const auto id = enter("j.snow").id;
    EXPECT_TRUE(is_in(id));
    EXPECT_TRUE(change());
    EXPECT_FALSE(is_in(id));
    EXPECT_TRUE(is_in(neighbour));
  };
  ends([&] { return users().set_role("j.snow", Role::Reader, "root"); });
  ends([&] { return users().reset_password("j.snow", kPassword, "root"); });
  ends([&] { return users().disable("j.snow", "root"); });
  ASSERT_TRUE(users().enable("j.snow", "root"));
  EXPECT_EQ(rows("auth_sessions"), 1);
}

TEST_F(SessionsTest, AreTenAUserAtMost) {
  add("j.snow");
  add("k.snow");
  const auto neighbour = enter("k.snow").id;
  std::vector<std::string> ids;
  for (int i = 0; i < 13; ++i) {
    ids.push_back(enter("j.snow").id);
    ASSERT_TRUE(is_in(ids.back()));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(is_in(ids[i]), i >= 3) << i;
  }
  EXPECT_TRUE(is_in(neighbour));
}

TEST_F(SessionsTest, RowsOfOldOnesGo) {
  add("j.snow");
  enter("j.snow");
  enter("j.snow");
  pass(minutes(17));
  enter("j.snow");
  EXPECT_EQ(rows("auth_sessions"), 1);
}

// verify() said yes, then the password was reset: no session may come of it.
TEST_F(SessionsTest, AreNotMadeOfWhatHasChangedMeanwhile) {
  add("j.snow");
  const auto verdict = users().verify("j.snow", kPassword, test::kDesk);
  const auto& verified = std::get<Verified>(*verdict);
  Sessions sessions(users(), {});
  ASSERT_TRUE(sessions.make(verified, test::kDesk));
  ASSERT_TRUE(users().reset_password("j.snow", kOther, "root"));
  const auto made = sessions.make(verified, test::kDesk);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::FailedPrecondition);
  EXPECT_EQ(rows("auth_sessions"), 0);
}

TEST_F(SessionsTest, HaveACsrfTokenOfTheirOwn) {
  add("j.snow");
  const auto one = enter("j.snow");
  const auto two = enter("j.snow");
  EXPECT_TRUE(door().check_csrf(one.id, one.csrf));
  EXPECT_EQ(Sessions::csrf_of(one.id), one.csrf) << "so that a reloaded page can have it again";
  EXPECT_FALSE(door().check_csrf(one.id, two.csrf));
  EXPECT_FALSE(door().check_csrf(two.id, one.csrf));
  EXPECT_FALSE(door().check_csrf(one.id, one.id));
  EXPECT_FALSE(door().check_csrf(one.id, ""));
  EXPECT_FALSE(door().check_csrf(one.id, one.csrf.substr(1)));
  EXPECT_FALSE(door().check_csrf("", ""));
  EXPECT_FALSE(door().check_csrf("", Sessions::csrf_of("")));
}

// ---- the command line beside the server

class TwoProcesses : public SessionsTest {
 protected:
  std::unique_ptr<Process> other() { return std::make_unique<Process>(folder_.path(), clock_); }
};

TEST_F(TwoProcesses, ASessionDiesWithinASecondOfWhatTheOtherDid) {
  add("j.snow");
  const auto server_side = [&](const auto& change) {
    const auto id = enter("j.snow").id;
    const auto bystander = enter("j.snow").id;
    EXPECT_TRUE(is_in(id));
    EXPECT_TRUE(change(*other(), id));
    pass(seconds(1));
    EXPECT_FALSE(is_in(id));
    return is_in(bystander);
  };
  EXPECT_FALSE(server_side([](Process& cli, const std::string&) {
    return cli.door.users().set_role("j.snow", Role::Reader, "root").has_value();
  }));
  EXPECT_FALSE(server_side([](Process& cli, const std::string&) {
    return cli.door.users().reset_password("j.snow", kPassword, "root").has_value();
  }));
  EXPECT_TRUE(server_side(
      [](Process& cli, const std::string& id) { return cli.door.logout(id).has_value(); }));
  EXPECT_FALSE(server_side([](Process& cli, const std::string&) {
    return cli.door.users().disable("j.snow", "root").has_value();
  }));
  EXPECT_EQ(attempt("j.snow", kPassword), "no");
}

TEST_F(TwoProcesses, TheDatabaseIsAskedOnceASecond) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  ASSERT_TRUE(is_in(id));
  pass(seconds(1));
  ASSERT_TRUE(is_in(id));
  // Behind everybody's back, and announced to nobody: what is remembered still holds.
  ASSERT_TRUE(other()->database.execute("DELETE FROM auth_sessions"));
  EXPECT_TRUE(is_in(id));
  // Announced, it is heard after a second, and not before.
  ASSERT_TRUE(other()->database.execute("UPDATE auth_changes SET count = count + 1"));
  EXPECT_TRUE(is_in(id));
  pass(seconds(1));
  EXPECT_FALSE(is_in(id));
}

TEST_F(TwoProcesses, AClockThatIsSetBackStopsNoNews) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  ASSERT_TRUE(is_in(id));
  clock_.set(clock_.now() - hours(2));
  ASSERT_TRUE(is_in(id));
  ASSERT_TRUE(other()->door.users().disable("j.snow", "root"));
  pass(seconds(1));
  EXPECT_FALSE(is_in(id));
}

TEST_F(TwoProcesses, BothServeOneSession) {
  add("j.snow");
  auto second = other();
  const auto id = enter("j.snow").id;
  EXPECT_TRUE((*second->door.by_cookie(id)).has_value());
  ASSERT_TRUE(second->door.logout(id));
  pass(seconds(1));
  EXPECT_FALSE(is_in(id));
}

TEST_F(TwoProcesses, BeingSeenByOneIsBeingSeen) {
  add("j.snow");
  auto second = other();
  const auto id = enter("j.snow").id;
  ASSERT_TRUE(is_in(id));
  for (int i = 0; i < 3; ++i) {
    pass(minutes(10));
    ASSERT_TRUE((*second->door.by_cookie(id)).has_value());
  }
  pass(minutes(10));
  EXPECT_TRUE(is_in(id));
}

TEST_F(TwoProcesses, AreThrottledTogether) {
  add("j.snow");
  auto second = other();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(attempt("j.snow", "a wrong password"), "no");
  }
  const auto entry = second->door.login("j.snow", kPassword, "198.51.100.1");
  EXPECT_TRUE(std::holds_alternative<Throttled>(*entry));
}

// No answer from the database is no permission.
TEST_F(SessionsTest, NobodyIsLetInWhereTheDatabaseDoesNotAnswer) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  ASSERT_TRUE(is_in(id));
  ASSERT_TRUE(database().execute("ALTER TABLE auth_changes RENAME TO gone"));
  pass(seconds(1));
  EXPECT_FALSE(door().by_cookie(id));
  EXPECT_FALSE(door().by_bearer("osler_" + id));
  EXPECT_FALSE(door().login("j.snow", kPassword, test::kDesk));
}

TEST_F(SessionsTest, AreUsedByManyThreads) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  std::atomic<bool> disabled = false;
  std::atomic<int> late = 0;
  std::atomic<int> errors = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int request = 0; request < 3'000; ++request) {
          const bool was_disabled = disabled;
          const auto found = door().by_cookie(id);
          errors += found ? 0 : 1;
          late += found && *found && was_disabled ? 1 : 0;
        }
      });
    }
    EXPECT_TRUE(users().disable("j.snow", "root"));
    disabled = true;
  }
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(late, 0) << "dead at once, for every thread";
  EXPECT_FALSE(is_in(id));
}

}  // namespace
}  // namespace osler::serve::auth
