#include "serve/auth/users.h"

#include <string>
#include <thread>
#include <vector>

#include "serve/auth/test/room.h"

namespace osler::serve::auth {
namespace {

using test::kDesk;
using test::kOther;
using test::kPassword;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class UsersTest : public test::Room {
 protected:
  std::string stored_password(const std::string& name) {
    return database().text("SELECT password FROM auth_users WHERE name = ?", {name})->value_or("");
  }
};

TEST_F(UsersTest, AreAddedOnceWithARecord) {
  const auto added = users().add("j.snow", Role::Physician, kPassword, "root");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->name, "j.snow");
  EXPECT_EQ(added->role, Role::Physician);
  EXPECT_FALSE(added->disabled);
  EXPECT_EQ(added->created, clock_.now());
  EXPECT_FALSE(added->last_login);

  const auto again = users().add("j.snow", Role::Reader, kOther, "root");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::FailedPrecondition);

  const auto records = events("user.add");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].actor, "root");
  EXPECT_EQ(records[0].facts,
            (std::map<std::string, std::string>{{"user", "j.snow"}, {"role", "physician"}}));
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
  EXPECT_EQ(users().find("j.snow")->last_login, clock_.now());
}

TEST_F(UsersTest, AreListedByName) {
  add("zoe");
  add("a.b-c_9", Role::Governance);
  ASSERT_TRUE(users().disable("zoe", "root"));
  const auto list = users().list();
  ASSERT_THAT(*list, SizeIs(2));
  EXPECT_EQ((*list)[0].name, "a.b-c_9");
  EXPECT_EQ((*list)[0].role, Role::Governance);
  EXPECT_TRUE((*list)[1].disabled);
  EXPECT_EQ(*users().active(), 1);
}

TEST_F(UsersTest, HaveNamesThatAreOnlyNames) {
  for (const std::string name :
       {"", "a", "J.Snow", "j snow", "j/snow", "j\nsnow", "jörg", "j'snow", "../etc", "a@b.org"}) {
    const auto added = users().add(name, Role::Reader, kPassword, "root");
    ASSERT_FALSE(added) << name;
    EXPECT_EQ(added.error().code, ErrorCode::InvalidArgument) << name;
  }
  EXPECT_FALSE(users().add(std::string(33, 'a'), Role::Reader, kPassword, "root"));
  EXPECT_TRUE(users().add(std::string(32, 'a'), Role::Reader, kPassword, "root"));
  EXPECT_FALSE(users().add("bad.password", Role::Reader, "short", "root"));
  EXPECT_THAT(*users().list(), SizeIs(1));
}

TEST_F(UsersTest, WhoAreNotThereCannotBeChanged) {
  EXPECT_EQ(users().find("nobody").error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().disable("nobody", "root").error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().enable("nobody", "root").error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().set_role("nobody", Role::Reader, "root").error().code, ErrorCode::NotFound);
  EXPECT_EQ(users().reset_password("nobody", kPassword, "root").error().code, ErrorCode::NotFound);
  EXPECT_EQ(database().integer("SELECT count(*) FROM audit_records")->value_or(-1), 0);
}

TEST_F(UsersTest, ChangesStandInTheLog) {
  add("j.snow");
  ASSERT_TRUE(users().set_role("j.snow", Role::Steward, "root"));
  ASSERT_TRUE(users().set_role("j.snow", Role::Steward, "root"));  // the same: no change
  ASSERT_TRUE(users().disable("j.snow", "root"));
  ASSERT_TRUE(users().disable("j.snow", "root"));
  ASSERT_TRUE(users().enable("j.snow", "root"));
  ASSERT_TRUE(users().reset_password("j.snow", kOther, "root"));
  ASSERT_THAT(events("user.role"), SizeIs(1));
  EXPECT_EQ(events("user.role")[0].facts.at("from"), "physician");
  EXPECT_EQ(events("user.role")[0].facts.at("to"), "steward");
  EXPECT_THAT(events("user.disable"), SizeIs(1));
  EXPECT_THAT(events("user.enable"), SizeIs(1));
  EXPECT_THAT(events("user.reset"), SizeIs(1));
  EXPECT_TRUE(process_->audit.verify());
  const auto entries =
      database().text("SELECT group_concat(entry) FROM audit_records")->value_or("");
  EXPECT_THAT(entries, Not(HasSubstr("argon2")));
  EXPECT_THAT(entries, Not(HasSubstr(kOther)));
}

