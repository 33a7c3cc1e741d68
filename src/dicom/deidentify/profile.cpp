#include "dicom/deidentify/profile.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::dicom::deidentify {
namespace {

struct Option {
  std::string_view key;
  std::string_view code;
  bool Profile::* on;
};
constexpr std::array kOptions{
    Option{"retain_patient_characteristics", "113108", &Profile::retain_patient_characteristics},
    Option{"retain_device_identity", "113109", &Profile::retain_device_identity},
    Option{"retain_uids", "113110", &Profile::retain_uids},
    Option{"retain_safe_private", "113111", &Profile::retain_safe_private},
    Option{"retain_institution_identity", "113112", &Profile::retain_institution_identity},
};
constexpr std::array<std::string_view, 3> kDates{"removed", "shifted", "kept"};

struct Meaning {
  std::string_view code;
  std::string_view text;
};
constexpr std::array kMeanings{
    Meaning{"113100", "Basic Application Confidentiality Profile"},
    Meaning{"113101", "Clean Pixel Data Option"},
    Meaning{"113102", "Clean Recognizable Visual Features Option"},
    Meaning{"113103", "Clean Graphics Option"},
    Meaning{"113104", "Clean Structured Content Option"},
    Meaning{"113105", "Clean Descriptors Option"},
    Meaning{"113106", "Retain Longitudinal Temporal Information Full Dates Option"},
    Meaning{"113107", "Retain Longitudinal Temporal Information Modified Dates Option"},
    Meaning{"113108", "Retain Patient Characteristics Option"},
    Meaning{"113109", "Retain Device Identity Option"},
    Meaning{"113110", "Retain UIDs Option"},
    Meaning{"113111", "Retain Safe Private Option"},
    Meaning{"113112", "Retain Institution Identity Option"},
};

Error unknown_key(const std::string& key) {
  std::vector<std::string> keys{"dates"};
  for (const Option& option : kOptions) {
    keys.emplace_back(option.key);
  }
  Error error(ErrorCode::InvalidArgument, "a de-identification profile has no \"" + key + "\"");
  const auto meant = nearest(key, keys);
  return std::move(error).hint(meant ? "write " + *meant : "known are " + join(keys, ", "));
}

}  // namespace

Profile Profile::basic() {
  return {};
}

Profile Profile::research() {
  return {.dates = Dates::Shifted,
          .retain_device_identity = true,
          .retain_patient_characteristics = true};
}

std::vector<std::string> Profile::method_codes() const {
  std::vector<std::string> codes{"113100"};
  if (dates != Dates::Removed) {
    codes.emplace_back(dates == Dates::Kept ? "113106" : "113107");
  }
  for (const Option& option : kOptions) {
    if (this->*option.on) {
      codes.emplace_back(option.code);
    }
  }
  return codes;
}

Json Profile::to_json() const {
  Json document{{"dates", kDates.at(static_cast<std::size_t>(dates))}};
  for (const Option& option : kOptions) {
    document[std::string(option.key)] = this->*option.on;
  }
  return document;
}

Result<Profile> Profile::from_json(const Json& document) {
  if (!document.is_object()) {
    return Error(ErrorCode::InvalidArgument, "a de-identification profile is not a JSON object");
  }
  Profile profile;
  for (const auto& [key, value] : document.items()) {
    if (key == "dates") {
      const std::string name = value.is_string() ? value.get<std::string>() : "";
      const auto* found = std::ranges::find(kDates, name);
      if (found == kDates.end()) {
        return Error(ErrorCode::InvalidArgument,
                     "\"dates\" of a de-identification profile is not a word it knows")
            .hint("write removed, shifted or kept");
      }
      profile.dates = static_cast<Dates>(found - kDates.begin());
      continue;
    }
    const auto* option = std::ranges::find(kOptions, key, &Option::key);
    if (option == kOptions.end()) {
      return unknown_key(key);
    }
    if (!value.is_boolean()) {
      return Error(ErrorCode::InvalidArgument, "\"" + key + "\" is neither true nor false");
    }
    profile.*option->on = value.get<bool>();
  }
  return profile;
}

std::string_view method_meaning(std::string_view code) {
  const auto* found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == kMeanings.end() ? std::string_view() : found->text;
}

}  // namespace osler::dicom::deidentify
