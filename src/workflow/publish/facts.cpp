#include "workflow/publish/internal/facts.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "workflow/models.h"
#include "workflow/reading/decide.h"

namespace osler::workflow::publish::internal {
namespace {

namespace resources = fhir::resources;
using reading::Answer;
using reading::FindingState;

std::string digits_of(const std::string& date) {
  std::string digits;
  std::ranges::copy_if(date, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

// A patient is named by the first of its studies; without a patient number each study has its own.
Result<std::int64_t> patient_number(Home& home, const reading::StudyFacts& study) {
  if (study.patient.id.empty()) {
    return study.number;
  }
  OSLER_TRY(const auto first,
            home.database().integer("SELECT min(number) FROM studies WHERE patient_id = ?",
                                    {study.patient.id}));
  return first.value_or(study.number);
}

Result<std::vector<resources::StudySeries>> series_of(Home& home, const std::string& study) {
  OSLER_TRY(auto rows,
            home.database().prepare(
                "SELECT series_instance_uid, modality, body_part, series_number, sop_instance_uid, "
                "sop_class_uid, instance_number FROM originals WHERE study_instance_uid = ? AND "
                "revision = 1 ORDER BY series_instance_uid, sop_instance_uid",
                {study}));
  std::vector<resources::StudySeries> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    const std::string uid = rows.text(0);
    if (list.empty() || list.back().series_instance_uid != uid) {
      list.push_back({.series_instance_uid = uid,
                      .modality = rows.text(1),
                      .body_part = rows.text(2),
                      .number = parse_integer(rows.text(3))});
    }
    if (!rows.text(5).empty()) {
      list.back().instances.push_back({.sop_instance_uid = rows.text(4),
                                       .sop_class_uid = rows.text(5),
                                       .number = parse_integer(rows.text(6))});
    }
  }
}

resources::Coding coding_of(const std::string& text, const std::string& label) {
  const auto code = text.empty() ? Result<Json>(Json()) : parse_json(text, "finding");
  const auto member = [&](const char* key) {
    return code && code->is_object() && code->contains(key) && (*code)[key].is_string()
               ? (*code)[key].get<std::string>()
               : std::string();
  };
  // A code without a system means nothing to another system.
  if (member("system").empty() || member("code").empty()) {
    return {};
  }
  return {.system = member("system"), .code = member("code"), .display = label};
}

resources::Model model_of(const std::string& name, std::int64_t version, const std::string& digest,
                          const std::string& label, const std::string& code) {
  return {.id = model_id(digest),
          .name = name,
          .version = std::to_string(version),
          .digest = digest,
          .finding = label,
          .finding_code = coding_of(code, label),
          .manufacturer = "osler"};
}

resources::FindingState state_of(FindingState state) {
  return *resources::finding_state(reading::to_string(state));
}

std::optional<resources::Decision> decision_of(const reading::Finding& card) {
  if (!card.decision) {
    return std::nullopt;
  }
  const auto answer = resources::answer_from(reading::to_string(card.decision->answer));
  if (!answer) {
    return std::nullopt;
  }
  resources::Decision decision{.answer = *answer,
                               .note = card.decision->note,
                               .by = {.user = card.decision->person, .name = card.decision->person},
                               .at = instant(card.decision->at_ms)};
  for (const auto& reason : reading::coded_reasons()) {
    if (reason.code == card.decision->reason) {
      decision.reason = {.code = std::string(reason.code), .display = std::string(reason.text)};
    }
  }
  return decision;
}

clinical::Tier tier_of(const std::string& word) {
  for (const auto tier : {clinical::Tier::High, clinical::Tier::Medium, clinical::Tier::Low}) {
    if (clinical::to_string(tier) == word) {
      return tier;
    }
  }
  return clinical::Tier::Undecided;
}

resources::Finding finding_of(const reading::Finding& card, const StudyRecord& record) {
  resources::Finding finding{.id = "f" + std::to_string(card.id),
                             .patient_id = record.patient.id,
                             .study_id = record.study.id,
                             .model_id = model_id(card.digest),
                             .report_id = record.study.id,
                             .sop_instance_uid = card.sop_instance_uid,
                             .state = state_of(card.state),
                             .reason = card.reason,
                             .sentence = reading::sentence_of(card)};
  if (card.has_score()) {
    finding.reason.clear();
    finding.score =
        clinical::Reading{.probability = card.probability.value_or(0.0),
                          .lower = card.lower.value_or(0.0),
                          .upper = card.upper.value_or(1.0),
                          .threshold = card.threshold.value_or(0.5),
                          .positive = card.state == FindingState::Above,
                          .tier = tier_of(card.tier),
                          .similar_n = static_cast<std::size_t>(card.similar_n),
                          .similar_positive = static_cast<std::size_t>(card.similar_positive)};
  }
  finding.scored_at = instant(card.scored_ms != 0 ? card.scored_ms : card.queued_ms);
  finding.decision = decision_of(card);
  return finding;
}

// Who acted last: with an answer, or by acknowledging.
void interpret(const reading::Findings& findings, StudyRecord& record) {
  std::int64_t newest = record.row.acknowledged_ms;
  std::string person = record.row.acknowledged_by;
  for (const auto& card : findings.cards) {
    if (card.decision && card.decision->at_ms >= newest) {
      newest = card.decision->at_ms;
      person = card.decision->person;
    }
  }
  const std::string status = reading::report_status(findings, record.row.acknowledged_ms != 0);
  auto& report = record.report;
  report.status = status == "amended" ? resources::ReportStatus::Amended
                  : status == "final" ? resources::ReportStatus::Final
                                      : resources::ReportStatus::Preliminary;
  if (report.status != resources::ReportStatus::Preliminary) {
    report.acknowledged_by = resources::Reader{.user = person, .name = person};
    report.acknowledged_at = instant(newest);
  }
  report.issued = instant(std::max(newest, record.row.updated_ms));
}

}  // namespace

std::string model_id(const std::string& digest) {
  return "m" + digest.substr(0, 32);
}

resources::Instant instant(std::int64_t ms) {
  return resources::Instant(std::chrono::milliseconds(ms));
}

Result<StudyRecord> load_study(Home& home, std::int64_t number) {
  StudyRecord record;
  OSLER_TRY(record.row, reading::find_study(home, number));
  const auto& row = record.row;
  OSLER_TRY(const std::int64_t patient, patient_number(home, row));
  record.patient = {.id = "p" + std::to_string(patient),
                    .mrn = row.patient.id,
                    .name = row.patient_name_dicom,
                    .sex = row.patient.sex,
                    .birth_date = digits_of(row.patient.birth_date),
                    .updated = instant(row.updated_ms)};
  record.study = {.id = "s" + std::to_string(row.number),
                  .patient_id = record.patient.id,
                  .study_instance_uid = row.study_instance_uid,
                  .accession = row.accession,
                  .date = digits_of(row.acquired.substr(0, 10)),
                  .time = row.acquired.size() > 11 ? digits_of(row.acquired.substr(11)) : "",
                  .description = row.title,
                  .updated = instant(row.updated_ms)};
  OSLER_TRY(record.study.series, series_of(home, row.study_instance_uid));
  for (const auto& series : record.study.series) {
    if (std::ranges::find(record.study.modalities, series.modality) ==
        record.study.modalities.end()) {
      record.study.modalities.push_back(series.modality);
    }
  }
  OSLER_TRY(const auto findings, reading::findings_of(home, number));
  record.report.id = record.study.id;
  record.report.study_id = record.study.id;
  record.report.patient_id = record.patient.id;
  for (const auto& card : findings.cards) {
    record.report.findings.push_back({.finding = finding_of(card, record),
                                      .model = model_of(card.model.name, card.model.version,
                                                        card.digest, card.label, card.code)});
  }
  interpret(findings, record);
  return record;
}

Result<std::vector<resources::Model>> load_models(Home& home) {
  std::vector<resources::Model> list;
  {
    OSLER_TRY(auto rows, home.database().prepare(
                             "SELECT model, version, digest, label, code, max(queued_ms) FROM "
                             "results WHERE shown = 1 GROUP BY digest ORDER BY model, version"));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      list.push_back(
          model_of(rows.text(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4)));
      list.back().updated = instant(rows.integer(5));
    }
  }
  OSLER_TRY(const auto registered, list_models(home));
  for (auto& model : list) {
    const auto found = std::ranges::find(registered, model.digest, &ModelVersion::digest);
    model.in_use = found != registered.end() && found->stage == "production";
  }
  return list;
}

}  // namespace osler::workflow::publish::internal
