#include "serve/auth/throttle.h"

#include <string>
#include <vector>

#include "serve/auth/test/room.h"

namespace osler::serve::auth {
namespace {

using test::hours;
using test::kDesk;
using test::kPassword;
using test::minutes;
using test::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kWrong = "four unrelated wards";
constexpr ThrottleRule kRule;

// By hand: the 5th failure locks for 30 s, the 6th for 60, then 120, 240, 480, and from the 10th on
// for 900 (960 would be more than a quarter of an hour).
TEST(Failures, LockForTwiceAsLongEachTime) {
  Failures state;
  std::vector<std::int64_t> waits;
  std::int64_t now = 1'000;
  for (int i = 0; i < 12; ++i) {
    state = after_failure(kRule, state, now);
    waits.push_back(wait_left(state, now).count());
    now += waits.back() + 1;
  }
  EXPECT_THAT(waits, ElementsAre(0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900));
}

TEST(Failures, ThatLieApartDoNotAddUp) {
  Failures state;
  for (int i = 0; i < 100; ++i) {
    state = after_failure(kRule, state, i * 900);
    EXPECT_EQ(state.count, 1);
  }
  state = after_failure(kRule, state, 99 * 900 + 899);
  EXPECT_EQ(state.count, 2);
}

// Else whoever waits for 15 minutes has five new guesses each time.
TEST(Failures, AreRememberedForADayOnceTheyLocked) {
  Failures state{.count = 5, .last = 1'000, .until = 1'030};
  EXPECT_EQ(after_failure(kRule, state, 1'030 + 86'399).count, 6);
  EXPECT_EQ(after_failure(kRule, state, 1'030 + 86'400).count, 1);
}

TEST(Failures, NeverOverflow) {
  const Failures state =
      after_failure(kRule, {.count = 1'000'000'000, .last = 999, .until = 1'000}, 1'000);
  EXPECT_EQ(wait_left(state, 1'000).count(), 900);
}

TEST(Failures, DoNotLockAfterTheClockWasSetBack) {
  const Failures state{.count = 9, .last = 1'000'000, .until = 1'000'480};
  EXPECT_EQ(wait_left(state, 1'000'100).count(), 380);
  EXPECT_EQ(wait_left(state, 900'000).count(), 0);
  // The next failure locks again.
  EXPECT_EQ(wait_left(after_failure(kRule, state, 900'000), 900'000).count(), 900);
}

TEST(Networks, AreOneHostEach) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("::1"), "::/64");
  EXPECT_EQ(network_of("local"), "local");
  EXPECT_EQ(network_of(std::string(1'000, 'x')).size(), 64U);
}

class ThrottleTest : public test::Room {
 protected:
  void fail(const std::string& name, int times, const std::string& from = kDesk) {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(attempt(name, kWrong, from), "no") << i;
    }
  }
};

TEST_F(ThrottleTest, LocksAnAccountFromTheFifthFailureOn) {
  add("j.snow");
  fail("j.snow", 5);
  EXPECT_EQ(attempt("j.snow", kPassword), "30") << "also with the right password";
  EXPECT_EQ(attempt("j.snow", kPassword, "198.51.100.1"), "30") << "from anywhere";
  pass(seconds(29));
  EXPECT_EQ(attempt("j.snow", kPassword), "1");
  pass(seconds(1));
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
  // Forgotten now.
  fail("j.snow", 4);
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
}

TEST_F(ThrottleTest, ForgetsNothingWhenTheProcessEnds) {
  add("j.snow");
  fail("j.snow", 5);
  restart();
  EXPECT_EQ(attempt("j.snow", kPassword), "30");
  pass(seconds(30));
  fail("j.snow", 1);
  restart();
  EXPECT_EQ(attempt("j.snow", kPassword), "60");
}

TEST_F(ThrottleTest, LocksAnAddressThatTriesManyAccounts) {
  for (int i = 0; i < 20; ++i) {
    fail("user" + std::to_string(i), 1, "2001:db8::" + std::to_string(i));
  }
  add("j.snow");
  EXPECT_EQ(attempt("j.snow", kPassword, "2001:db8::99"), "30");
  EXPECT_EQ(attempt("j.snow", kPassword, "2001:db8:0:1::99"), "in") << "another network";
}

// An account of one's own must not buy guesses at others.
TEST_F(ThrottleTest, AnAddressIsNotForgivenForASuccess) {
  add("insider");
  add("j.snow");
  for (int round = 0; round < 5; ++round) {
    fail("victim" + std::to_string(round), 4);
    EXPECT_EQ(attempt("insider", kPassword), round < 4 ? "in" : "30");
  }
}

TEST_F(ThrottleTest, SuccessesAloneNeverLock) {
  add("j.snow");
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(attempt("j.snow", kPassword), "in");
  }
}

TEST_F(ThrottleTest, TreatsAStrangerAsAUser) {
  add("j.snow");
  for (const char* name : {"j.snow", "nobody.here"}) {
    fail(name, 5);
    EXPECT_EQ(attempt(name, kPassword), "30");
  }
  EXPECT_EQ(database()
                .text("SELECT group_concat(subject) FROM auth_throttle WHERE kind = "
                      "'account'")
                ->value_or(""),
            "j.snow")
      << "what a stranger types may be a password, and is not written down";
}

TEST_F(ThrottleTest, StaysSmall) {
  auto options = test::cheap();
  options.users.throttle.most_addresses = 50;
  options.users.throttle.most_strangers = 50;
  restart(options);
  add("j.snow");
  fail("j.snow", 5, "203.0.113.1");
  for (int i = 0; i < 300; ++i) {
    fail("stranger" + std::to_string(i), 1,
         "198.51." + std::to_string(i / 100) + "." + std::to_string(i % 100));
  }
  EXPECT_LE(rows("auth_throttle"), 51);
  EXPECT_EQ(attempt("j.snow", kPassword), "30") << "no flood makes it forget a user";
}

TEST_F(ThrottleTest, OldAddressesGo) {
  fail("a.stranger", 1, "203.0.113.1");
  pass(hours(25));
  fail("a.stranger", 1, "203.0.113.2");
  EXPECT_EQ(rows("auth_throttle"), 1);
}

TEST_F(ThrottleTest, WritesOneRecordAStep) {
  add("j.snow");
  fail("j.snow", 4);
  EXPECT_THAT(events("login.lockout"), IsEmpty());
  fail("j.snow", 1);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(attempt("j.snow", kWrong), "30");
  }
  const auto lockouts = events("login.lockout");
  ASSERT_THAT(lockouts, SizeIs(1));
  EXPECT_EQ(lockouts[0].facts.at("user"), "j.snow");
  EXPECT_EQ(lockouts[0].facts.at("from"), kDesk);
  EXPECT_EQ(lockouts[0].facts.at("account_failures"), "5");
  EXPECT_EQ(lockouts[0].facts.at("seconds"), "30");
  pass(seconds(30));
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
  EXPECT_EQ(events("login").at(0).facts.at("failures_before"), "5");
}

TEST_F(ThrottleTest, AFloodDoesNotFillTheLog) {
  auto options = test::cheap();
  options.users.lockout_records = 3;
  options.users.throttle.address.limit = 1;
  restart(options);
  for (int i = 0; i < 40; ++i) {
    fail("hunter2 " + std::to_string(i), 1, "198.51.100." + std::to_string(i));
    pass(seconds(31));
  }
  auto lockouts = events("login.lockout");
  ASSERT_THAT(lockouts, SizeIs(3));
  EXPECT_EQ(lockouts[0].facts.at("user"), "unknown");
  pass(hours(1));
  fail("hunter2 hunter2", 1, "203.0.113.1");
  lockouts = events("login.lockout");
  ASSERT_THAT(lockouts, SizeIs(4));
  EXPECT_EQ(lockouts[3].facts.at("left_out"), "37");
}

TEST_F(ThrottleTest, AnAdministratorForgives) {
  add("j.snow");
  fail("j.snow", 6 - 1);
  ASSERT_TRUE(users().enable("j.snow", "root"));
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
  fail("j.snow", 5);
  ASSERT_TRUE(users().reset_password("j.snow", test::kOther, "root"));
  EXPECT_EQ(attempt("j.snow", test::kOther), "in");
}

}  // namespace
}  // namespace osler::serve::auth
