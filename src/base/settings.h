#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace osler {

// What is wrong with a document of settings: the first fault only, a person mends one at a time.
class SettingsFault {
 public:
  enum class Part : std::uint8_t { Key, Value };
  // Names the place of a key's path, such as "optimiser.batch"; without it, the path is the place.
  using Locate = std::function<std::string(const std::string& path, Part part)>;

  SettingsFault() = default;
  explicit SettingsFault(Locate locate) : locate_(std::move(locate)) {}

  void set(const std::string& path, Part part, std::string message, std::string hint);
  [[nodiscard]] bool found() const { return error_.has_value(); }
  [[nodiscard]] Result<void> result() const;

 private:
  Locate locate_;
  std::optional<Error> error_;
};

// Reads a JSON object of settings strictly: an unknown key, another type and a number out of range
// are faults (InvalidArgument, with the nearest right word as the hint). An absent key leaves the
// value as it is, so defaults stand in the struct that is read.
//
//   SettingsFault fault;
//   Settings(document, "", {"batch", "rate"}, fault).read("batch", spec.batch, {1, 4096});
//   OSLER_TRY_DO(fault.result());
//
// Borrows the document and the fault.
class Settings {
 public:
  struct Range {
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
    enum class Ends : std::uint8_t { Inside, LowestOutside, HighestOutside, BothOutside };
    Ends ends = Ends::Inside;
  };
  struct IntegerRange {
    std::int64_t lowest = 0;
    std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  };
  template <typename T>
  using Word = std::pair<std::string_view, T>;

  // path: of the object itself, "" for the whole document.
  using Keys = std::span<const std::string_view>;
  Settings(const Json& object, std::string path, Keys keys, SettingsFault& fault);
  Settings(const Json& object, std::string path, std::initializer_list<std::string_view> keys,
           SettingsFault& fault)
      : Settings(object, std::move(path), Keys(keys.begin(), keys.size()), fault) {}

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  // "training.optimiser.batch".
  [[nodiscard]] std::string path_of(std::string_view key) const;
  // The member as it is, or nothing.
  [[nodiscard]] const Json* find(std::string_view key) const;

  const Settings& require(std::string_view key) const;
  const Settings& fail(std::string_view key, std::string message, std::string hint = {}) const;

  // Text may be a whole number or a truth value in the document: it is taken as it is written.
  const Settings& read(std::string_view key, std::string& value) const;
  const Settings& read(std::string_view key, bool& value) const;
  const Settings& read(std::string_view key, double& value, const Range& range) const;
  const Settings& read(std::string_view key, std::optional<double>& value,
                       const Range& range) const;
  const Settings& read(std::string_view key, std::int64_t& value, const IntegerRange& range) const;
  // A list, or one text.
  const Settings& read(std::string_view key, std::vector<std::string>& value) const;
  // A list of numbers; faults where it has fewer than `least` or more than `most`.
  const Settings& read(std::string_view key, std::vector<double>& value, const Range& range,
                       std::pair<std::size_t, std::size_t> least_and_most) const;

  // One of the words.
  template <typename T>
  const Settings& read_word(std::string_view key, T& value, std::span<const Word<T>> words) const {
    std::vector<std::string> names;
    for (const auto& [name, meaning] : words) {
      names.emplace_back(name);
    }
    if (const auto index = word_index(key, names)) {
      value = words[*index].second;
    }
    return *this;
  }

  // The object under `key`, empty where absent.
  [[nodiscard]] Settings section(std::string_view key, Keys keys) const;
  [[nodiscard]] Settings section(std::string_view key,
                                 std::initializer_list<std::string_view> keys) const {
    return section(key, Keys(keys.begin(), keys.size()));
  }

 private:
  [[nodiscard]] std::optional<std::size_t> word_index(std::string_view key,
                                                      const std::vector<std::string>& names) const;
  [[nodiscard]] std::optional<double> number(const std::string& path, const Json& member,
                                             const Range& range) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& path, const Json& member) const;
  void fault(const std::string& path, std::string message, std::string hint = {}) const;

  const Json* object_;
  std::string path_;
  SettingsFault* fault_;
};

}  // namespace osler
