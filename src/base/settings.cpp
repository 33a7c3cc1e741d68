#include "base/settings.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler {
namespace {

using Part = SettingsFault::Part;

const Json& empty_object() {
  static const Json object = Json::object();
  return object;
}

std::string last_name(const std::string& path) {
  const auto dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

std::string kind_of(const Json& value) {
  if (value.is_null()) {
    return "nothing";
  }
  if (value.is_object()) {
    return "a section of keys";
  }
  if (value.is_array()) {
    return "a list";
  }
  if (value.is_string()) {
    return '"' + value.get_ref<const std::string&>() + '"';
  }
  return dump_json(value);
}

// 3 or 0.25, without trailing zeros.
std::string number_text(double number) {
  auto text = fixed(number, 6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) {
    text.pop_back();
  }
  return text;
}

bool holds(const Settings::Range& range, double value) {
  using Ends = Settings::Range::Ends;
  const bool low_open = range.ends == Ends::LowestOutside || range.ends == Ends::BothOutside;
  const bool high_open = range.ends == Ends::HighestOutside || range.ends == Ends::BothOutside;
  return (low_open ? value > range.lowest : value >= range.lowest) &&
         (high_open ? value < range.highest : value <= range.highest);
}

std::string describe(const Settings::Range& range) {
  using Ends = Settings::Range::Ends;
  const bool low_open = range.ends == Ends::LowestOutside || range.ends == Ends::BothOutside;
  const bool high_open = range.ends == Ends::HighestOutside || range.ends == Ends::BothOutside;
  const auto low = (low_open ? "above " : "at least ") + number_text(range.lowest);
  const auto high = (high_open ? "below " : "at most ") + number_text(range.highest);
  if (std::isinf(range.highest)) {
    return std::isinf(range.lowest) ? "a number" : low;
  }
  return std::isinf(range.lowest) ? high : low + " and " + high;
}

}  // namespace

void SettingsFault::set(const std::string& path, Part part, std::string message, std::string hint) {
  if (error_) {
    return;
  }
  error_ = Error(ErrorCode::InvalidArgument, std::move(message))
               .at(locate_ ? locate_(path, part) : path)
               .hint(std::move(hint));
}

Result<void> SettingsFault::result() const {
  if (error_) {
    return *error_;
  }
  return {};
}

Settings::Settings(const Json& object, std::string path, Keys keys, SettingsFault& fault)
    : object_(&object), path_(std::move(path)), fault_(&fault) {
  if (!object.is_object()) {
    this->fault(path_,
                (path_.empty() ? "the document" : '"' + last_name(path_) + '"') + " is " +
                    kind_of(object) + ", not a section of keys",
                "write its keys below it, each on its own line");
    object_ = &empty_object();
    return;
  }
  const std::vector<std::string> names(keys.begin(), keys.end());
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(names, key) != names.end()) {
      continue;
    }
    const auto near = nearest(key, names);
    fault_->set(path_of(key), Part::Key,
                "there is no key \"" + key + '"' + (path_.empty() ? "" : " in " + path_),
                near ? "write " + *near : "the keys here are " + join(names, ", "));
  }
}

std::string Settings::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

const Json* Settings::find(std::string_view key) const {
  const auto found = object_->find(key);
  return found == object_->end() ? nullptr : &*found;
}

const Settings& Settings::require(std::string_view key) const {
  if (!has(key)) {
    fault(
        path_,
        "the key \"" + std::string(key) + "\" is missing" + (path_.empty() ? "" : " from " + path_),
        "add it");
  }
  return *this;
}

const Settings& Settings::fail(std::string_view key, std::string message, std::string hint) const {
  fault(path_of(key), std::move(message), std::move(hint));
  return *this;
}

void Settings::fault(const std::string& path, std::string message, std::string hint) const {
  fault_->set(path, Part::Value, std::move(message), std::move(hint));
}

std::optional<std::string> Settings::text(const std::string& path, const Json& member) const {
  if (member.is_string()) {
    return member.get<std::string>();
  }
  if (member.is_number_integer() || member.is_boolean()) {
    return dump_json(member);
  }
  fault(path, '"' + last_name(path) + "\" is " + kind_of(member) + ", and a text is wanted",
        member.is_number() ? "put it in quotes" : "write one value");
  return std::nullopt;
}

std::optional<double> Settings::number(const std::string& path, const Json& member,
                                       const Range& range) const {
  const auto name = '"' + last_name(path) + '"';
  if (!member.is_number()) {
    fault(path, name + " is " + kind_of(member) + ", and a number is wanted",
          "write a number, " + describe(range));
    return std::nullopt;
  }
  const auto value = member.get<double>();
  if (!holds(range, value)) {
    fault(path, name + " is " + dump_json(member) + ", out of range",
          "write a number, " + describe(range));
    return std::nullopt;
  }
  return value;
}

