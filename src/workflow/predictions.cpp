#include "workflow/internal/predictions.h"

#include <algorithm>
#include <set>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "evaluate/fairness/subgroups.h"
#include "workflow/internal/judgement.h"

namespace osler::workflow::internal {
namespace {

// Attributes that say which film it is, or where it lies, rather than what it is like.
const std::set<std::string, std::less<>> kNotHeader{"file", "name",  "array",      "index",
                                                    "part", "study", "patient_id", "patient"};

std::string value_of(const dataset::Item& item, const std::string& name) {
  const auto found = item.attributes.find(name);
  return found == item.attributes.end() ? "" : found->second;
}

}  // namespace

std::vector<evaluate::baseline::Field> header_fields(const dataset::Manifest& manifest,
                                                     std::span<const std::string> without) {
  std::set<std::string> names;
  for (const auto& item : manifest.items) {
    for (const auto& [name, value] : item.attributes) {
      if (!kNotHeader.contains(name) && std::ranges::find(without, name) == without.end()) {
        names.insert(name);
      }
    }
  }
  std::vector<evaluate::baseline::Field> fields;
  for (const auto& name : names) {
    evaluate::baseline::Field field{.name = name, .values = {}};
    std::set<std::string> different;
    for (const auto& item : manifest.items) {
      field.values.push_back(value_of(item, name));
      different.insert(field.values.back());
    }
    if (different.size() > 1) {
      fields.push_back(std::move(field));
    }
  }
  return fields;
}

std::string subgroup_of(const dataset::Item& item, const std::string& column) {
  if (column != "age_band") {
    return value_of(item, column);
  }
  const auto age = parse_number(value_of(item, "age"));
  return age ? evaluate::fairness::age_band(*age) : "";
}

Result<void> write_predictions(const std::filesystem::path& path, const Subject& subject,
                               const PartRows& part, const Scores& scores,
                               const clinical::ScoreMap& map) {
  const auto& study = subject.request->study;
  std::vector<std::string> head{"id",          "patient", "split", "label", "score",
                                "probability", "lower",   "upper", "tier",  "positive"};
  head.insert(head.end(), study.subgroups.begin(), study.subgroups.end());
  std::string text = csv_line(head);
  for (std::size_t i = 0; i < part.rows.size(); ++i) {
    const auto& item = subject.data.manifest.items[part.rows[i]];
    const auto reading = map.read(scores.logits[i]);
    std::vector<std::string> line{item.id,
                                  item.patient,
                                  item.split,
                                  std::to_string(part.labels[i]),
                                  fixed(scores.logits[i], 6),
                                  fixed(reading.probability, 6),
                                  fixed(std::min(reading.lower, reading.probability), 6),
                                  fixed(std::max(reading.upper, reading.probability), 6),
                                  std::string(clinical::to_string(reading.tier)),
                                  reading.positive ? "1" : "0"};
    for (const auto& column : study.subgroups) {
      line.push_back(subgroup_of(item, column));
    }
    text += csv_line(line);
  }
  return write_file(path, text);
}

PartRows rows_of(const dataset::Manifest& manifest, std::string_view split,
                 const std::string& label) {
  PartRows part;
  std::vector<std::string> patients;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    const auto& item = manifest.items[i];
    const auto given = item.labels.find(label);
    if (item.split != split || given == item.labels.end()) {
      continue;
    }
    part.rows.push_back(i);
    part.labels.push_back(given->second == "1" ? 1 : 0);
    patients.push_back(item.patient.empty() ? item.id : item.patient);
  }
  part.groups = evaluate::metrics::group_numbers(patients);
  return part;
}

}  // namespace osler::workflow::internal
