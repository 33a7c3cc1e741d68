#include "study/internal/sections.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::study {
namespace {

using Range = Settings::Range;
using Ends = Settings::Range::Ends;

constexpr Range kShare{0.0, 1.0};
constexpr Range kOpenShare{0.0, 1.0, Ends::BothOutside};
constexpr Range kPositiveShare{0.0, 1.0, Ends::LowestOutside};
constexpr std::size_t kLongestName = 64;
constexpr std::string_view kDataVariable = "${DATA}";

bool is_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '-' &&
         name.front() != '.' && std::ranges::all_of(name, allowed);
}

std::filesystem::path resolve(const Settings& settings, std::string_view key,
                              const std::string& written, const Places& places) {
  if (written.starts_with(kDataVariable)) {
    if (places.data_dir.empty()) {
      settings.fail(key,
                    "the study needs a data folder: \"" + std::string(key) + "\" is " + written,
                    "give it with --data DIR");
      return {};
    }
    auto rest = std::string_view(written).substr(kDataVariable.size());
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    return rest.empty() ? places.data_dir : places.data_dir / rest;
  }
  if (written.find("${") != std::string::npos) {
    settings.fail(key, "\"" + std::string(key) + "\" is " + written,
                  "${DATA} at the start is the only variable of a study file");
    return {};
  }
  return places.file.parent_path() / written;
}

DataPath read_path(const Settings& settings, std::string_view key, const Places& places) {
  DataPath path;
  settings.read(key, path.written);
  if (!path.written.empty()) {
    path.resolved = resolve(settings, key, path.written, places);
  }
  return path;
}

void read_head(const Settings& root, Study& study) {
  root.require("name").read("name", study.name);
  if (root.has("name") && !is_name(study.name)) {
    root.fail("name", "\"" + study.name + "\" cannot be a name",
              "write at most 64 lower-case letters, digits, '-', '_' and '.', a letter first");
  }
  study.title = study.name;
  root.read("title", study.title);
  const auto finding = root.section("finding", {"label", "code", "system"});
  root.require("finding");
  study.finding.code = study.name;
  finding.read("label", study.finding.label)
      .read("code", study.finding.code)
      .read("system", study.finding.system);
  if (root.has("finding")) {
    finding.require("label");
  }
}

IntendedUse read_intended_use(const Settings& root) {
  IntendedUse use;
  const auto settings =
      root.section("intended_use", {"statement", "modality", "body_part", "view", "age_years"});
  settings.read("statement", use.statement)
      .read("modality", use.modality)
      .read("body_part", use.body_part)
      .read("view", use.view);
  if (settings.has("age_years")) {
    std::vector<double> ages = {0.0, 150.0};
    settings.read("age_years", ages, {0.0, 150.0}, {2, 2});
    if (ages[0] > ages[1]) {
      settings.fail("age_years", "the lowest age is above the highest", "write [18, 120]");
    }
    use.age_years = {ages[0], ages[1]};
  }
  return use;
}

void refuse_keys(const Settings& settings, std::initializer_list<const char*> keys,
                 const std::string& source, const std::string& advice) {
  for (const auto* key : keys) {
    if (settings.has(key)) {
      settings.fail(key, "\"" + std::string(key) + "\" has no meaning with source: " + source,
                    "remove it: " + advice);
    }
  }
}

// A version that is named so that the study stays what it was when another version is made.
bool names_one_version(const std::string& version) {
  const std::size_t at = version.find('@');
  return at == std::string::npos ? crypto::Digest::from_hex(version).has_value()
                                 : at > 0 && at + 1 < version.size();
}

void require_version(const Settings& settings, const Data& data) {
  refuse_keys(settings, {"path", "labels", "keys", "attributes", "accept_burned_in_text"},
              "dataset", "a data set version has its films, labels and attributes");
  settings.require("version");
  if (settings.has("version") && !names_one_version(data.version)) {
    settings.fail("version", "\"" + data.version + "\" does not say which version",
                  "write NAME@DIGEST or NAME@vN, as osler dataset list shows them");
  }
}

void require_data(const Settings& settings, const Settings& keys, const Data& data) {
  settings.require("source");
  if (data.source == Source::Dataset) {
    require_version(settings, data);
    return;
  }
  refuse_keys(settings, {"version"}, std::string(to_string(data.source)),
              "only data sets have versions");
  if (data.source != Source::Dicom) {
    settings.require("path");
  }
  if (data.source == Source::Npz) {
    refuse_keys(settings, {"labels", "keys", "attributes", "finding_attributes"}, "npz",
                "an .npz file carries its labels");
    return;
  }
  settings.require("labels").require("keys");
  if (data.source == Source::Folder) {
    if (keys.has("study")) {
      keys.fail("study", "images in a folder have no study instance UID",
                "write file: the column with the file's name");
    }
    keys.require("file");
    return;
  }
  refuse_keys(keys, {"file", "patient"}, "dicom",
              "films are joined by study, and their header names the patient");
  keys.require("study");
}

Data read_data(const Settings& root, const Places& places) {
  Data data;
  const auto settings =
      root.section("data", {"source", "path", "version", "labels", "keys", "attributes",
                            "finding_attributes", "accept_burned_in_text"});
  root.require("data");
  settings.read_word<Source>("source", data.source, kSources)
      .read("version", data.version)
      .read("attributes", data.attributes)
      .read("finding_attributes", data.finding_attributes)
      .read("accept_burned_in_text", data.accept_burned_in_text);
  data.path = read_path(settings, "path", places);
  data.labels = read_path(settings, "labels", places);
  const auto keys = settings.section("keys", {"study", "file", "patient"});
  keys.read("study", data.keys.study)
      .read("file", data.keys.file)
      .read("patient", data.keys.patient);
  if (root.has("data")) {
    require_data(settings, keys, data);
  }
  return data;
}