// A change and its record stand together, or neither does.
TEST_F(UsersTest, NothingIsChangedWhereTheLogCannotBeWritten) {
  add("j.snow");
  const auto session = enter("j.snow");
  ASSERT_TRUE(database().execute("UPDATE audit_edge SET hashes = x'00'"));
  EXPECT_FALSE(users().disable("j.snow", "root"));
  EXPECT_FALSE(users().set_role("j.snow", Role::Administrator, "root"));
  EXPECT_FALSE(users().reset_password("j.snow", kOther, "root"));
  EXPECT_FALSE(users().add("k.snow", Role::Reader, kPassword, "root"));
  const auto user = users().find("j.snow");
  EXPECT_FALSE(user->disabled);
  EXPECT_EQ(user->role, Role::Physician);
  EXPECT_THAT(*users().list(), SizeIs(1));
  EXPECT_TRUE(is_in(session.id));
  EXPECT_THAT(attempt("j.snow", kPassword), HasSubstr("error")) << "no login without a record";
  EXPECT_EQ(rows("auth_sessions"), 1);
}

TEST_F(UsersTest, PasswordsAreKeptAsHashesAlone) {
  add("j.snow");
  EXPECT_THAT(stored_password("j.snow"), HasSubstr("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_THAT(*read_text(folder_.path() / "osler.db"), Not(HasSubstr(kPassword)));
}

TEST_F(UsersTest, HashesAreRenewedAtTheNextLogin) {
  add("j.snow");
  auto dearer = test::cheap();
  dearer.users.passwords.cost.memory_kib = 16;
  restart(dearer);
  EXPECT_EQ(attempt("j.snow", "not the password"), "no");
  EXPECT_THAT(stored_password("j.snow"), HasSubstr("m=8,"));
  const auto session = enter("j.snow");
  EXPECT_THAT(stored_password("j.snow"), HasSubstr("m=16,"));
  EXPECT_TRUE(is_in(session.id)) << "it is the same password";
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
}

TEST_F(UsersTest, AreToldNothingWhenTheyAreDisabled) {
  add("j.snow");
  ASSERT_TRUE(users().disable("j.snow", "root"));
  EXPECT_EQ(attempt("j.snow", kPassword), "no");
  ASSERT_TRUE(users().enable("j.snow", "root"));
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
}

TEST_F(UsersTest, MayWriteTheirNameInCapitals) {
  add("j.snow");
  EXPECT_EQ(attempt("J.Snow", kPassword), "in");
  EXPECT_EQ(attempt("j.snow ", kPassword), "no");
}

TEST_F(UsersTest, OddPasswordsAreOnlyWrong) {
  add("j.snow");
  EXPECT_EQ(attempt("j.snow", ""), "no");
  EXPECT_EQ(attempt("j.snow", std::string(2'000'000, 'x')), "no");
  EXPECT_EQ(attempt("j.snow", std::string("\0\xFF\n", 3)), "no");
  EXPECT_EQ(attempt(std::string(100'000, 'n'), kPassword), "no");
}

// A hundred guesses at once are a hundred failures: they are counted before they are looked at.
TEST_F(UsersTest, ParallelGuessesAreCountedAll) {
  auto options = test::cheap();
  options.users.passwords.waiting = 100;
  restart(options);
  add("j.snow");
  std::atomic<int> looked_at = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int guess = 0; guess < 5; ++guess) {
          looked_at += attempt("j.snow", "guess number " + std::to_string(i * 5 + guess)) == "no";
        }
      });
    }
  }
  EXPECT_EQ(looked_at, 5);
}

TEST_F(UsersTest, WhoComesWhenAllAreBusyIsNotCounted) {
  auto options = test::cheap();
  options.users.passwords.at_once = 0;  // nobody ever has a turn
  options.users.passwords.waiting = 0;
  add("j.snow");
  restart(options);
  for (int i = 0; i < 30; ++i) {
    EXPECT_THAT(attempt("j.snow", kPassword), HasSubstr("too many")) << i;
    EXPECT_THAT(attempt("nobody", kPassword), HasSubstr("too many")) << i;
  }
  restart();
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
}

}  // namespace
}  // namespace osler::serve::auth
