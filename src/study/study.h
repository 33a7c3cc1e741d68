#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "base/result.h"
#include "imaging/transform/spec.h"
#include "study/training.h"

namespace osler::study {

// A path of a study file. What is written goes into provenance and digests, so that they do not
// depend on where a machine keeps its data.
struct DataPath {
  std::string written;  // "${DATA}/labels.csv"; empty: not given
  std::filesystem::path
      resolved;  // ${DATA} put in; a relative one starts at the study file's folder
  bool operator==(const DataPath&) const = default;
};

struct Finding {
  std::string label;                         // "opacity", inside a sentence
  std::string code;                          // in `system`
  std::string system = "urn:osler:finding";  // a code system's URI
  bool operator==(const Finding&) const = default;
};

// Outside of it the model gives no number. An empty list, or absent ages: not restricted.
struct IntendedUse {
  std::string statement;
  std::vector<std::string> modality;               // DICOM (0008,0060): "CR", "DX"
  std::vector<std::string> body_part;              // (0018,0015): "CHEST"
  std::vector<std::string> view;                   // (0018,5101): "PA", "AP"
  std::optional<std::array<double, 2>> age_years;  // lowest and highest, both inside
  bool operator==(const IntendedUse&) const = default;
};

enum class Source : std::uint8_t { Dicom, Folder, Npz, Dataset };

struct Data {
  Source source = Source::Folder;
  DataPath path;    // folder, or .npz file; may be absent for Dicom: what the home has taken in
  DataPath labels;  // CSV; of Dicom and Folder
  // Of Dataset: a version in the home that never changes, "chest@ab12cd34", "chest@v3" or a digest.
  std::string version;
  // Columns of the CSV. A row is joined to a film of Dicom by `study`, the study instance UID as
  // the hospital knows it, and to one of Folder by `file`, its path below `path` or its name.
  struct Keys {
    std::string study;
    std::string file;
    std::string patient;  // of Folder; empty: each film its own patient
    bool operator==(const Keys&) const = default;
  } keys;
  std::vector<std::string> attributes;  // columns to keep with each film
  // Columns that describe the finding where there is one (how subtle, how large): subgroups may use
  // them; what the attributes alone predict is worked out without them.
  std::vector<std::string> finding_attributes;
  bool accept_burned_in_text = false;
  bool operator==(const Data&) const = default;
};

// When a film has the finding. A value that is empty, or neither positive nor negative, gives the
// film no label.
struct Label {
  std::string column = "label";
  std::vector<std::string> positive = {"1"};
  std::vector<std::string> negative;  // empty: every other value
  std::string contains;  // in place of both: one of the values parted by '|' or ';' is this
  bool operator==(const Label&) const = default;

  [[nodiscard]] std::optional<bool> read(std::string_view value) const;
};

struct Split {
  // Given: a column with train, validation (or val) and test; absent: drawn by patient. Of Npz and
  // Dataset their own parts hold where they have any, unless fractions are given.
  std::string column;
  std::optional<std::array<double, 3>> fractions;  // train, validation, test; sum 1
  std::vector<std::string> stratify;               // columns, beside the label
  std::uint64_t seed = 1;
  double train_share = 1.0;  // of the training patients, in (0, 1]: for learning curves
  bool operator==(const Split&) const = default;

  // The fractions, or 0.7, 0.15, 0.15 where none are given.
  [[nodiscard]] std::array<double, 3> parts() const;
};

// Films with the same pixels.
//   Refuse        no training while there are any on two sides of the split
//   KeepTogether  a group goes to one side, with all its patients
//   Drop          one is kept, of the test part before validation before training
enum class Duplicates : std::uint8_t { Refuse, KeepTogether, Drop };

enum class Calibration : std::uint8_t { Auto, Platt, Temperature, Isotonic };

struct OperatingPoint {
  enum class Rule : std::uint8_t { Sensitivity, Specificity, Threshold };
  Rule rule = Rule::Sensitivity;
  double value = 0.9;
  bool operator==(const OperatingPoint&) const = default;
};

// What the evidence must show before anyone may use the model; an absent limit is not checked.
struct Gates {
  std::optional<double> auroc_lower;
  std::optional<double> sensitivity_lower;  // at the operating point
  std::optional<double> specificity_lower;  // at the operating point
  std::optional<double> ece_upper;
  std::optional<double> subgroup_gap_upper;     // of sensitivity, best to worst group
  std::optional<double> metadata_margin_lower;  // AUROC above the metadata-only baseline
  bool no_leakage = true;                       // `leakage: none`; else `leakage: any`
  std::size_t smallest_subgroup = 20;           // positive films; smaller groups are not compared
  bool operator==(const Gates&) const = default;
};

// One study file: everything that a model is made from and held to.
struct Study {
  std::string name;  // of data set and model: lower-case letters, digits, '-', '_', '.', at most 64
  std::string title;
  Finding finding;
  IntendedUse intended_use;
  Data data;
  Label label;
  Split split;
  Duplicates duplicates = Duplicates::Refuse;
  imaging::TransformSpec transform;
  TrainingSpec training;
  DataPath weights;  // training.weights.path, resolved
  Calibration calibration = Calibration::Auto;
  OperatingPoint operating_point;
  double high_from = 0.5;          // tiers.high_from
  double false_alarm_rate = 0.02;  // novelty.false_alarm_rate
  std::vector<std::string> subgroups;
  Gates gates;
  bool operator==(const Study&) const = default;
};

// Reads a study file: strict YAML 1.2 without anchors, aliases, tags or a second document.
//   file      its path: named in errors, and where its relative paths start
//   data_dir  what ${DATA} stands for; empty: not given
//
// InvalidArgument, with "FILE line 9, column 10": not YAML, larger than 1 MiB, deeper than 16, an
// unknown or repeated key (the hint says the nearest right one), a missing key, another type, out
// of range, two keys that exclude each other, ${DATA} without data_dir.
[[nodiscard]] Result<Study> parse(std::string_view text, const std::filesystem::path& file,
                                  const std::filesystem::path& data_dir = {});
// read_text() and parse().
[[nodiscard]] Result<Study> load(const std::filesystem::path& file,
                                 const std::filesystem::path& data_dir = {});

// Every key with its value, defaults too, paths as written; parse() reads it back to an equal
// study.
[[nodiscard]] Json to_json(const Study& study);
// SHA-256 of that JSON.
[[nodiscard]] crypto::Digest digest(const Study& study);

[[nodiscard]] std::string_view to_string(Source source);            // "dicom", …
[[nodiscard]] std::string_view to_string(Duplicates duplicates);    // "refuse", …
[[nodiscard]] std::string_view to_string(Calibration calibration);  // "auto", …

}  // namespace osler::study
