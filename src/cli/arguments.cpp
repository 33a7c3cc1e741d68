#include "cli/arguments.h"

#include <algorithm>
#include <utility>

#include <getopt.h>

#include "base/text.h"
#include "cli/terminal.h"

namespace osler::cli {
namespace {

std::vector<Option> all_options(const Usage& usage) {
  std::vector<Option> options = usage.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

std::vector<std::string> names_of(std::span<const Option> options) {
  std::vector<std::string> names;
  for (const auto& option : options) {
    names.push_back("--" + option.name);
  }
  return names;
}

Error usage_error(const Usage& usage, std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message))
      .at("osler " + usage.verb + " " + usage.form)
      .hint("see osler " + usage.verb + " --help");
}

Error unknown_option(const Usage& usage, std::span<const Option> options, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  Error error(ErrorCode::InvalidArgument, "osler " + usage.verb + " has no option " + name);
  const auto near = nearest(name, names_of(options));
  return std::move(error)
      .at("osler " + usage.verb + " " + usage.form)
      .hint((near ? "write " + *near + ", or see" : std::string("see")) + " osler " + usage.verb +
            " --help");
}

// The word that getopt_long stopped at.
std::string last_word(const std::vector<char*>& argv) {
  return argv[static_cast<std::size_t>(::optind - 1)];
}

std::string option_lines(std::span<const Option> options) {
  std::string text;
  for (const auto& option : options) {
    const std::string form = option.value.empty() ? "" : " " + option.value;
    text += padded("  --" + option.name + form, 22, 2) + option.help + "\n";
  }
  return text;
}

}  // namespace

const std::vector<Option>& common_options() {
  static const std::vector<Option> kOptions{
      {"home", "DIR", "data home, default ~/.osler"},
      {"json", "", "one JSON document on stdout"},
      {"quiet", "", "no progress"},
      {"help", "", "this page"},
  };
  return kOptions;
}

Result<Arguments> Arguments::parse(const Usage& usage, std::span<const std::string> words) {
  const std::vector<Option> options = all_options(usage);
  std::vector<option> table;
  for (const auto& entry : options) {
    table.push_back(
        {entry.name.c_str(), entry.value.empty() ? no_argument : required_argument, nullptr, 0});
  }
  table.push_back({});
  std::vector<std::string> copies{"osler"};
  copies.insert(copies.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& copy : copies) {
    argv.push_back(copy.data());
  }
  argv.push_back(nullptr);

  Arguments result;
  const int argc = static_cast<int>(copies.size());
  ::opterr = 0;
  ::optind = 0;
  int index = 0;
  for (int found = ::getopt_long(argc, argv.data(), ":", table.data(), &index); found != -1;
       found = ::getopt_long(argc, argv.data(), ":", table.data(), &index)) {
    if (found == ':') {
      return usage_error(usage, "a value must follow " + std::string(last_word(argv)));
    }
    if (found != 0) {
      return unknown_option(usage, options, last_word(argv));
    }
    result.options_[options[static_cast<std::size_t>(index)].name].emplace_back(
        ::optarg == nullptr ? "" : ::optarg);
  }
  result.positional_.assign(argv.begin() + ::optind, argv.begin() + argc);
  if (result.has("help")) {
    return result;
  }
  if (result.positional_.size() < usage.least) {
    return usage_error(usage, "osler " + usage.verb + " needs " + usage.form);
  }
  if (result.positional_.size() > usage.most) {
    return usage_error(usage, "osler " + usage.verb + " does not know what to do with \"" +
                                  result.positional_[usage.most] + "\"");
  }
  return result;
}

bool Arguments::has(std::string_view name) const {
  return options_.contains(name);
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::vector<std::string>() : found->second;
}

Result<std::int64_t> Arguments::integer(std::string_view name, std::int64_t otherwise,
                                        std::int64_t least, std::int64_t most) const {
  const auto given = text(name);
  if (!given) {
    return otherwise;
  }
  const auto number = parse_integer(*given);
  if (!number || *number < least || *number > most) {
    return Error(ErrorCode::InvalidArgument,
                 "--" + std::string(name) + " takes a whole number from " + std::to_string(least) +
                     " to " + std::to_string(most) + ", not \"" + *given + "\"");
  }
  return *number;
}

Result<std::optional<double>> Arguments::number(std::string_view name) const {
  const auto given = text(name);
  if (!given) {
    return std::optional<double>();
  }
  const auto value = parse_number(*given);
  if (!value) {
    return Error(ErrorCode::InvalidArgument,
                 "--" + std::string(name) + " takes a number, not \"" + *given + "\"");
  }
  return std::optional(*value);
}

std::string help_page(const Usage& usage) {
  std::string page = "osler " + usage.verb + ": " + usage.summary + "\n\n  osler " + usage.verb +
                     (usage.form.empty() ? "" : " " + usage.form) + "\n\nExamples\n";
  for (const auto& example : usage.examples) {
    page += "  " + example + "\n";
  }
  page += "\n";
  if (!usage.remarks.empty()) {
    page += usage.remarks + "\n\n";
  }
  if (!usage.options.empty()) {
    page += "Options\n" + option_lines(usage.options);
  }
  page += "Everywhere\n" + option_lines(common_options());
  page += "\nExit codes   " + usage.exit_codes + "\n";
  page += "More         " + (usage.more.empty() ? "docs/guides/cli.md" : usage.more) + "\n";
  return page;
}

}  // namespace osler::cli
