#include "dicom/deidentify/internal/rules.h"

#include <algorithm>
#include <array>

namespace osler::dicom::deidentify {
namespace {

using io::Tag;
using io::vr;
using io::Vr;

constexpr std::uint32_t number(Tag tag) {
  return (std::uint32_t{tag.group} << 16U) | tag.element;
}

struct Known {
  std::uint32_t tag;
  Vr code;
};
constexpr Known kDictionary[] = {
#include "dicom/deidentify/internal/dictionary.inc"
};
static_assert(std::ranges::is_sorted(kDictionary, {}, &Known::tag));

struct Rule {
  std::uint32_t tag;
  Action outermost;
  Action nested;
  std::uint8_t kept_by;
};
// The letters of the table.
constexpr Action kX = Action::Remove;
constexpr Action kZ = Action::Empty;
constexpr Action kD = Action::Dummy;
constexpr Action kU = Action::MapUid;
constexpr Action kR = Action::Keep;
constexpr std::uint8_t kDates = 1;
constexpr std::uint8_t kUids = 2;
constexpr std::uint8_t kDevice = 4;
constexpr std::uint8_t kPatient = 8;
constexpr std::uint8_t kInstitution = 16;
constexpr Rule kRules[] = {
#include "dicom/deidentify/internal/confidentiality.inc"
};
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::tag));

// UIDs that the table does not name and that name kinds of things, never a thing.
constexpr std::array<std::uint32_t, 17> kUidsOfKinds{
    0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x00080117,
    0x00080118, 0x0008040E, 0x00081150, 0x0008115A, 0x00083002, 0x00089123,
    0x00340003, 0x04000010, 0x04000510, 0x30100052, 0x30100053};
// Addresses that belong to a code's scheme, not to a person or a place.
constexpr std::array<std::uint32_t, 2> kUrlsOfCodes{0x0008010E, 0x00080120};

// Referenced Performed Procedure Step Sequence: Type 3 in images, 2 in reports.
constexpr std::uint32_t kPerformedStep = 0x00081111;

// A row of the table for dates and times.
Decision decide_date(Vr code, Dates dates, Action basic) {
  if (dates == Dates::Kept) {
    return {.action = Action::Keep};
  }
  if (code == vr("DA") || code == vr("DT")) {
    return {.action = Action::Shift, .otherwise = basic};
  }
  // Whole days are shifted: the time of day and the zone stay.
  const bool is_time = code == vr("TM") || code == vr("SH");
  return is_time ? Decision{.action = Action::KeepTime, .otherwise = basic}
                 : Decision{.action = basic};
}

bool keeps(const Rule& rule, const Profile& profile) {
  return ((rule.kept_by & kUids) != 0 && profile.retain_uids) ||
         ((rule.kept_by & kDevice) != 0 && profile.retain_device_identity) ||
         ((rule.kept_by & kPatient) != 0 && profile.retain_patient_characteristics) ||
         ((rule.kept_by & kInstitution) != 0 && profile.retain_institution_identity);
}

// What no row of the table names: its representation says what it could hold.
Decision decide_unlisted(std::uint32_t tag, Vr code, const Profile& profile) {
  if (code == 0) {
    return {.action = Action::Unknown};
  }
  if (code == vr("UI")) {
    const bool of_kind = std::ranges::find(kUidsOfKinds, tag) != kUidsOfKinds.end();
    return {.action = of_kind || profile.retain_uids ? Action::Keep : Action::MapUid};
  }
  if (code == vr("PN")) {
    return {.action = Action::Dummy};
  }
  if (code == vr("UR")) {
    const bool of_code = std::ranges::find(kUrlsOfCodes, tag) != kUrlsOfCodes.end();
    return {.action = of_code ? Action::Keep : Action::Dummy};
  }
  if (code == vr("DA") || code == vr("DT")) {
    return profile.dates == Dates::Removed ? Decision{.action = Action::Dummy}
                                           : decide_date(code, profile.dates, Action::Dummy);
  }
  return {.action = Action::Keep};
}

