#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/process.h"

namespace osler::test {

struct Answer {
  int exit_code = 0;
  std::string text;  // standard output, whole
  Json document;     // parsed; null where it is no JSON
};

// Starts osler, beside the running test, as a user would; --json and --home are added.
inline Result<ChildProcess> start_osler(const std::filesystem::path& home,
                                        std::vector<std::string> words) {
  words.insert(words.end(), {"--json", "--quiet", "--home", home.string()});
  ChildProcess::Options options;
  options.program = program_folder() / "osler";
  options.arguments = std::move(words);
  options.error_log = "/dev/null";
  auto child = ChildProcess::start(options);
  if (child) {
    child->close_input();
  }
  return child;
}

// What it said, and how it ended.
inline Answer hear_osler(Result<ChildProcess> child) {
  Answer answer;
  if (!child) {
    answer.exit_code = -1;
    return answer;
  }
  std::size_t lines = 0;
  child->read_lines([&](std::string_view line) {
    answer.text += std::string(line) + "\n";
    ++lines;
  });
  answer.exit_code = child->wait();
  // One document on standard output, and nothing else.
  EXPECT_LE(lines, 1U) << answer.text.substr(0, 500);
  const auto parsed = parse_json(answer.text, "standard output");
  answer.document = parsed ? *parsed : Json();
  return answer;
}

inline Answer run_osler(const std::filesystem::path& home, std::vector<std::string> words) {
  return hear_osler(start_osler(home, std::move(words)));
}

// An error's document, whole: what is wrong, where, and what to do.
inline void expect_refusal(const Answer& answer, ErrorCode code, const std::string& message,
                           const std::string& where) {
  ASSERT_TRUE(answer.document.is_object() && answer.document.contains("error")) << answer.text;
  const auto& error = answer.document["error"];
  EXPECT_EQ(answer.document.size(), 1U) << answer.text;
  EXPECT_EQ(error["code"], std::string(to_string(code))) << answer.text;
  EXPECT_EQ(answer.exit_code, exit_code(code)) << answer.text;
  EXPECT_THAT(error["message"].get<std::string>(), ::testing::HasSubstr(message));
  EXPECT_THAT(error["where"].get<std::string>(), ::testing::HasSubstr(where));
  EXPECT_FALSE(error["where"].get<std::string>().empty()) << answer.text;
  EXPECT_FALSE(error["hint"].get<std::string>().empty()) << answer.text;
}

}  // namespace osler::test
