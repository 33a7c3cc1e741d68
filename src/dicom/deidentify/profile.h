#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace osler::dicom::deidentify {

// What happens to dates and times.
enum class Dates : std::uint8_t {
  Removed,  // gone, emptied, or a dummy where the object must have one
  Shifted,  // moved by one number of days a patient: every interval is kept
  Kept
};

// How an object is de-identified: the Basic Application Level Confidentiality Profile, and which of
// its retain options are added. The clean options are not offered yet: what only they would keep is
// removed.
//
// DICOM PS3.15 Annex E.
struct Profile {
  Dates dates = Dates::Removed;
  bool retain_uids = false;
  bool retain_device_identity = false;
  bool retain_institution_identity = false;
  bool retain_patient_characteristics = false;  // age, sex, size, weight, smoking, ...
  bool retain_safe_private = false;             // private elements known to identify nobody

  // The profile without any option.
  [[nodiscard]] static Profile basic();
  // For data sets that models are made from: shifted dates, patient characteristics, device
  // identity.
  [[nodiscard]] static Profile research();

  // What an object is stamped with: DCM codes (PS3.16 CID 7050), ascending, "113100" first.
  [[nodiscard]] std::vector<std::string> method_codes() const;

  // {"dates": "removed" | "shifted" | "kept", "retain_uids": false, ...}, every key present.
  [[nodiscard]] Json to_json() const;
  // Absent keys are as in basic(). InvalidArgument: not an object, an unknown key (the hint names
  // the nearest), or a value of another type.
  [[nodiscard]] static Result<Profile> from_json(const Json& document);

  bool operator==(const Profile&) const = default;
};

// "113100" is "Basic Application Confidentiality Profile"; empty: no code of CID 7050.
[[nodiscard]] std::string_view method_meaning(std::string_view code);

}  // namespace osler::dicom::deidentify
