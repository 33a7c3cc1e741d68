#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/text.h"
#include "serve/auth/tokens.h"
#include "serve/auth/users.h"
#include "tests/support/calls.h"
#include "workflow/home.h"

namespace osler::test {

// osler serve, beside the running test, on a free port. Killed when it goes out of scope.
class ServingOsler {
 public:
  // Comes back when the process is there, not when it is ready.
  static std::optional<ServingOsler> start(const std::filesystem::path& home,
                                           std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"serve", "--port", "0", "--no-access-log", "--web", ""});
    words.insert(words.end(), {"--home", home.string()});
    ChildProcess::Options options;
    options.program = program_folder() / "osler";
    options.arguments = std::move(words);
    options.error_log = home.string() + ".log";
    auto child = ChildProcess::start(options);
    if (!child) {
      ADD_FAILURE() << child.error().message;
      return std::nullopt;
    }
    return ServingOsler(*std::move(child));
  }

  // Waits for its line and until every check of /readyz passes; seconds since the start.
  double wait_ready() {
    const std::string line = first_line();
    const std::size_t colon = line.rfind(':');
    EXPECT_TRUE(line.starts_with("osler ready http://")) << line;
    const auto port = parse_integer(line.substr(colon == std::string::npos ? 0 : colon + 1));
    port_ = static_cast<std::uint16_t>(port.value_or(0));
    Caller caller(port_, "");
    while (watch_.seconds() < 60.0) {
      const auto ready = caller.get("/readyz");
      if (ready && ready->status == 200) {
        return watch_.seconds();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "not ready after a minute: " << line;
    return watch_.seconds();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double seconds() const { return watch_.seconds(); }

  // kill -9.
  void kill() {
    child_.kill();
    constexpr int kKilled = 128 + 9;
    EXPECT_EQ(child_.wait(), kKilled) << "it had ended by itself";
  }
  // What is in flight ends first; the exit code.
  int stop() {
    ::kill(child_.pid(), SIGTERM);
    return child_.wait();
  }

 private:
  explicit ServingOsler(ChildProcess child) : child_(std::move(child)) {}

  std::string first_line() {
    std::string line;
    while (line.size() < 200) {
      const auto byte = child_.read_exactly(1, std::chrono::seconds(60));
      if (!byte || byte->front() == std::byte{'\n'}) {
        break;
      }
      line += static_cast<char>(byte->front());
    }
    return line;
  }

  Stopwatch watch_;
  ChildProcess child_;
  std::uint16_t port_ = 0;
};

// A user of that role, and a bearer token to act as them. Hashes are cheap: what they cost is the
// auth room's affair.
inline std::string token_of(workflow::Home& home, const std::string& name, serve::auth::Role role) {
  serve::auth::UserOptions options;
  options.passwords.cost = {.memory_kib = 64, .passes = 1};
  auto users = serve::auth::Users::open(home.database(), home.audit(), home.clock(), options);
  if (!users) {
    ADD_FAILURE() << users.error().message;
    return {};
  }
  const auto added = users->add(name, role, "correct-horse-battery", "test");
  EXPECT_TRUE(added) << added.error().message;
  serve::auth::Tokens tokens(*users);
  const auto made = tokens.make(name, 1, "test", "test");
  EXPECT_TRUE(made) << made.error().message;
  return made ? made->text : "";
}

}  // namespace osler::test
