#include "serve/auth/identity.h"

#include <string>

#include "serve/auth/test/room.h"

namespace osler::serve::auth {
namespace {

using test::kDesk;
using test::kOther;
using test::kPassword;
using test::seconds;
using ::testing::SizeIs;

class DoorTest : public test::Room {
 protected:
  std::string change(const std::string& id, const std::string& old, const std::string& wanted) {
    const auto entry = door().change_password(id, old, wanted, kDesk);
    if (!entry) {
      return std::string(to_string(entry.error().code));
    }
    if (const auto* made = std::get_if<NewSession>(&*entry)) {
      changed_ = *made;
      return "changed";
    }
    return std::holds_alternative<Throttled>(*entry) ? "wait" : "no";
  }
  NewSession changed_;
};

TEST_F(DoorTest, RecordsALoginWithItsPlace) {
  add("j.snow", Role::Steward);
  const auto session = enter("j.snow");
  const auto logins = events("login");
  ASSERT_THAT(logins, SizeIs(1));
  EXPECT_EQ(logins[0].actor, "j.snow");
  EXPECT_EQ(logins[0].facts,
            (std::map<std::string, std::string>{
                {"from", kDesk}, {"role", "steward"}, {"session", session.session.name}}));
}

TEST_F(DoorTest, AUserTakesAnotherPassword) {
  add("j.snow");
  const auto here = enter("j.snow");
  const auto elsewhere = enter("j.snow");
  ASSERT_EQ(change(here.id, kPassword, kOther), "changed");
  EXPECT_FALSE(is_in(here.id));
  EXPECT_FALSE(is_in(elsewhere.id));
  EXPECT_TRUE(is_in(changed_.id));
  EXPECT_TRUE(door().check_csrf(changed_.id, changed_.csrf));
  EXPECT_EQ(attempt("j.snow", kPassword), "no");
  EXPECT_EQ(attempt("j.snow", kOther), "in");
  ASSERT_THAT(events("user.password"), SizeIs(1));
  EXPECT_EQ(events("user.password")[0].actor, "j.snow");
}

TEST_F(DoorTest, APasswordIsNotChangedWithoutTheOldOne) {
  add("j.snow");
  const auto id = enter("j.snow").id;
  EXPECT_EQ(change("no session", kPassword, kOther), "no");
  EXPECT_EQ(change(id, kPassword, "short"), "InvalidArgument");
  EXPECT_EQ(change(id, kPassword, kPassword), "InvalidArgument") << "the one that it is";
  EXPECT_TRUE(is_in(id));
  // Guessing at a screen that was left open is guessing.
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(change(id, "a wrong password", kOther), "no");
  }
  EXPECT_EQ(change(id, kPassword, kOther), "wait");
  pass(seconds(30));
  EXPECT_EQ(change(id, kPassword, kOther), "changed");
}

TEST_F(DoorTest, OpensOnAHomeThatItKnows) {
  add("j.snow");
  restart();
  EXPECT_EQ(attempt("j.snow", kPassword), "in");
  EXPECT_TRUE(process_->audit.verify());
  EXPECT_TRUE(database().check());
}

}  // namespace
}  // namespace osler::serve::auth
