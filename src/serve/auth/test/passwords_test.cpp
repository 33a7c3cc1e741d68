#include "serve/auth/passwords.h"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::serve::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr PasswordOptions kCheap{.cost = {.memory_kib = 8, .passes = 1}};

TEST(Passwords, AreVerifiedAgainstTheirHash) {
  Passwords passwords(kCheap);
  const auto one = passwords.hash("four unrelated words");
  const auto two = passwords.hash("four unrelated words");
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two) << "the salt is new each time";
  EXPECT_TRUE(*passwords.verify(*one, "four unrelated words"));
  EXPECT_TRUE(*passwords.verify(*two, "four unrelated words"));
  EXPECT_FALSE(*passwords.verify(*one, "four unrelated word"));
  EXPECT_FALSE(*passwords.verify(*one, "Four unrelated words"));
  EXPECT_FALSE(*passwords.verify(*one, ""));
  EXPECT_THAT(*one, Not(HasSubstr("unrelated")));
}

TEST(Passwords, CostWhatTheGuideSays) {
  Passwords passwords;
  const auto phc = passwords.hash("four unrelated words");
  ASSERT_TRUE(phc) << phc.error().message;
  EXPECT_THAT(*phc, StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_TRUE(*passwords.verify(*phc, "four unrelated words"));
  EXPECT_FALSE(passwords.is_outdated(*phc));
  EXPECT_TRUE(passwords.is_outdated(*Passwords(kCheap).hash("four unrelated words")));
}

// From the reference implementation's own tests: Argon2id, version 0x13, t 2, m 2^16, p 1,
// "password" with salt "somesalt".
TEST(Passwords, AgreeWithThePublishedVector) {
  Passwords passwords;
  constexpr const char* kPhc =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(*passwords.verify(kPhc, "password"));
  EXPECT_FALSE(*passwords.verify(kPhc, "differentpassword"));
}

TEST(Passwords, RefuseWhatIsNoHashOfOurs) {
  Passwords passwords(kCheap);
  const std::string good = *passwords.hash("four unrelated words");
  const std::vector<std::string> bad{
      "",
      "four unrelated words",
      "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      // Asks for 4 TiB, for 4 billion passes, for 1,000 lanes.
      "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=8000,t=1,p=1000$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=8,t=1,p=1",
      "$argon2id$v=19$m=8,t=1,p=1$$",
      good.substr(0, good.rfind('$')),
      good + "!",
  };
  for (const auto& phc : bad) {
    const auto verdict = passwords.verify(phc, "four unrelated words");
    ASSERT_FALSE(verdict) << phc;
    EXPECT_EQ(verdict.error().code, ErrorCode::DataCorrupt) << phc;
  }
}

// Eight threads at once, one hash at a time, nobody patient: some are told to come again, none is
// given a wrong answer, and afterwards everything is as before.
TEST(Passwords, AreHashedAFewAtATime) {
  Passwords passwords({.cost = {.memory_kib = 32 * 1024, .passes = 1},
                       .at_once = 1,
                       .waiting = 1,
                       .patience = std::chrono::milliseconds(1)});
  std::atomic<int> done = 0;
  std::atomic<int> busy = 0;
  std::atomic<int> other = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto hashed = passwords.hash("four unrelated words");
        const bool is_busy = !hashed && hashed.error().code == ErrorCode::Unavailable;
        ++(hashed ? done : is_busy ? busy : other);
      });
    }
  }
  EXPECT_GE(done, 1);
  EXPECT_GE(busy, 1);
  EXPECT_EQ(other, 0);
  EXPECT_TRUE(passwords.hash("four unrelated words"));
}

TEST(Passwords, WaitForTheirTurn) {
  Passwords passwords({.cost = {.memory_kib = 1024, .passes = 1}, .at_once = 2, .waiting = 8});
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back(
          [&] { done += passwords.hash("four unrelated words").has_value() ? 1 : 0; });
    }
  }
  EXPECT_EQ(done, 10);
}

