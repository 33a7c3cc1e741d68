#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace osler::cli {

struct Option {
  std::string name;   // "seed" is given as --seed
  std::string value;  // what follows it, for the help page ("N"); empty: a flag
  std::string help;
};

// What a verb takes, and its help page.
struct Usage {
  std::string verb;     // "predict", "dataset import"
  std::string summary;  // "score films with a registered model"
  std::string form;     // "MODEL PATH… [options]"
  std::vector<std::string> examples;
  std::string remarks = {};  // a paragraph on the positional arguments
  std::vector<Option> options = {};
  std::size_t least = 0;  // how many positional arguments
  std::size_t most = 0;
  std::string exit_codes =
      "0 done   64 usage   65 data   66 not found   69 not supported   75 try again";
  std::string more = {};  // where to read on
};

// The command line of one verb, taken apart (getopt_long: options may stand anywhere, -- ends
// them).
class Arguments {
 public:
  // InvalidArgument: an unknown option (the nearest one is named), a missing value, or too few or
  // too many positional arguments.
  [[nodiscard]] static Result<Arguments> parse(const Usage& usage,
                                               std::span<const std::string> words);

  [[nodiscard]] const std::vector<std::string>& positional() const { return positional_; }
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  // Every value given, in order: for options that may stand several times.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  // The last value given, or the default. InvalidArgument: not a whole number, or out of range.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t otherwise,
                                             std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<std::optional<double>> number(std::string_view name) const;

 private:
  std::vector<std::string> positional_;
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
};

// The options that every verb takes.
[[nodiscard]] const std::vector<Option>& common_options();

// The page that --help shows.
[[nodiscard]] std::string help_page(const Usage& usage);

}  // namespace osler::cli
