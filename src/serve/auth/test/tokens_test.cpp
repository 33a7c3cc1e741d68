#include "serve/auth/tokens.h"

#include <string>

#include "serve/auth/test/room.h"

namespace osler::serve::auth {
namespace {

using test::hours;
using test::kOther;
using test::kPassword;
using test::minutes;
using test::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr hours kDay(24);

class TokensTest : public test::Room {
 protected:
  NewToken make(const std::string& user, std::int64_t days = kTokenDays,
                const std::string& label = {}) {
    auto made = tokens().make(user, days, label, "root");
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
};

TEST_F(TokensTest, ActAsTheirUser) {
  add("night.batch", Role::Engineer);
  const auto made = make("night.batch", 30, "nightly scores");
  EXPECT_THAT(made.text, StartsWith("osler_"));
  EXPECT_EQ(made.text.size(), 6U + 43U);
  EXPECT_EQ(made.token.expires, clock_.now() + 30 * kDay);

  const auto identity = door().by_bearer(made.text);
  ASSERT_TRUE(identity && *identity);
  EXPECT_EQ((*identity)->user, "night.batch");
  EXPECT_EQ((*identity)->role, Role::Engineer);
  EXPECT_EQ((*identity)->via, Via::Token);
  EXPECT_EQ((*identity)->name, "token 1");
  EXPECT_FALSE(is_in(made.text)) << "it is no cookie";
  EXPECT_FALSE(is_in(made.text.substr(6)));

  const std::string file = *read_text(folder_.path() / "osler.db");
  EXPECT_THAT(file, Not(HasSubstr(made.text.substr(6))));
  EXPECT_THAT(file, HasSubstr(crypto::sha256(made.text).hex()));
  ASSERT_THAT(events("token.make"), SizeIs(1));
  EXPECT_EQ(events("token.make")[0].facts,
            (std::map<std::string, std::string>{
                {"user", "night.batch"}, {"token", "1"}, {"days", "30"}}));
}

TEST_F(TokensTest, Expire) {
  add("night.batch");
  const auto made = make("night.batch", 1);
  ASSERT_TRUE(holds(made.text));
  pass(kDay - seconds(1));
  EXPECT_TRUE(holds(made.text));
  pass(seconds(1));
  EXPECT_FALSE(holds(made.text));
  restart();
  EXPECT_FALSE(holds(made.text));
}

TEST_F(TokensTest, AreRevokedAtOnce) {
  add("night.batch");
  add("j.snow");
  const auto one = make("night.batch");
  const auto two = make("night.batch");
  ASSERT_TRUE(holds(one.text));
  EXPECT_EQ(tokens().revoke(one.token.id, "j.snow", "j.snow").error().code, ErrorCode::NotFound)
      << "somebody else's";
  ASSERT_TRUE(holds(one.text));
  ASSERT_TRUE(tokens().revoke(one.token.id, "night.batch", "night.batch"));
  EXPECT_FALSE(holds(one.text));
  EXPECT_TRUE(holds(two.text));
  EXPECT_EQ(tokens().revoke(one.token.id, "root").error().code, ErrorCode::NotFound);
  ASSERT_THAT(events("token.revoke"), SizeIs(1));
  EXPECT_EQ(events("token.revoke")[0].actor, "night.batch");
  // Its number is not given again.
  EXPECT_EQ(make("j.snow").token.id, 3);
}

TEST_F(TokensTest, FollowTheirUser) {
  add("night.batch", Role::Engineer);
  const auto made = make("night.batch");
  ASSERT_TRUE(holds(made.text));
  ASSERT_TRUE(users().set_role("night.batch", Role::Reader, "root"));
  EXPECT_EQ((**door().by_bearer(made.text)).role, Role::Reader);
  ASSERT_TRUE(users().disable("night.batch", "root"));
  EXPECT_FALSE(holds(made.text));
  ASSERT_TRUE(users().enable("night.batch", "root"));
  EXPECT_FALSE(holds(made.text)) << "for good";
  const auto second = make("night.batch");
  ASSERT_TRUE(holds(second.text));
  ASSERT_TRUE(users().reset_password("night.batch", kOther, "root"));
  EXPECT_FALSE(holds(second.text));
}

TEST_F(TokensTest, StayWhenTheUserTakesAnotherPassword) {
  add("j.snow");
  const auto made = make("j.snow");
  const auto session = enter("j.snow");
  ASSERT_TRUE(door().change_password(session.id, kPassword, kOther, test::kDesk));
  EXPECT_TRUE(holds(made.text));
}

TEST_F(TokensTest, HearOfWhatTheOtherProcessDid) {
  add("night.batch");
  const auto made = make("night.batch");
  const auto kept = make("night.batch");
  ASSERT_TRUE(holds(made.text));
  ASSERT_TRUE(holds(kept.text));
  test::Process other(folder_.path(), clock_);
  ASSERT_TRUE(other.door.tokens().revoke(made.token.id, "root"));
  pass(seconds(1));
  EXPECT_FALSE(holds(made.text));
  EXPECT_TRUE(holds(kept.text));
  ASSERT_TRUE(other.door.users().disable("night.batch", "root"));
  pass(seconds(1));
  EXPECT_FALSE(holds(kept.text));
}

TEST_F(TokensTest, SayWhenTheyWereLastUsedToTheHour) {
  add("night.batch");
  const auto made = make("night.batch", 90, "nightly");
  EXPECT_FALSE((*tokens().list())[0].last_used);
  const Time first = clock_.now();
  ASSERT_TRUE(holds(made.text));
  EXPECT_EQ((*tokens().list())[0].last_used, first);
  pass(minutes(59));
  ASSERT_TRUE(holds(made.text));
  EXPECT_EQ((*tokens().list())[0].last_used, first);
  pass(minutes(1));
  ASSERT_TRUE(holds(made.text));
  EXPECT_EQ((*tokens().list())[0].last_used, clock_.now());
}

TEST_F(TokensTest, AreListedNewestFirst) {
  add("night.batch");
  add("j.snow");
  make("night.batch", 1, "first");
  make("j.snow", 2, "second");
  const auto all = tokens().list();
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ((*all)[0].label, "second");
  EXPECT_EQ((*all)[1].user, "night.batch");
  ASSERT_THAT(*tokens().list("night.batch"), SizeIs(1));
  EXPECT_THAT(*tokens().list("nobody"), SizeIs(0));
}

TEST_F(TokensTest, AreRefused) {
  add("night.batch");
  const auto code = [&](const std::string& user, std::int64_t days, const std::string& label) {
    return tokens().make(user, days, label, "root").error().code;
  };
  EXPECT_EQ(code("nobody", 90, ""), ErrorCode::NotFound);
  EXPECT_EQ(code("night.batch", 0, ""), ErrorCode::InvalidArgument);
  EXPECT_EQ(code("night.batch", 366, ""), ErrorCode::InvalidArgument);
  EXPECT_EQ(code("night.batch", 90, std::string(65, 'x')), ErrorCode::InvalidArgument);
  EXPECT_EQ(code("night.batch", 90, "a\nb"), ErrorCode::InvalidArgument);
  for (int i = 0; i < 20; ++i) {
    make("night.batch", 1);
  }
  EXPECT_EQ(code("night.batch", 90, ""), ErrorCode::FailedPrecondition);
  pass(kDay);
  make("night.batch");  // the old ones have expired
  EXPECT_EQ(rows("auth_tokens"), 1);
  ASSERT_TRUE(users().disable("night.batch", "root"));
  EXPECT_EQ(code("night.batch", 90, ""), ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace osler::serve::auth