TEST(Passwords, OfAllScriptsAreTaken) {
  for (const char* password :
       {"four unrelated words", "Zwölf Böxkämpfer", "пароль из слов", "二十四の瞳を読む夜もある",
        "x7Kq!m2#Vz9Lp", "😀😁😂🤣😃😄😅😆😉😊😋😎"}) {
    const auto checked = check_password(password, "j.snow");
    EXPECT_TRUE(checked) << password << ": " << checked.error().message;
  }
}

struct Refused {
  std::string name;
  std::string password;
  std::string why;
};

class PasswordPolicy : public ::testing::TestWithParam<Refused> {};

TEST_P(PasswordPolicy, RefusesIt) {
  const auto checked = check_password(GetParam().password, "j.snow");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(checked.error().message, HasSubstr(GetParam().why));
  if (GetParam().password.size() > 3) {
    EXPECT_THAT(checked.error().message + checked.error().advice,
                Not(HasSubstr(GetParam().password)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Passwords, PasswordPolicy,
    ::testing::Values(Refused{"Empty", "", "12 characters"},
                      Refused{"Short", "x7Kq!m2#Vz9", "12 characters"},
                      Refused{"ShortInCharacters", "äöüäöüäöüäö", "12 characters"},
                      Refused{"Long", std::string(1020, 'x') + "abcde", "1,024 bytes"},
                      Refused{"NewLine", "four unrelated\nwords", "control"},
                      Refused{"Nul", std::string("four unrelated\0words", 20), "control"},
                      Refused{"Delete", "four unrelated\x7Fwords", "control"},
                      Refused{"C1Control", "four unrelated\xC2\x85words", "control"},
                      Refused{"Latin1", "Zw\xF6lf unrelated words", "UTF-8"},
                      Refused{"Overlong", "four unrelated \xC0\xAF words", "UTF-8"},
                      Refused{"Overlong3", "four unrelated \xE0\x80\xAF words", "UTF-8"},
                      Refused{"Surrogate", "four unrelated \xED\xA0\x80 words", "UTF-8"},
                      Refused{"Beyond", "four unrelated \xF4\x90\x80\x80 words", "UTF-8"},
                      Refused{"CutOff", "four unrelated words\xE2\x82", "UTF-8"},
                      Refused{"TheName", "my J.Snow password", "name"},
                      Refused{"OneLetter", "aaaaaaaaaaaaaaaa", "pattern"},
                      Refused{"FewLetters", "ababbaabbaab", "pattern"},
                      Refused{"Repeated", "abcdeabcdeabcde", "pattern"},
                      Refused{"Run", "abcdefghijklmnop", "pattern"},
                      Refused{"Digits", "123456789012", "pattern"},
                      Refused{"Backwards", "9876543210987", "pattern"},
                      Refused{"Common", "password2026", "guessed"},
                      Refused{"Twice", "passwordpassword", "guessed"},
                      Refused{"Signs", "!!Password!!2026", "guessed"},
                      Refused{"Disguised", "P@ssw0rd12345", "guessed"},
                      Refused{"Keyboard", "qwertyuiop12", "guessed"},
                      Refused{"Administrator", "Administrator1", "guessed"},
                      Refused{"Here", "Hospital-2026", "guessed"}),
    [](const auto& row) { return row.param.name; });

// A user called "jo" must not be refused every word with "jo" in it.
TEST(Passwords, MayHoldAShortNameByChance) {
  EXPECT_TRUE(check_password("banjo and a harp", "jo"));
  EXPECT_FALSE(check_password("jo1234567890", "jo"));
}

TEST(RandomPasswords, AreReadableAndPassThePolicy) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 500; ++i) {
    const std::string made = random_password();
    ASSERT_EQ(made.size(), 23U);
    for (std::size_t at = 0; at < made.size(); ++at) {
      ASSERT_EQ(made[at] == '-', at % 6 == 5) << made;
      letters.insert(made[at]);
    }
    EXPECT_EQ(made.find_first_of("01iloILO"), std::string::npos) << made;
    EXPECT_TRUE(check_password(made, "j.snow")) << made;
    seen.insert(made);
  }
  EXPECT_EQ(seen.size(), 500U);
  // 31 letters, 20 times: 20 log2(31) = 99.1 bits.
  EXPECT_EQ(letters.size(), 32U) << "with the hyphen";
}

}  // namespace
}  // namespace osler::serve::auth