// Creator, group, element without its block. Of Table E.3.10-1 those that matter for research.
struct Safe {
  std::string_view creator;
  std::uint16_t group;
  std::uint8_t element;
};
constexpr std::array kSafe{
    Safe{"Philips PET Private Group", 0x7053, 0x00},  // SUV factor
    Safe{"Philips PET Private Group", 0x7053, 0x09},  // activity concentration factor
    Safe{"Philips Imaging DD 001", 0x2001, 0x03},     // diffusion b-factor
    Safe{"Philips Imaging DD 001", 0x2001, 0x04},     // diffusion direction
    Safe{"SIEMENS MR HEADER", 0x0019, 0x0C},          // b-value
    Safe{"SIEMENS MR HEADER", 0x0019, 0x0D},          // diffusion directionality
    Safe{"SIEMENS MR HEADER", 0x0019, 0x0E},          // diffusion gradient direction
    Safe{"SIEMENS MR HEADER", 0x0019, 0x27},          // b-matrix
    Safe{"GEMS_PARM_01", 0x0043, 0x27},               // scan pitch ratio
    Safe{"GEMS_PARM_01", 0x0043, 0x39},               // b-value in the first of four
    Safe{"GEMS_PARM_01", 0x0043, 0x6F},               // scanner table entry
    Safe{"GEMS_ACQU_01", 0x0019, 0x23},               // table speed
    Safe{"GEMS_ACQU_01", 0x0019, 0x24},               // mid scan time
    Safe{"GEMS_ACQU_01", 0x0019, 0x27},               // rotation speed
    Safe{"GEMS_ACQU_01", 0x0019, 0x9E},               // pulse sequence name
    Safe{"GEMS_SERS_01", 0x0025, 0x07},               // images in series
    Safe{"GEMS_HELIOS_01", 0x0045, 0x01},             // macro rows of the detector
    Safe{"GEMS_HELIOS_01", 0x0045, 0x02},             // macro width at isocentre
    Safe{"ELSCINT1", 0x00E1, 0x21},                   // dose length product
    Safe{"ELSCINT1", 0x01E1, 0x26},                   // phantom type
    Safe{"ELSCINT1", 0x01E1, 0x50},                   // acquisition duration
    Safe{"ELSCINT1", 0x01F1, 0x01},                   // acquisition type
    Safe{"ELSCINT1", 0x01F1, 0x07},                   // table velocity
    Safe{"ELSCINT1", 0x01F1, 0x26},                   // pitch
    Safe{"ELSCINT1", 0x01F1, 0x27},                   // rotation time
};

}  // namespace

Vr standard_vr(Tag tag) {
  const auto* found = std::ranges::lower_bound(kDictionary, number(tag), {}, &Known::tag);
  return found != std::end(kDictionary) && found->tag == number(tag) ? found->code : Vr{0};
}

Decision decide(Tag tag, const Profile& profile, Where where) {
  // (50xx,xxxx) and (60xx,3000), (60xx,4000). An overlay without its data is no overlay: all goes.
  if ((tag.group & 0xFF00U) == 0x5000 || (tag.group & 0xFF00U) == 0x6000) {
    return {.action = Action::Remove};
  }
  const Vr code = standard_vr(tag);
  const auto* rule = std::ranges::lower_bound(kRules, number(tag), {}, &Rule::tag);
  if (rule == std::end(kRules) || rule->tag != number(tag)) {
    return decide_unlisted(number(tag), code, profile);
  }
  Action basic = where.outermost ? rule->outermost : rule->nested;
  if (where.outermost && where.in_report && rule->tag == kPerformedStep) {
    basic = Action::Empty;
  }
  if ((rule->kept_by & kDates) != 0 && profile.dates != Dates::Removed) {
    return decide_date(code, profile.dates, basic);
  }
  if (keeps(*rule, profile)) {
    return {.action = Action::Keep};
  }
  return {.action = basic == Action::Dummy && code == vr("UI") ? Action::MapUid : basic};
}

bool is_safe_private(std::string_view creator, Tag tag) {
  return std::ranges::any_of(kSafe, [&](const Safe& safe) {
    return safe.group == tag.group && safe.element == (tag.element & 0xFFU) &&
           safe.creator == creator;
  });
}

}  // namespace osler::dicom::deidentify
