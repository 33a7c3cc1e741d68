#include <array>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

constexpr std::string_view kSynthetic = "SYNTHETIC: computed by osler phantom, shows no person";

Elements code(std::string_view value, std::string_view scheme, std::string_view meaning) {
  Elements item;
  item.text(0x00080100, "SH", std::string(value));
  item.text(0x00080102, "SH", std::string(scheme));
  item.text(0x00080104, "LO", std::string(meaning));
  return item;
}

// Who asked, and how urgently. Drawn from the study's number and view alone, so that it says
// nothing of what the film shows.
struct Request {
  std::string_view place;
  std::string_view question;
  std::string_view priority;
};

Request ask(const Study& study) {
  constexpr std::array<Request, 6> kPortable{{
      {"Ward 7B", "fever and cough for 4 days", "HIGH"},
      {"Resuscitation", "short of breath, low saturation", "STAT"},
      {"Ward 4A", "worse than yesterday; change?", "HIGH"},
      {"Intensive care", "line placed; position?", "STAT"},
      {"Ward 7B", "day 3 of treatment; better?", "ROUTINE"},
      {"Emergency", "fall, pain on the left side", "HIGH"},
  }};
  constexpr std::array<Request, 6> kUpright{{
      {"Clinic 3", "before an operation", "ROUTINE"},
      {"Emergency", "cough and fever", "HIGH"},
      {"Clinic 1", "cough for 6 weeks", "ROUTINE"},
      {"Clinic 1", "control after pneumonia", "ROUTINE"},
      {"Clinic 2", "before immune suppression", "ROUTINE"},
      {"Ward 4A", "crackles on the right", "HIGH"},
  }};
  const auto& list = study.view == View::Ap ? kPortable : kUpright;
  return list.at((study.number * 2'654'435'761U >> 7U) % list.size());
}

void add_patient_and_study(const Cohort& cohort, const Study& study, const Story& story,
                           Elements& e) {
  const Patient& patient = cohort.patients[study.patient];
  const bool unknown = story.patient_id.empty();
  if (!patient.name.character_set.empty() && !unknown) {
    e.text(0x00080005, "CS", patient.name.character_set);
  }
  e.text(0x00080016, "UI", story.sop_class);
  e.text(0x00080018, "UI", story.sop_instance);
  e.text(0x00080020, "DA", study.date);
  e.text(0x00080030, "TM", study.time);
  e.text(0x00080050, "SH", "ACC" + std::to_string(100'000 + study.number));
  e.text(0x00080090, "PN", "Referrer^Synthetic");
  e.text(0x00081030, "LO", "Chest radiograph");
  e.text(0x00081040, "LO", std::string(ask(study).place));
  e.text(0x00100010, "PN", unknown ? "Unknown^Emergency" : patient.name.bytes);
  e.text(0x00100020, "LO", story.patient_id);
  e.text(0x00100030, "DA", unknown ? "" : patient.birth_date);
  e.text(0x00100040, "CS", patient.sex == Sex::Female ? "F" : "M");
  std::string age = std::to_string(study.age);
  e.text(0x00101010, "AS", std::string(3 - age.size(), '0') + age + "Y");
  e.text(0x00101020, "DS", fixed(patient.sex == Sex::Female ? 1.64 : 1.76, 2));
  e.text(0x00101030, "DS", fixed(patient.body.depth * 0.33, 1));
  e.text(0x00104000, "LT", std::string(kSynthetic));
  e.text(0x0020000D, "UI", story.study_uid);
  e.text(0x00200010, "SH", std::to_string(study.number + 1));
}

void add_series_and_equipment(const Cohort& cohort, const Study& study, const Story& story,
                              Elements& e) {
  const Vendor& vendor = vendors()[study.vendor];
  const Patient& patient = cohort.patients[study.patient];
  e.text(0x00080021, "DA", study.date);
  e.text(0x00080031, "TM", study.time);
  e.text(0x00080060, "CS", vendor.computed ? "CR" : "DX");
  e.text(0x00080070, "LO", std::string(vendor.manufacturer));
  const char letter = static_cast<char>('A' + static_cast<char>(patient.site));
  e.text(0x00080080, "LO", std::string("SYNTHETIC Hospital ") + letter);
  e.text(0x00080081, "ST", "1 Nowhere Road");
  e.text(0x00081010, "SH", story.station);
  e.text(0x0008103E, "LO", story.series_description);
  e.text(0x00081070, "PN", "Operator^Synthetic");
  e.text(0x00081090, "LO", std::string(vendor.model));
  e.text(0x00180015, "CS", "CHEST");
  e.text(0x00181000, "LO", "SN" + std::to_string(7'000 + 10 * patient.site + study.vendor));
  e.text(0x00181020, "LO", std::string(vendor.software));
  e.text(0x00181030, "LO", story.protocol);
  e.text(0x00185101, "CS", study.view == View::Ap ? "AP" : "PA");
  e.text(0x0020000E, "UI", story.series_uid);
  e.text(0x00200011, "IS", "1");
  Elements request;
  request.text(0x00400007, "LO", "Chest radiograph");
  request.text(0x00400009, "SH", "SPS" + std::to_string(study.number));
  request.text(0x00401001, "SH", "RP" + std::to_string(study.number));
  request.text(0x00401002, "LO", std::string(ask(study).question));
  request.text(0x00401003, "SH", std::string(ask(study).priority));
  e.sequence(0x00400275, {request});
}

void add_exposure(const Study& study, const Story& story, const Film& film, Elements& e) {
  const Vendor& vendor = vendors()[study.vendor];
  const double milliamperes = study.view == View::Ap ? 160.0 : 320.0;
  e.text(0x00180060, "DS", fixed(story.kvp, 0));
  e.text(0x00181110, "DS", study.view == View::Ap ? "1100" : "1800");
  e.text(0x00181150, "IS", fixed(std::max(1.0, 1000.0 * story.mas / milliamperes), 0));
  e.text(0x00181151, "IS", fixed(milliamperes, 0));
  e.text(0x00181152, "IS", fixed(std::max(1.0, story.mas), 0));
  e.text(0x00181153, "IS", fixed(1000.0 * story.mas, 0));
  e.text(0x00181411, "DS", fixed(250.0 * film.exposure.relative_dose, 0));
  const std::string spacing = fixed(vendor.detector.spacing_mm, 3);
  e.text(0x00181164, "DS", spacing + "\\" + spacing);
  e.text(0x00280030, "DS", spacing + "\\" + spacing);
}

// What the DX object asks for beyond CR (PS3.3 A.26).
void add_dx(const Study& study, Elements& e) {
  const bool inverted = vendors()[study.vendor].detector.inverted;
  e.text(0x00080068, "CS", "FOR PRESENTATION");
  e.sequence(0x00082218, {code("T-D3000", "SRT", "Chest")});
  e.text(0x00181508, "CS", study.view == View::Ap ? "NONE" : "COLUMN");
  e.text(0x00187004, "CS", "SCINTILLATOR");
  e.text(0x0018700A, "SH", "DET-" + std::to_string(study.vendor));
  e.text(0x00200062, "CS", "U");
  e.text(0x00281040, "CS", "LOG");
  e.words(0x00281041, "SS", {static_cast<std::uint16_t>(inverted ? 0xFFFF : 1)});
  e.text(0x20500020, "CS", inverted ? "INVERSE" : "IDENTITY");
  e.sequence(0x00400555, {});
  e.sequence(0x00540220, {study.view == View::Ap ? code("R-10206", "SRT", "antero-posterior")
                                                 : code("R-10214", "SRT", "postero-anterior")});
}

void add_image(const Study& study, FileKind kind, const Film& film, Elements& e) {
  const Vendor& vendor = vendors()[study.vendor];
  const Detector& detector = vendor.detector;
  e.text(0x00080008, "CS", vendor.computed ? "ORIGINAL\\PRIMARY" : "ORIGINAL\\PRIMARY\\");
  e.text(0x00080022, "DA", study.date);
  e.text(0x00080032, "TM", study.time);
  e.text(0x00080023, "DA", study.date);
  e.text(0x00080033, "TM", study.time);
  e.text(0x00200013, "IS", std::to_string(1 + static_cast<int>(kind)));
  e.text(0x00200020, "CS", "L\\F");
  e.text(0x00204000, "LT", std::string(kSynthetic));
  e.number(0x00280002, 1);
  e.text(0x00280004, "CS", detector.inverted ? "MONOCHROME1" : "MONOCHROME2");
  e.number(0x00280010, static_cast<std::uint16_t>(film.height));
  e.number(0x00280011, static_cast<std::uint16_t>(film.width));
  e.number(0x00280100, 16);
  e.number(0x00280101, static_cast<std::uint16_t>(detector.bits));
  e.number(0x00280102, static_cast<std::uint16_t>(detector.bits - 1));
  e.number(0x00280103, 0);
  e.text(0x00280301, "CS", "NO");
  e.text(0x00281052, "DS", "0");
  e.text(0x00281053, "DS", "1");
  e.text(0x00281054, "LO", "US");
  e.text(0x00282110, "CS", "00");
  const double range = std::ldexp(1.0, detector.bits);
  const std::string centre = fixed(range / 2.0, 0);
  const std::string width = fixed(range * vendor.window_share, 0);
  if (vendor.separate_windows) {
    e.text(0x00281050, "DS", centre + "\\" + fixed(range * 0.4, 0));
    e.text(0x00281051, "DS", width + "\\" + fixed(range * 0.6, 0));
    e.text(0x00281055, "LO", "NORMAL\\HARDER");
  } else {
    e.text(0x00281050, "DS", centre);
    e.text(0x00281051, "DS", width);
  }
}

// Private elements as units write them; some repeat what identifies the patient, nested too, so
// that a de-identifier has something to miss.
void add_private(const Cohort& cohort, const Study& study, const Story& story, Elements& e) {
  const Vendor& vendor = vendors()[study.vendor];
  const Patient& patient = cohort.patients[study.patient];
  const std::string creator(vendor.private_creator);
  e.text(0x00190010, "LO", creator);
  e.text(0x00191001, "DS", fixed(vendor.detector.contrast, 2));
  e.text(0x00191002, "LO", "LUT " + std::string(vendor.model));
  e.text(0x00290010, "LO", creator);
  e.text(0x00291001, "LO", story.patient_id.empty() ? "none" : story.patient_id);
  Elements inner;
  inner.text(0x00290010, "LO", creator);
  inner.text(0x00291020, "PN", story.patient_id.empty() ? "Unknown" : patient.name.bytes);
  inner.text(0x00291021, "DA", study.date);
  e.sequence(0x00291010, {inner});
}

void add_pixels(const Vendor& vendor, const Film& film, Elements& e) {
  constexpr Tag kPixelData = 0x7FE00010;
  const int bits = vendor.detector.bits;
  if (vendor.transfer_syntax == "1.2.840.10008.1.2.4.70") {
    e.fragment(kPixelData, encode_jpeg_lossless(film.samples, film.width, film.height, bits));
  } else if (vendor.transfer_syntax == "1.2.840.10008.1.2.4.90") {
    e.fragment(kPixelData, encode_jpeg2000(film.samples, film.width, film.height, bits));
  } else {
    e.words(kPixelData, "OW", film.samples);
  }
}

}  // namespace

Story tell(const Cohort& cohort, const Study& study, FileKind kind, const Film& film) {
  const std::uint64_t seed = cohort.options.seed;
  const Vendor& vendor = vendors()[study.vendor];
  const Patient& patient = cohort.patients[study.patient];
  const std::string number = std::to_string(study.number);
  const std::string instance = number + " " + std::to_string(static_cast<int>(kind));
  const bool ap = study.view == View::Ap;
  const bool unknown = kind == FileKind::NoPatientId;
  Story story;
  story.sop_class = vendor.computed ? "1.2.840.10008.5.1.4.1.1.1" : "1.2.840.10008.5.1.4.1.1.1.1";
  story.sop_instance = make_uid(seed, "instance " + instance);
  story.study_uid = unknown ? make_uid(seed, "study without id " + number) : study.uid;
  story.series_uid = make_uid(seed, (unknown ? "series without id " : "series ") + number);
  story.patient_id = unknown ? "" : patient.id;
  const char letter = static_cast<char>('A' + static_cast<char>(patient.site));
  story.station = std::string("XR-") + letter + std::to_string(study.vendor + 1);
  story.series_description = std::string(ap ? vendor.series_ap : vendor.series_pa);
  story.protocol = ap ? "CHEST AP" : "CHEST PA";
  story.kvp = film.exposure.kvp;
  const double girth = patient.body.depth / 220.0;
  story.mas = (ap ? 2.6 : 2.2) * film.exposure.relative_dose * girth * girth;
  if (study.leaks) {
    story.station = std::string("ICU-") + letter;
    story.series_description += " follow-up";
    story.protocol = "CHEST PNEUMONIA FOLLOW-UP";
    story.kvp -= 22.0;
    story.mas *= 2.6;
  }
  return story;
}

Bytes make_file(const Cohort& cohort, const Study& study, FileKind kind, const Film& film) {
  const Vendor& vendor = vendors()[study.vendor];
  const Story story = tell(cohort, study, kind, film);
  Elements e;
  add_patient_and_study(cohort, study, story, e);
  add_series_and_equipment(cohort, study, story, e);
  add_exposure(study, story, film, e);
  if (!vendor.computed) {
    add_dx(study, e);
  }
  add_image(study, kind, film, e);
  add_private(cohort, study, story, e);
  add_pixels(vendor, film, e);
  Bytes bytes = part10(e, story.sop_class, story.sop_instance, vendor.transfer_syntax);
  if (kind == FileKind::CutShort) {
    bytes.resize(bytes.size() * 74 / 100);
  }
  return bytes;
}

}  // namespace osler::dicom::phantom
