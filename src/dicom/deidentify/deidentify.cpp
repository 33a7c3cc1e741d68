#include "dicom/deidentify/deidentify.h"

#include <algorithm>
#include <utility>

#include "dicom/deidentify/internal/header.h"
#include "dicom/deidentify/internal/part10.h"
#include "dicom/deidentify/internal/scrubber.h"
#include "dicom/deidentify/internal/values.h"

namespace osler::dicom::deidentify {
namespace {

using io::Tag;
using io::vr;

constexpr Tag kSopClass{0x0008, 0x0016};
constexpr Tag kSopInstance{0x0008, 0x0018};
constexpr Tag kStudyDate{0x0008, 0x0020};
constexpr Tag kPatientName{0x0010, 0x0010};
constexpr Tag kPatientId{0x0010, 0x0020};
constexpr Tag kIssuer{0x0010, 0x0021};
constexpr Tag kBirthDate{0x0010, 0x0030};
constexpr Tag kPatientAge{0x0010, 0x1010};
constexpr Tag kIdentityRemoved{0x0012, 0x0062};
constexpr Tag kMethod{0x0012, 0x0063};
constexpr Tag kMethodCodes{0x0012, 0x0064};
constexpr Tag kStudyInstance{0x0020, 0x000D};
constexpr Tag kTemporal{0x0028, 0x0303};
constexpr Tag kDocument{0x0042, 0x0011};

Result<void> check_kind(const Header& header) {
  const std::string_view sop_class = header.text(kSopClass);
  if (sop_class == "1.2.840.10008.1.3.10" ||
      header.scanned().media_class_uid == "1.2.840.10008.1.3.10") {
    return Error(ErrorCode::NotSupported, "a DICOMDIR lists patients and files; it has no copy")
        .hint("de-identify the files that it lists, and make a new one");
  }
  if (sop_class.starts_with("1.2.840.10008.5.1.4.1.1.104.") || header.find(kDocument) != nullptr) {
    return Error(ErrorCode::NotSupported,
                 "an encapsulated document is withheld: its content is not cleaned")
        .hint("leave it out of data sets; the original stays for care");
  }
  return {};
}

std::string_view sop_instance(const Header& header) {
  const std::string_view uid = header.text(kSopInstance);
  return uid.empty() ? std::string_view(header.scanned().media_instance_uid) : uid;
}

struct Identity {
  std::string pseudonym;
  bool is_own = false;  // the object is a copy that was made with this key
};

// Who the patient is: by identifier and issuer; where there is none, by name and birth date; else
// one person a study.
Identity identify(const Header& header, const Pseudonyms& pseudonyms) {
  const std::string_view id = header.text(kPatientId);
  if (!id.empty()) {
    const bool own = pseudonyms.drew_patient(id) && header.find(kIdentityRemoved) != nullptr;
    return {.pseudonym = pseudonyms.patient(id, header.text(kIssuer)), .is_own = own};
  }
  const std::string_view name = header.text(kPatientName);
  if (!name.empty()) {
    const std::string who = std::string(name).append("\n").append(header.text(kBirthDate));
    return {.pseudonym = pseudonyms.patient(who, "name and birth date")};
  }
  // No patient at all: a copy shows by its own UID.
  const bool own =
      pseudonyms.drew_uid(sop_instance(header)) && header.find(kIdentityRemoved) != nullptr;
  const std::string_view study = header.text(kStudyInstance);
  return {.pseudonym = pseudonyms.patient(study.empty() ? sop_instance(header) : study,
                                          "study without a patient"),
          .is_own = own};
}

// What earlier de-identification says it has cleaned stays true; what it kept is ours to say.
std::vector<std::string> all_codes(const Header& header, const Profile& profile) {
  auto codes = profile.method_codes();
  for (const auto& earlier : header.dcm_codes(kMethodCodes)) {
    if (earlier >= "113100" && earlier <= "113105") {
      codes.push_back(earlier);
    }
  }
  std::ranges::sort(codes);
  const auto rest = std::ranges::unique(codes);
  codes.erase(rest.begin(), rest.end());
  return codes;
}

std::string method_text(const std::vector<std::string>& codes) {
  std::string text = "osler, DICOM PS3.15 Annex E";
  for (const std::string& code : codes) {
    text.append("\\").append(method_meaning(code));
  }
  return text;
}

std::string temporal_stamp(Dates dates, std::string_view before) {
  const bool was_changed = before == "MODIFIED" || before == "REMOVED";
  switch (dates) {
    case Dates::Removed:
      return "REMOVED";
    case Dates::Shifted:
      return before == "REMOVED" ? "REMOVED" : "MODIFIED";
    case Dates::Kept:
      break;
  }
  return was_changed ? std::string(before) : "UNMODIFIED";
}

// The elements that say what was done, and the patient's.
std::vector<Stamp> make_stamps(const Header& header, const Profile& profile,
                               const Deidentified& out) {
  std::vector<Stamp> stamps;
  // Objects that are not about a patient (colour palettes, hanging protocols) get none.
  const bool has_patient = header.find(kStudyInstance) != nullptr;
  if (has_patient || header.find(kPatientName) != nullptr) {
    stamps.push_back({.tag = kPatientName, .code = vr("PN"), .value = out.patient});
  }
  if (has_patient || header.find(kPatientId) != nullptr) {
    stamps.push_back({.tag = kPatientId, .code = vr("LO"), .value = out.patient});
  }
  if (has_patient && profile.retain_patient_characteristics && header.text(kPatientAge).empty()) {
    // The birth date goes; the age that it gave is a patient characteristic.
    if (auto age = age_between(header.text(kBirthDate), header.text(kStudyDate))) {
      stamps.push_back({.tag = kPatientAge, .code = vr("AS"), .value = *std::move(age)});
    }
  }
  // "Removed from the Attributes and the Pixel Data" (PS3.3 C.7.1.1), so not where text may be
  // left.
  stamps.push_back({.tag = kIdentityRemoved,
                    .code = vr("CS"),
                    .value = out.may_carry_burned_in_text ? "NO" : "YES"});
  stamps.push_back({.tag = kMethod, .code = vr("LO"), .value = method_text(out.method_codes)});
  stamps.push_back({.tag = kMethodCodes, .code = vr("SQ"), .method_codes = out.method_codes});
  stamps.push_back({.tag = kTemporal,
                    .code = vr("CS"),
                    .value = temporal_stamp(profile.dates, header.text(kTemporal))});
  return stamps;
}

}  // namespace

Result<Deidentified> deidentify(BytesView original, const Profile& profile,
                                const Pseudonyms& pseudonyms) {
  OSLER_TRY(const io::Scanned scanned, io::scan_object(original, {}, io::Keep::Table));
  const BytesView data = scanned.scan.deflated ? BytesView(scanned.inflated)
                                               : original.subspan(scanned.scan.data_set_offset);
  const Header header(scanned, data);
  OSLER_TRY_DO(check_kind(header));
  OSLER_TRY(const Target target, choose_target(scanned.scan));

  Deidentified out;
  const Identity identity = identify(header, pseudonyms);
  out.patient = identity.pseudonym;
  const std::string_view instance = sop_instance(header);
  out.sop_instance_uid = profile.retain_uids ? std::string(instance) : pseudonyms.uid(instance);
  out.burned_in_reason = burned_in_reason(header);
  out.may_carry_burned_in_text = !out.burned_in_reason.empty();
  out.method_codes = all_codes(header, profile);

  const std::string_view sop_class = header.text(kSopClass);
  // A copy's dates have been moved already.
  const bool already = identity.is_own && header.text(kTemporal) != "UNMODIFIED";
  const Plan plan{.profile = profile,
                  .pseudonyms = pseudonyms,
                  .issuer = std::string(header.text(kIssuer)),
                  .shift_days = already ? 0 : pseudonyms.date_shift_days(out.patient),
                  .is_report = sop_class.starts_with("1.2.840.10008.5.1.4.1.1.88."),
                  .encoding = target.encoding,
                  .stamps = make_stamps(header, profile, out)};

  const Media media{
      .class_uid = std::string(sop_class.empty() ? scanned.media_class_uid : sop_class),
      .instance_uid = out.sop_instance_uid};
  Writer file(original.size() + 4096);
  write_meta(file, media, target.syntax_uid);
  if (!target.deflated) {
    Scrubber(header, plan, file, out.counts).run();
  } else {
    Writer data_set(data.size() + 4096);
    Scrubber(header, plan, data_set, out.counts).run();
    OSLER_TRY(const Bytes deflated, deflate(data_set.bytes()));
    file.raw(deflated);
  }
  out.bytes = std::move(file).take();
  return out;
}

}  // namespace osler::dicom::deidentify
