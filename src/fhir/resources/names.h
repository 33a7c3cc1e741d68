#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace osler::fhir::resources {

// How one name is written: with letters, with ideographs, or as it sounds.
enum class Writing : std::uint8_t { Alphabetic, Ideographic, Phonetic };

struct Name {
  Writing writing = Writing::Alphabetic;
  std::string family = {};
  std::vector<std::string> given = {};  // given, then middle
  std::string prefix = {};
  std::string suffix = {};

  // "DOE, Jane Ann", as received.
  [[nodiscard]] std::string text() const;
};

// DICOM's PN (PS3.5 section 6.2.1): up to three component groups parted by "=", each of up to five
// components parted by "^". Groups without a letter are left out; a backslash ends the first value.
[[nodiscard]] std::vector<Name> names_of(std::string_view person_name);

}  // namespace osler::fhir::resources
