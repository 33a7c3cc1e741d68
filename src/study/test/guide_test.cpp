// The guide and the examples are read by the code that they describe.

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "study/study.h"

namespace osler::study {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = OSLER_SOURCE_DIR;

std::vector<std::string> yaml_blocks(const std::string& text) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const auto& line : split(text, '\n')) {
    if (!inside && line == "```yaml") {
      inside = true;
      blocks.emplace_back();
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

std::string first_word(const std::string& line) {
  return line.substr(0, line.find(':'));
}

TEST(Guide, EachExampleBlockIsReadAsItStands) {
  const auto guide = read_text(kRoot / "docs/guides/study-file.md");
  ASSERT_TRUE(guide) << guide.error().message;
  const auto blocks = yaml_blocks(*guide);
  ASSERT_GE(blocks.size(), 10U);
  const auto whole = blocks.front();
  for (const auto& block : blocks) {
    // Sections that the block has replace those of the shortest study.
    std::string text = block;
    bool skipping = false;
    for (const auto& line : split(whole, '\n')) {
      if (!line.empty() && line.front() != ' ') {
        skipping = ("\n" + block).find("\n" + first_word(line) + ":") != std::string::npos;
      }
      text += skipping ? "" : line + '\n';
    }
    const auto study = parse(text, "guide.yaml", "/films");
    EXPECT_TRUE(study) << study.error().where << ": " << study.error().message << "\n" << text;
  }
}

void collect_keys(const Json& object, std::vector<std::string>& keys) {
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
    if (value.is_object()) {
      collect_keys(value, keys);
    }
  }
}

TEST(Guide, NamesEveryKey) {
  const auto guide = read_text(kRoot / "docs/guides/study-file.md");
  ASSERT_TRUE(guide);
  const auto study = load(kRoot / "examples/phantom.yaml", "/films");
  ASSERT_TRUE(study) << study.error().message;
  std::vector<std::string> keys;
  collect_keys(to_json(*study), keys);
  for (const auto& key : keys) {
    EXPECT_NE(guide->find(key), std::string::npos) << key;
  }
}

TEST(Examples, AreAllStudies) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "examples")) {
    const auto study = load(entry.path(), "/films");
    EXPECT_TRUE(study) << study.error().where << ": " << study.error().message;
    ++count;
  }
  EXPECT_GE(count, 4U);
}

}  // namespace
}  // namespace osler::study