const Settings& Settings::read(std::string_view key, std::string& value) const {
  if (const auto* member = find(key)) {
    value = text(path_of(key), *member).value_or(value);
  }
  return *this;
}

const Settings& Settings::read(std::string_view key, bool& value) const {
  const auto* member = find(key);
  if (member != nullptr && !member->is_boolean()) {
    fault(path_of(key), '"' + std::string(key) + "\" is " + kind_of(*member),
          "write true or false");
  } else if (member != nullptr) {
    value = member->get<bool>();
  }
  return *this;
}

const Settings& Settings::read(std::string_view key, double& value, const Range& range) const {
  if (const auto* member = find(key)) {
    value = number(path_of(key), *member, range).value_or(value);
  }
  return *this;
}

const Settings& Settings::read(std::string_view key, std::optional<double>& value,
                               const Range& range) const {
  if (const auto* member = find(key)) {
    value = number(path_of(key), *member, range);
  }
  return *this;
}

const Settings& Settings::read(std::string_view key, std::int64_t& value,
                               const IntegerRange& range) const {
  const auto* member = find(key);
  if (member == nullptr) {
    return *this;
  }
  const auto whole = "write a whole number from " + std::to_string(range.lowest) +
                     (range.highest == std::numeric_limits<std::int64_t>::max()
                          ? ""
                          : " to " + std::to_string(range.highest));
  // A count above the largest signed number would wrap.
  const bool fits = member->is_number_integer() &&
                    (!member->is_number_unsigned() ||
                     member->get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  const auto found = fits ? member->get<std::int64_t>() : 0;
  if (!fits || found < range.lowest || found > range.highest) {
    fault(path_of(key),
          '"' + std::string(key) + "\" is " + kind_of(*member) +
              (member->is_number_integer() ? ", out of range" : ""),
          whole);
    return *this;
  }
  value = found;
  return *this;
}

const Settings& Settings::read(std::string_view key, std::vector<std::string>& value) const {
  const auto* member = find(key);
  if (member == nullptr) {
    return *this;
  }
  std::vector<std::string> texts;
  const auto path = path_of(key);
  if (!member->is_array()) {
    if (auto one = text(path, *member)) {
      texts.push_back(*std::move(one));
    }
  } else {
    for (std::size_t i = 0; i < member->size(); ++i) {
      if (auto one = text(path + '[' + std::to_string(i) + ']', (*member)[i])) {
        texts.push_back(*std::move(one));
      }
    }
  }
  value = std::move(texts);
  return *this;
}

const Settings& Settings::read(std::string_view key, std::vector<double>& value, const Range& range,
                               std::pair<std::size_t, std::size_t> least_and_most) const {
  const auto* member = find(key);
  if (member == nullptr) {
    return *this;
  }
  const auto [least, most] = least_and_most;
  const auto path = path_of(key);
  if (!member->is_array() || member->size() < least || member->size() > most) {
    fault(
        path,
        '"' + std::string(key) + "\" is " +
            (member->is_array() ? "a list of " + std::to_string(member->size()) : kind_of(*member)),
        "write a list of " +
            (least == most ? std::to_string(least)
                           : std::to_string(least) + " to " + std::to_string(most)) +
            " numbers");
    return *this;
  }
  std::vector<double> numbers;
  numbers.reserve(member->size());
  for (std::size_t i = 0; i < member->size(); ++i) {
    numbers.push_back(
        number(path + '[' + std::to_string(i) + ']', (*member)[i], range).value_or(0.0));
  }
  value = std::move(numbers);
  return *this;
}

std::optional<std::size_t> Settings::word_index(std::string_view key,
                                                const std::vector<std::string>& names) const {
  const auto* member = find(key);
  if (member == nullptr) {
    return std::nullopt;
  }
  const auto word = text(path_of(key), *member);
  if (!word) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(names, *word);
  if (found == names.end()) {
    const auto near = nearest(*word, names);
    fault(path_of(key),
          '"' + std::string(key) + "\" is \"" + *word + "\", which is none of its words",
          near ? "write " + *near : "write one of " + join(names, ", "));
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - names.begin());
}

Settings Settings::section(std::string_view key, Keys keys) const {
  const auto* member = find(key);
  return {member == nullptr ? empty_object() : *member, path_of(key), keys, *fault_};
}

}  // namespace osler
