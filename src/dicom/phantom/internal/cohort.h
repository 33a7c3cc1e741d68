#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "dicom/phantom/internal/elements.h"
#include "dicom/phantom/internal/film.h"
#include "dicom/phantom/phantom.h"

namespace osler::dicom::phantom {

// A person's name as it stands in a header: bytes in the character set that is named beside it.
struct EncodedName {
  std::string character_set;  // value of (0008,0005); empty: the default repertoire
  std::string bytes;
};
[[nodiscard]] EncodedName draw_name(Sex sex, Rng& rng);

// One make of X-ray unit: its picture and its habits in headers.
struct Vendor {
  std::string_view manufacturer;
  std::string_view model;
  std::string_view software;
  std::string_view private_creator;
  std::string_view transfer_syntax;
  bool computed = false;          // CR, else DX
  bool separate_windows = false;  // two windows with explanations, else one
  std::string_view series_pa;     // description
  std::string_view series_ap;
  double window_share = 1.0;  // width of the window, of the whole range
  Detector detector;
};
// Vendors 0 to 3 are alike; the last, 4, is another kind of detector.
[[nodiscard]] const std::array<Vendor, 5>& vendors();

struct Patient {
  std::string id;
  EncodedName name;
  Sex sex = Sex::Female;
  std::string birth_date;
  Body body;
  std::size_t site = 0;
};

enum class FileKind : std::uint8_t {
  Film,        // the study's own
  Repeat,      // a second exposure of the same study
  SameBytes,   // a copy of the film's file
  SamePixels,  // the film's pixels as another instance
  Blank,
  NoPatientId,
  CutShort
};

struct PlannedFile {
  FileKind kind = FileKind::Film;
  std::string path;  // below the cohort's folder
};

struct Study {
  std::size_t number = 0;
  std::size_t patient = 0;
  std::string uid;
  std::string date;
  std::string time;
  int age = 0;
  View view = View::Pa;
  std::size_t vendor = 0;
  bool truth = false;
  bool label = false;
  int subtlety = 0;  // 0: no opacity
  bool clipped = false;
  bool leaks = false;              // the header betrays the label (Options::shortcut)
  std::vector<PlannedFile> files;  // the study's own film first
};

// Who is examined, when, with what result, and what goes wrong: all but the pixels.
struct Cohort {
  Options options;
  std::vector<Patient> patients;
  std::vector<Study> studies;
};
[[nodiscard]] Cohort plan_cohort(const Options& options);

// A UID below 2.25 from the seed and a name for the thing.
[[nodiscard]] std::string make_uid(std::uint64_t seed, std::string_view thing);
// "site-a".
[[nodiscard]] std::string site_folder(std::size_t site);

// One film with its pixels.
struct Film {
  int width = 0;
  int height = 0;
  std::vector<std::uint16_t> samples;
  Exposure exposure;
  PixelBox opacity;
};
[[nodiscard]] Film make_film(const Cohort& cohort, const Study& study, FileKind kind);

// What the header says of where and how, beside what is true of the film; with Study::leaks it
// betrays the label.
struct Story {
  std::string sop_class;
  std::string sop_instance;
  std::string study_uid;
  std::string series_uid;
  std::string patient_id;
  std::string station;
  std::string series_description;
  std::string protocol;
  double kvp = 0.0;
  double mas = 0.0;
};

[[nodiscard]] Story tell(const Cohort& cohort, const Study& study, FileKind kind, const Film& film);

// The file's bytes.
[[nodiscard]] Bytes make_file(const Cohort& cohort, const Study& study, FileKind kind,
                              const Film& film);

}  // namespace osler::dicom::phantom
