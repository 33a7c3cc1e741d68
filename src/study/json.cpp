#include <nlohmann/json.hpp>

#include "study/internal/sections.h"
#include "study/study.h"

namespace osler::study {
namespace {

Json intended_use(const IntendedUse& use) {
  Json document = {{"statement", use.statement},
                   {"modality", use.modality},
                   {"body_part", use.body_part},
                   {"view", use.view}};
  if (use.age_years) {
    document["age_years"] = *use.age_years;
  }
  return document;
}

Json data(const Data& data) {
  if (data.source == Source::Dataset) {
    return {{"source", to_string(data.source)},
            {"version", data.version},
            {"finding_attributes", data.finding_attributes}};
  }
  Json document = {{"source", to_string(data.source)},
                   {"path", data.path.written},
                   {"accept_burned_in_text", data.accept_burned_in_text}};
  if (data.source != Source::Npz) {
    document["labels"] = data.labels.written;
    document["keys"] = Json::object();
    document["attributes"] = data.attributes;
    document["finding_attributes"] = data.finding_attributes;
    for (const auto& [key, column] : {std::pair("study", data.keys.study),
                                      {"file", data.keys.file},
                                      {"patient", data.keys.patient}}) {
      if (!column.empty()) {
        document["keys"][key] = column;
      }
    }
  }
  return document;
}

Json label(const Label& label) {
  if (!label.contains.empty()) {
    return {{"column", label.column}, {"contains", label.contains}};
  }
  return {{"column", label.column}, {"positive", label.positive}, {"negative", label.negative}};
}

Json split(const Split& split) {
  Json document = {
      {"stratify", split.stratify}, {"seed", split.seed}, {"train_share", split.train_share}};
  if (!split.column.empty()) {
    document["column"] = split.column;
  }
  if (split.fractions) {
    document["fractions"] = *split.fractions;
  }
  return document;
}

Json gates(const Gates& gates) {
  Json document = {{"leakage", gates.no_leakage ? "none" : "any"},
                   {"smallest_subgroup", gates.smallest_subgroup}};
  const auto put = [&](const char* key, const std::optional<double>& limit) {
    if (limit) {
      document[key] = *limit;
    }
  };
  put("auroc_lower", gates.auroc_lower);
  put("sensitivity_lower", gates.sensitivity_lower);
  put("specificity_lower", gates.specificity_lower);
  put("ece_upper", gates.ece_upper);
  put("subgroup_gap_upper", gates.subgroup_gap_upper);
  put("metadata_margin_lower", gates.metadata_margin_lower);
  return document;
}

}  // namespace

Json to_json(const Study& study) {
  const auto rule = std::string(word_of(kRules, study.operating_point.rule));
  return {{"name", study.name},
          {"title", study.title},
          {"finding",
           {{"label", study.finding.label},
            {"code", study.finding.code},
            {"system", study.finding.system}}},
          {"intended_use", intended_use(study.intended_use)},
          {"data", data(study.data)},
          {"label", label(study.label)},
          {"split", split(study.split)},
          {"leakage", {{"duplicates", to_string(study.duplicates)}}},
          {"transform", imaging::transform::to_json(study.transform)},
          {"training", to_json(study.training)},
          {"calibration", {{"method", to_string(study.calibration)}}},
          {"operating_point", {{rule, study.operating_point.value}}},
          {"tiers", {{"high_from", study.high_from}}},
          {"novelty", {{"false_alarm_rate", study.false_alarm_rate}}},
          {"subgroups", study.subgroups},
          {"gates", gates(study.gates)}};
}

crypto::Digest digest(const Study& study) {
  return crypto::sha256(dump_json(to_json(study)));
}

}  // namespace osler::study
