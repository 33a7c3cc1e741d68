// osler user and osler token, as an administrator types them; what they leave behind is looked at
// with the door that a server would use.

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "serve/auth/identity.h"
#include "tests/support/osler.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using serve::auth::Door;
using serve::auth::NewSession;
using test::Answer;
using test::expect_refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kPassword = "four unrelated words";

class UserVerbs : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] Answer osler(std::vector<std::string> words) const {
    return test::run_osler(home(), std::move(words));
  }

  // With `input` on standard input.
  [[nodiscard]] Answer osler(std::vector<std::string> words, const std::string& input) const {
    words.insert(words.end(), {"--json", "--quiet", "--home", home().string()});
    ChildProcess::Options options;
    options.program = program_folder() / "osler";
    options.arguments = std::move(words);
    options.error_log = "/dev/null";
    auto child = ChildProcess::start(options);
    EXPECT_TRUE(child);
    // Whoever does not want it has ended before it was written.
    static_cast<void>(child->write(as_bytes(input)));
    child->close_input();
    return test::hear_osler(std::move(child));
  }

  void add(const std::string& name, const std::string& role = "physician") const {
    const auto added = osler({"user", "add", name, "--role", role, "--password-stdin"}, kPassword);
    ASSERT_EQ(added.exit_code, 0) << added.text;
  }

  // The words that people see, without --json.
  [[nodiscard]] std::string plain(const std::vector<std::string>& words) const {
    ChildProcess::Options options;
    options.program = program_folder() / "osler";
    options.arguments = words;
    options.arguments.insert(options.arguments.end(), {"--home", home().string()});
    options.error_log = folder_.path() / "stderr";
    auto child = ChildProcess::start(options);
    EXPECT_TRUE(child);
    child->close_input();
    std::string text;
    child->read_lines([&](std::string_view line) { text += std::string(line) + "\n"; });
    EXPECT_EQ(child->wait(), 0);
    return text;
  }

  // Whether anything in the home holds these bytes.
  [[nodiscard]] bool home_holds(const std::string& secret) const {
    for (const auto& entry : fs::recursive_directory_iterator(home())) {
      if (entry.is_regular_file() && read_text(entry.path())->find(secret) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  TemporaryFolder folder_;
};

// What a server would say.
class Server {
 public:
  explicit Server(const fs::path& home)
      : database_(*storage::Database::open(home / "osler.db")),
        audit_(*storage::audit::Log::open(database_, home / "keys" / "audit.key", clock_)),
        door_(*Door::open(database_, audit_, clock_)) {}

  std::string login(const std::string& name, const std::string& password) {
    const auto entry = door_.login(name, password, "192.0.2.7");
    EXPECT_TRUE(entry);
    const auto* made = std::get_if<NewSession>(&*entry);
    return made == nullptr ? "" : made->id;
  }
  bool knows(const std::string& session) { return door_.by_cookie(session)->has_value(); }
  bool obeys(const std::string& token) { return door_.by_bearer(token)->has_value(); }
  std::string role_of(const std::string& token) {
    const auto identity = door_.by_bearer(token);
    return *identity ? std::string(to_string((*identity)->role)) : "";
  }
  // News of another process may be a second old.
  void pass_a_second() { clock_.set(clock_.now() + std::chrono::seconds(1)); }

 private:
  FixedClock clock_{std::chrono::system_clock::now()};
  storage::Database database_;
  storage::audit::Log audit_;
  Door door_;
};

TEST_F(UserVerbs, AddSomebodyWhoCanLogInThen) {
  const auto added = osler({"user", "add", "j.snow", "--role", "physician", "--password-stdin"},
                           std::string(kPassword) + "\n");
  ASSERT_EQ(added.exit_code, 0) << added.text;
  EXPECT_EQ(added.document["name"], "j.snow");
  EXPECT_EQ(added.document["role"], "physician");
  EXPECT_EQ(added.document["disabled"], false);
  EXPECT_TRUE(added.document["last_login"].is_null());
  EXPECT_FALSE(added.document.contains("password"));
  Server server(home());
  EXPECT_NE(server.login("j.snow", kPassword), "");
  EXPECT_EQ(server.login("j.snow", "four unrelated wards"), "");
  EXPECT_FALSE(home_holds(kPassword));
  EXPECT_TRUE(home_holds("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_FALSE(osler({"user", "list"}).document["users"][0]["last_login"].is_null());
}

TEST_F(UserVerbs, MakeAPasswordAndShowItOnce) {
  const auto added = osler({"user", "add", "j.snow", "--role", "reader", "--random"});
  ASSERT_EQ(added.exit_code, 0) << added.text;
  const std::string made = added.document["password"];
  EXPECT_FALSE(home_holds(made));
  EXPECT_NE(Server(home()).login("j.snow", made), "");
  EXPECT_THAT(plain({"user", "add", "k.chen", "--role", "steward", "--random"}),
              AllOf(StartsWith("k.chen   steward   may log in\npassword   "),
                    HasSubstr("shown this once")));
  EXPECT_THAT(plain({"user", "list"}), Not(HasSubstr(made)));
}

TEST_F(UserVerbs, AreRefusedWithAReason) {
  add("j.snow");
  const auto refused = [&](const std::vector<std::string>& words, const std::string& input,
                           ErrorCode code, const std::string& message) {
    expect_refusal(osler(words, input), code, message, "osler user");
  };
  const std::vector<std::string> add_reader{"user",   "add",    "k.chen",
                                            "--role", "reader", "--password-stdin"};
  refused({"user", "add", "j.snow", "--role", "reader", "--password-stdin"}, kPassword,
          ErrorCode::FailedPrecondition, "already");
  refused({"user", "add", "k.chen", "--password-stdin"}, kPassword, ErrorCode::InvalidArgument,
          "--role");
  refused({"user", "add", "k.chen", "--role", "boss", "--password-stdin"}, kPassword,
          ErrorCode::InvalidArgument, "no such role");
  refused({"user", "add", "K Chen", "--role", "reader", "--password-stdin"}, kPassword,
          ErrorCode::InvalidArgument, "2 to 32");
  refused(add_reader, "", ErrorCode::InvalidArgument, "12 characters");
  refused(add_reader, "short", ErrorCode::InvalidArgument, "12 characters");
  refused(add_reader, "password2026", ErrorCode::InvalidArgument, "guessed first");
  refused(add_reader, "k.chen was here", ErrorCode::InvalidArgument, "name");
  refused(add_reader, "two lines of\nwords here\n", ErrorCode::InvalidArgument, "control");
  refused(add_reader, std::string(100'000, 'x'), ErrorCode::InvalidArgument, "1,024 bytes");
  refused({"user", "add", "k.chen", "--role", "reader", "--password-stdin", "--random"}, kPassword,
          ErrorCode::InvalidArgument, "exclude");
  refused({"user", "add", "k.chen", "--role", "reader", "--password", kPassword}, "",
          ErrorCode::InvalidArgument, "does not know");
  refused({"user", "disable", "nobody"}, "", ErrorCode::NotFound, "no such user");
  refused({"user", "enable", "nobody"}, "", ErrorCode::NotFound, "no such user");
  refused({"user", "reset", "nobody", "--random"}, "", ErrorCode::NotFound, "no such user");
  refused({"user", "role", "nobody", "reader"}, "", ErrorCode::NotFound, "no such user");
  refused({"user", "role", "j.snow", "Reader"}, "", ErrorCode::InvalidArgument, "no such role");
  EXPECT_EQ(osler({"user", "list"}).document["users"].size(), 1U);
}

TEST_F(UserVerbs, ReachARunningServer) {
  add("j.snow");
  Server server(home());
  const auto ends = [&](const std::vector<std::string>& words, const std::string& input = "") {
    const std::string session = server.login("j.snow", kPassword);
    EXPECT_TRUE(server.knows(session));
    const auto answer = osler(words, input);
    EXPECT_EQ(answer.exit_code, 0) << answer.text;
    server.pass_a_second();
    EXPECT_FALSE(server.knows(session)) << words[1];
    return answer;
  };
  EXPECT_EQ(ends({"user", "role", "j.snow", "steward"}).document["role"], "steward");
  ends({"user", "reset", "j.snow", "--password-stdin"}, kPassword);
  EXPECT_EQ(ends({"user", "disable", "j.snow"}).document["disabled"], true);
  EXPECT_EQ(server.login("j.snow", kPassword), "");
  EXPECT_EQ(osler({"user", "enable", "j.snow"}).document["disabled"], false);
  EXPECT_NE(server.login("j.snow", kPassword), "");
}

TEST_F(UserVerbs, GiveTokensThatAreKeptNowhere) {
  add("night.batch", "engineer");
  const auto made = osler({"token", "night.batch", "--days", "30", "--label", "nightly scores"});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const std::string token = made.document["token"];
  EXPECT_EQ(token.size(), 49U);
  EXPECT_THAT(token, StartsWith("osler_"));
  EXPECT_FALSE(home_holds(token.substr(6)));
  EXPECT_TRUE(home_holds(crypto::sha256(token).hex()));

  Server server(home());
  EXPECT_EQ(server.role_of(token), "engineer");
  const auto list = osler({"token", "list"}).document["tokens"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["user"], "night.batch");
  EXPECT_EQ(list[0]["label"], "nightly scores");
  EXPECT_FALSE(list[0]["last_used"].is_null());
  EXPECT_EQ(osler({"token", "list", "j.snow"}).document["tokens"].size(), 0U);
  EXPECT_THAT(plain({"token", "list"}), AllOf(HasSubstr("night.batch"), HasSubstr("nightly")));

  EXPECT_EQ(osler({"token", "revoke", "1"}).exit_code, 0);
  server.pass_a_second();
  EXPECT_FALSE(server.obeys(token));
  expect_refusal(osler({"token", "revoke", "1"}), ErrorCode::NotFound, "no such token", "token");
  expect_refusal(osler({"token", "revoke", "one"}), ErrorCode::InvalidArgument, "number", "token");
  expect_refusal(osler({"token", "nobody"}), ErrorCode::NotFound, "no such user", "token");
  expect_refusal(osler({"token", "night.batch", "--days", "0"}), ErrorCode::InvalidArgument,
                 "1 to 365", "token");
}

TEST_F(UserVerbs, ATokenStandsAloneOnStandardOutput) {
  add("night.batch", "engineer");
  const std::string text = plain({"token", "night.batch"});
  ASSERT_EQ(text.size(), 50U) << text;
  EXPECT_TRUE(Server(home()).obeys(text.substr(0, 49)));
  EXPECT_THAT(*read_text(folder_.path() / "stderr"), HasSubstr("shown this once"));
}

TEST_F(UserVerbs, AreRecorded) {
  add("j.snow");
  ASSERT_EQ(osler({"user", "role", "j.snow", "reader"}).exit_code, 0);
  ASSERT_EQ(osler({"token", "j.snow"}).exit_code, 0);
  ASSERT_EQ(osler({"token", "revoke", "1"}).exit_code, 0);
  ASSERT_EQ(osler({"user", "reset", "j.snow", "--random"}).exit_code, 0);
  ASSERT_EQ(osler({"user", "disable", "j.snow"}).exit_code, 0);
  ASSERT_EQ(osler({"user", "enable", "j.snow"}).exit_code, 0);
  const auto verified = osler({"audit", "verify"});
  EXPECT_EQ(verified.exit_code, 0) << verified.text;
  for (const char* action : {"user.add", "user.role", "token.make", "token.revoke", "user.reset",
                             "user.disable", "user.enable"}) {
    EXPECT_TRUE(home_holds("{\"action\":\"" + std::string(action) + "\"")) << action;
  }
}

// ---- on a terminal

// Types each answer when its prompt has come; returns all that the terminal showed.
class Terminal : public UserVerbs {
 protected:
  std::string type(const std::vector<std::string>& words,
                   const std::vector<std::pair<std::string, std::string>>& dialogue) {
    std::vector<std::string> copies{(program_folder() / "osler").string()};
    copies.insert(copies.end(), words.begin(), words.end());
    copies.insert(copies.end(), {"--home", home().string()});
    std::vector<char*> argv;
    for (auto& copy : copies) {
      argv.push_back(copy.data());
    }
    argv.push_back(nullptr);
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    EXPECT_GT(child, 0);
    std::string shown;
    std::size_t from = 0;
    for (const auto& [prompt, answer] : dialogue) {
      while (shown.find(prompt, from) == std::string::npos && read_some(terminal, shown)) {
      }
      from = shown.size();
      EXPECT_EQ(::write(terminal, answer.data(), answer.size()),
                static_cast<ssize_t>(answer.size()));
    }
    while (read_some(terminal, shown)) {
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    ::close(terminal);
    return shown;
  }

  static bool read_some(int terminal, std::string& shown) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(terminal, buffer.data(), buffer.size());
    shown.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got)));
    return got > 0;
  }

  int exit_code_ = -1;
};

TEST_F(Terminal, AsksTwiceAndShowsNothing) {
  const std::string shown =
      type({"user", "add", "j.snow", "--role", "physician"},
           {{"password for j.snow: ", "four unrelated wordx\x7Fs\r"},
            {"once more: ", "typed wrongly\x15" + std::string(kPassword) + "\r"}});
  EXPECT_EQ(exit_code_, 0) << shown;
  EXPECT_THAT(shown, Not(HasSubstr("unrelated")));
  EXPECT_THAT(shown, HasSubstr("j.snow   physician   may log in"));
  EXPECT_NE(Server(home()).login("j.snow", kPassword), "");
}

TEST_F(Terminal, TakesNoTwoThatDiffer) {
  const std::string shown = type({"user", "add", "j.snow", "--role", "physician"},
                                 {{"password for j.snow: ", "four unrelated words\r"},
                                  {"once more: ", "four unrelated wards\r"}});
  EXPECT_EQ(exit_code_, 64);
  EXPECT_THAT(shown, HasSubstr("differ"));
}

TEST_F(Terminal, SaysThatAPasswordIsTooShortBeforeItIsTypedAgain) {
  const std::string shown = type({"user", "add", "j.snow", "--role", "physician"},
                                 {{"password for j.snow: ", "short\r"}});
  EXPECT_EQ(exit_code_, 64);
  EXPECT_THAT(shown, AllOf(HasSubstr("12 characters"), Not(HasSubstr("once more"))));
}

TEST_F(Terminal, IsGivenUpWithControlC) {
  const std::string shown = type({"user", "add", "j.snow", "--role", "physician"},
                                 {{"password for j.snow: ", "four unrel\x03"}});
  EXPECT_EQ(exit_code_, 64);
  EXPECT_THAT(shown, HasSubstr("no password was given"));
  EXPECT_EQ(osler({"user", "list"}).document["users"].size(), 0U);
}

TEST_F(UserVerbs, NeedATerminalOrAnOption) {
  ChildProcess::Options options;
  options.program = "/usr/bin/setsid";  // away from the terminal that the tests may have
  options.arguments = {"--wait", (program_folder() / "osler").string(),
                       "user",   "add",
                       "j.snow", "--role",
                       "reader", "--json",
                       "--home", home().string()};
  expect_refusal(test::hear_osler(ChildProcess::start(options)), ErrorCode::InvalidArgument,
                 "no terminal", "user add");
}

}  // namespace
}  // namespace osler
