#pragma once

#include <string>
#include <vector>

#include "fhir/resources/facts.h"

// A made-up patient, study, model and findings, for tests of what FHIR makes of them.
namespace osler::test {

inline fhir::resources::Instant at(const char* text) {
  return *fhir::resources::parse_instant(text);
}

inline fhir::resources::Patient a_patient() {
  return {.id = "p1",
          .mrn = "4417",
          .issuer = "North",
          .name = "Yamada^Tarou=山田^太郎=やまだ^たろう",
          .sex = "M",
          .birth_date = "19561102",
          .updated = at("2026-11-18T08:00:00Z")};
}

inline fhir::resources::Study a_study() {
  return {.id = "s1",
          .patient_id = "p1",
          .study_instance_uid = "1.2.826.0.1.3680043.8.498.1",
          .accession = "A-2026-118",
          .date = "20261118",
          .time = "142031.5",
          .utc_offset = "+0100",
          .description = "Chest PA and lateral",
          .modalities = {"DX"},
          .series = {{.series_instance_uid = "1.2.826.0.1.3680043.8.498.2",
                      .modality = "DX",
                      .body_part = "CHEST",
                      .description = "PA",
                      .number = 1,
                      .instances = {{.sop_instance_uid = "1.2.826.0.1.3680043.8.498.3",
                                     .sop_class_uid = "1.2.840.10008.5.1.4.1.1.1.1",
                                     .number = 1},
                                    {.sop_instance_uid = "1.2.826.0.1.3680043.8.498.4",
                                     .sop_class_uid = "1.2.840.10008.5.1.4.1.1.1.1",
                                     .number = 2}}},
                     {.series_instance_uid = "1.2.826.0.1.3680043.8.498.5",
                      .modality = "SR",
                      .instances = {}}},
          .updated = at("2026-11-18T13:25:00Z")};
}

inline fhir::resources::Model a_model() {
  return {.id = "m1",
          .name = "chest-consolidation",
          .version = "2.1.0",
          .digest = "9f2c41ab00000000000000000000000000000000000000000000000000000000",
          .finding = "consolidation",
          .intended_use = "PA chest films of adults.",
          .manufacturer = "North Hospital",
          .card_url = "https://osler.north.example/models/m1/card",
          .updated = at("2026-10-06T09:00:00Z")};
}

inline clinical::Reading a_reading() {
  return {.probability = 0.87,
          .lower = 0.80,
          .upper = 0.91,
          .threshold = 0.14,
          .positive = true,
          .tier = clinical::Tier::High,
          .similar_n = 100,
          .similar_positive = 31};
}

inline fhir::resources::Finding a_finding(
    fhir::resources::FindingState state = fhir::resources::FindingState::Above) {
  fhir::resources::Finding finding{.id = "f1",
                                   .patient_id = "p1",
                                   .study_id = "s1",
                                   .model_id = "m1",
                                   .report_id = "r1",
                                   .sop_instance_uid = "1.2.826.0.1.3680043.8.498.3",
                                   .state = state,
                                   .scored_at = at("2026-11-18T13:21:05Z")};
  if (has_score(state)) {
    finding.score = a_reading();
    finding.sentence = "Score consistent with consolidation, right lower zone.";
  } else {
    finding.reason = "AP film; the model is validated on PA films only.";
  }
  return finding;
}

inline fhir::resources::Decision a_decision(fhir::resources::Answer answer) {
  return {.answer = answer,
          .reason = {.code = "seen-before", .display = "Known from the prior"},
          .note = "Old scar.",
          .by = {.user = "dr.jones", .name = "Dr. A. Jones"},
          .at = at("2026-11-18T13:40:00.250Z")};
}

inline fhir::resources::Report a_report() {
  fhir::resources::Report report{.id = "r1",
                                 .study_id = "s1",
                                 .patient_id = "p1",
                                 .findings = {{a_finding(), a_model()}},
                                 .issued = at("2026-11-18T13:22:00Z")};
  return report;
}

// Texts that came to break something: markup, an unclosed comment, control characters, marks that
// turn the direction, bytes that are no UTF-8, blanks of all kinds, and a very long one.
inline std::vector<std::string> hostile_texts() {
  return {"<script>alert(1)</script>",
          "\"/><img src=x onerror=alert(1)>",
          "]]><!-- ",
          "&amp;&lt;&#0;&nbsp;",
          std::string("a\0b\x01\x02\x1b[31m\x7f", 12),
          "\xE2\x80\xAE"
          "detcejni\xE2\x81\xA6",
          "\xFF\xFE\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80",
          "\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xB7\x90",
          "   \t\r\n\xC2\xA0\xE3\x80\x80 ",
          "\xE5\xB1\xB1\xE7\x94\xB0\xE3\x80\x80\xE5\xA4\xAA\xE9\x83\x8E",
          "line\xE2\x80\xA8separator\x0b\x0c",
          std::string(200'000, 'x'),
          "{{constructor}}${7*7}%0a%00",
          "'; DROP TABLE studies; --"};
}

}  // namespace osler::test
