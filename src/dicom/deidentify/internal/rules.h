#pragma once

#include <cstdint>
#include <string_view>

#include "dicom/deidentify/profile.h"
#include "dicom/io/internal/element.h"

namespace osler::dicom::deidentify {

enum class Action : std::uint8_t {
  Keep,      // a sequence: its items are treated one by one
  Remove,    // X
  Empty,     // Z
  Dummy,     // D: a value that the representation allows and that says nothing
  MapUid,    // U
  Shift,     // C of a date
  KeepTime,  // C of a time or a zone: kept where it is one
  Unknown,   // a standard tag in no dictionary: removed
};

struct Decision {
  Action action = Action::Keep;
  Action otherwise = Action::Remove;  // where a date or a time cannot be read
};

// The representation that PS3.6 gives an attribute of an even group; 0: not in the dictionary.
[[nodiscard]] io::Vr standard_vr(io::Tag tag);

// Where an attribute stands.
struct Where {
  bool outermost = true;   // not in a sequence's item
  bool in_report = false;  // in an object of the SR or Key Object classes
};

// What `profile` does to a standard attribute there.
[[nodiscard]] Decision decide(io::Tag tag, const Profile& profile, Where where);

// Is the private element (group,xxee) of that creator known to identify nobody? A part of PS3.15
// Table E.3.10-1.
[[nodiscard]] bool is_safe_private(std::string_view creator, io::Tag tag);

}  // namespace osler::dicom::deidentify
