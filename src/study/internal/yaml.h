#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"
#include "base/settings.h"

namespace osler::study {

// A YAML document as JSON, with the place of each key and value by its path ("gates.ece_upper",
// "split.fractions[1]"; "" is the whole document).
struct YamlDocument {
  struct Place {
    int line = 0;  // from 1
    int column = 0;
  };
  Json value;
  std::map<std::string, Place> keys;
  std::map<std::string, Place> values;
  std::string file;

  // "study.yaml line 9, column 10": of the path, or of what holds it.
  [[nodiscard]] std::string place(const std::string& path, SettingsFault::Part part) const;
};

inline constexpr std::size_t kMostBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMostDepth = 16;

// A plain scalar is null, a truth value or a number by the core schema of YAML 1.2, else text; one
// in quotes is text. Numbers with a leading zero are text: they are codes.
// InvalidArgument, as study::parse() says.
[[nodiscard]] Result<YamlDocument> read_yaml(std::string_view text, std::string file);

}  // namespace osler::study
