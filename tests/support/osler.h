#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/process.h"

namespace osler::test {

struct Answer {
  int exit_code = 0;
  std::string text;  // standard output, whole
  Json document;     // parsed; null where it is no JSON
};

// Runs osler, beside the running test, as a user would; --json and --home are added.
inline Answer run_osler(const std::filesystem::path& home, std::vector<std::string> words) {
  words.insert(words.end(), {"--json", "--quiet", "--home", home.string()});
  ChildProcess::Options options;
  options.program = program_folder() / "osler";
  options.arguments = std::move(words);
  options.error_log = "/dev/null";
  auto child = ChildProcess::start(options);
  Answer answer;
  if (!child) {
    answer.exit_code = -1;
    return answer;
  }
  child->close_input();
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

}  // namespace osler::test