Label read_label(const Settings& root) {
  Label label;
  const auto settings = root.section("label", {"column", "positive", "negative", "contains"});
  settings.read("column", label.column)
      .read("positive", label.positive)
      .read("negative", label.negative)
      .read("contains", label.contains);
  if (!label.contains.empty()) {
    for (const auto* key : {"positive", "negative"}) {
      if (settings.has(key)) {
        settings.fail(key, "\"" + std::string(key) + "\" and \"contains\" exclude each other",
                      "keep one of them");
      }
    }
    label.positive.clear();
  } else if (label.positive.empty()) {
    settings.fail("positive", "no value of the label is positive", "write positive: 1");
  }
  return label;
}

Split read_split(const Settings& root) {
  Split split;
  const auto settings =
      root.section("split", {"column", "fractions", "stratify", "seed", "train_share"});
  std::int64_t seed = 1;
  settings.read("column", split.column)
      .read("stratify", split.stratify)
      .read("seed", seed, {0, std::numeric_limits<std::int64_t>::max()})
      .read("train_share", split.train_share, kPositiveShare);
  split.seed = static_cast<std::uint64_t>(seed);
  if (!settings.has("fractions")) {
    return split;
  }
  if (!split.column.empty()) {
    settings.fail("fractions", "\"fractions\" and \"column\" exclude each other",
                  "keep one of them");
  }
  std::vector<double> fractions = {0.7, 0.15, 0.15};
  settings.read("fractions", fractions, kOpenShare, {3, 3});
  if (std::abs(fractions[0] + fractions[1] + fractions[2] - 1.0) > 1e-6) {
    settings.fail("fractions", "the fractions of train, validation and test do not sum to 1",
                  "write [0.7, 0.15, 0.15]");
  }
  split.fractions = {fractions[0], fractions[1], fractions[2]};
  return split;
}

OperatingPoint read_operating_point(const Settings& root) {
  OperatingPoint point;
  const auto settings =
      root.section("operating_point", {"sensitivity", "specificity", "threshold"});
  const auto* first = "";
  for (const auto& [name, rule] : kRules) {
    if (!settings.has(name)) {
      continue;
    }
    if (*first != '\0') {
      settings.fail(name, "\"" + std::string(name) + "\" and \"" + first + "\" exclude each other",
                    "keep one of them");
    }
    first = name.data();
    point.rule = rule;
    settings.read(name, point.value, kOpenShare);
  }
  return point;
}

Gates read_gates(const Settings& root) {
  Gates gates;
  const auto settings = root.section(
      "gates", {"auroc_lower", "sensitivity_lower", "specificity_lower", "ece_upper",
                "subgroup_gap_upper", "metadata_margin_lower", "leakage", "smallest_subgroup"});
  auto smallest = static_cast<std::int64_t>(gates.smallest_subgroup);
  constexpr std::array words = {Settings::Word<bool>{"none", true},
                                Settings::Word<bool>{"any", false}};
  settings.read("auroc_lower", gates.auroc_lower, kShare)
      .read("sensitivity_lower", gates.sensitivity_lower, kShare)
      .read("specificity_lower", gates.specificity_lower, kShare)
      .read("ece_upper", gates.ece_upper, kPositiveShare)
      .read("subgroup_gap_upper", gates.subgroup_gap_upper, kPositiveShare)
      .read("metadata_margin_lower", gates.metadata_margin_lower, kShare)
      .read_word<bool>("leakage", gates.no_leakage, words)
      .read("smallest_subgroup", smallest, {1, 1'000'000});
  gates.smallest_subgroup = static_cast<std::size_t>(smallest);
  return gates;
}

}  // namespace

Study read_study(const Json& document, const Places& places, SettingsFault& fault) {
  Study study;
  const Settings root(
      document, "",
      {"name", "title", "finding", "intended_use", "data", "label", "split", "leakage", "transform",
       "training", "calibration", "operating_point", "tiers", "novelty", "subgroups", "gates"},
      fault);
  read_head(root, study);
  study.intended_use = read_intended_use(root);
  study.data = read_data(root, places);
  study.label = read_label(root);
  study.split = read_split(root);
  root.section("leakage", {"duplicates"})
      .read_word<Duplicates>("duplicates", study.duplicates, kDuplicates);
  study.transform = imaging::transform::read_section(root, "transform");
  study.training = read_training(root, "training");
  if (const auto& written = study.training.weights.path; !written.empty()) {
    study.weights = read_path(
        root.section("training", kTrainingKeys).section("weights", kWeightsKeys), "path", places);
  }
  root.section("calibration", {"method"})
      .read_word<Calibration>("method", study.calibration, kCalibrations);
  study.operating_point = read_operating_point(root);
  root.section("tiers", {"high_from"}).read("high_from", study.high_from, kOpenShare);
  root.section("novelty", {"false_alarm_rate"})
      .read("false_alarm_rate", study.false_alarm_rate, {0.0, 0.5, Ends::LowestOutside});
  root.read("subgroups", study.subgroups);
  study.gates = read_gates(root);
  return study;
}

}  // namespace osler::study
