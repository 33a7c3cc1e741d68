#include "base/process.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

Result<ChildProcess> shell(const std::string& script) {
  ChildProcess::Options options;
  options.program = "/bin/sh";
  options.arguments = {"-c", script};
  options.environment = {"WORD=two"};
  return ChildProcess::start(options);
}

TEST(ChildProcess, AnswersOnItsPipes) {
  auto child = shell("cat");
  ASSERT_TRUE(child);
  ASSERT_TRUE(child->write(as_bytes("ping")));
  EXPECT_EQ(as_text(*child->read_exactly(4, 5s)), "ping");
  child->close_input();
  EXPECT_EQ(child->wait(), 0);
}

TEST(ChildProcess, GivesItsLinesAndItsExitCode) {
  auto child = shell("echo one; printf $WORD; exit 7");
  ASSERT_TRUE(child);
  std::vector<std::string> lines;
  child->read_lines([&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_THAT(lines, ElementsAre("one", "two"));
  EXPECT_EQ(child->wait(), 7);
}

TEST(ChildProcess, ThatIsKilledFailsItsReaderOnly) {
  auto child = shell("exec cat");
  ASSERT_TRUE(child);
  child->kill();
  const auto answer = child->read_exactly(1, 5s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(child->wait(), 128 + 9);
  EXPECT_FALSE(child->write(as_bytes("x")));
}

TEST(ChildProcess, ThatIsSilentIsNotWaitedForForEver) {
  auto child = shell("exec cat");
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->read_exactly(1, 1ms));
}

TEST(ChildProcess, ThatDoesNotExistIsNotFound) {
  ChildProcess::Options options;
  options.program = "/no/such/program";
  EXPECT_EQ(ChildProcess::start(options).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace osler
