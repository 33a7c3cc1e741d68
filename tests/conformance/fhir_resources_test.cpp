// What osler serves as FHIR, against HL7's own R4 definitions, read by a program that shares no
// code with what wrote it.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/process.h"
#include "fhir/resources/bundle.h"
#include "fhir/resources/outcome.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/served.h"
#include "tests/support/fhir_facts.h"
#include "tests/support/shared_data.h"

namespace osler::fhir::resources {
namespace {

constexpr const char* kPython = "/usr/bin/python3";

std::filesystem::path definitions() {
  return test::shared_data() / "fhir" / "definitions";
}

struct Checked {
  int code = -1;
  std::string said;
};

Checked check(const std::filesystem::path& folder) {
  const auto script = std::filesystem::path(OSLER_SOURCE_DIR) / "tests/conformance/check_fhir.py";
  auto child = ChildProcess::start(
      {.program = kPython,
       .arguments = {"-W", "ignore", script.string(), definitions().string(), folder.string()},
       .environment = {}});
  EXPECT_TRUE(child) << child.error().message;
  child->close_input();
  Checked result;
  child->read_lines([&](std::string_view line) { result.said += std::string(line) + "\n"; });
  result.code = child->wait();
  return result;
}

class Resources : public ::testing::Test {
 protected:
  void SetUp() override {
    OSLER_NEEDS(definitions());
    if (!std::filesystem::exists(kPython)) {
      GTEST_SKIP() << "no " << kPython << "; install python3-jsonschema";
    }
  }
  void write(const Result<Json>& resource) {
    ASSERT_TRUE(resource) << resource.error().message;
    const auto name =
        (*resource)["resourceType"].get<std::string>() + "-" + std::to_string(++written_) + ".json";
    ASSERT_TRUE(write_file(folder_.path() / name, dump_json(*resource)));
  }
  void write_finding(const Finding& finding, const Study& study, const Model& model) {
    write(observation(finding, study, model));
    write(provenance(finding, study, model));
    for (const auto status :
         {ReportStatus::Preliminary, ReportStatus::Final, ReportStatus::Amended}) {
      Report report = test::a_report();
      report.findings = {{finding, model}};
      report.status = status;
      report.acknowledged_by = test::a_decision(Answer::Agree).by;
      report.acknowledged_at = test::at("2026-11-18T13:50:00Z");
      write(diagnostic_report(report, study));
    }
  }
  void expect_no_fault() const {
    const auto checked = check(folder_.path());
    EXPECT_EQ(checked.code, 0) << checked.said;
    EXPECT_EQ(checked.said, "checked " + std::to_string(written_) + "\n");
  }

  TemporaryFolder folder_;
  int written_ = 0;
};

TEST_F(Resources, EveryStateAndAnswerIsValid) {
  for (const auto state :
       {FindingState::Above, FindingState::Below, FindingState::Undecided, FindingState::NoResult,
        FindingState::Failed, FindingState::Queued, FindingState::Paused}) {
    write_finding(test::a_finding(state), test::a_study(), test::a_model());
    for (const auto answer :
         {Answer::Agree, Answer::Disagree, Answer::CannotSay, Answer::Present, Answer::Absent}) {
      Finding finding = test::a_finding(state);
      finding.decision = test::a_decision(answer);
      write_finding(finding, test::a_study(), test::a_model());
    }
  }
  expect_no_fault();
}

TEST_F(Resources, FullAndEmptyFactsAreValid) {
  Model coded = test::a_model();
  coded.finding_code = {"http://snomed.info/sct", "36118008", "Pneumothorax"};
  Study ordered = test::a_study();
  ordered.procedure = {"http://loinc.org", "36643-5", "XR Chest 2 Views"};
  Finding confirmed = test::a_finding();
  confirmed.decision = test::a_decision(Answer::Agree);
  write_finding(confirmed, ordered, coded);
  write(patient(test::a_patient()));
  write(imaging_study(ordered));
  write(device(coded));

  write(patient({.id = "p"}));
  write(imaging_study({.id = "s", .patient_id = "p"}));
  write(device({.id = "m"}));
  Finding bare{.id = "f", .patient_id = "p", .study_id = "s", .model_id = "m"};
  bare.decision = Decision{};
  write_finding(bare, {.id = "s", .patient_id = "p"}, {.id = "m"});
  write(diagnostic_report({.id = "r", .study_id = "s", .patient_id = "p"}, {.id = "s"}));
  expect_no_fault();
}

TEST_F(Resources, HostileTextStaysValid) {
  for (const auto& text : test::hostile_texts()) {
    write(patient({.id = "p",
                   .mrn = text,
                   .issuer = text,
                   .name = text + "^" + text + "=" + text,
                   .sex = text,
                   .birth_date = text}));
    Study study = test::a_study();
    study.accession = study.description = study.date = study.time = study.utc_offset = text;
    study.modalities = {text};
    study.procedure = {text, text, text};
    for (auto& series : study.series) {
      series.modality = series.body_part = series.description = text;
      series.number = -1;
    }
    study.series.push_back({.series_instance_uid = text, .modality = "DX"});
    study.series[0].instances[0].sop_class_uid = text;
    write(imaging_study(study));
    Model model{.id = "m1",
                .name = text,
                .version = text,
                .digest = text,
                .finding = text,
                .finding_code = {text, text, text},
                .intended_use = text,
                .manufacturer = text,
                .card_url = "https://" + text};
    write(device(model));
    Finding finding = test::a_finding();
    finding.sentence = finding.reason = finding.sop_instance_uid = text;
    finding.decision = Decision{
        .answer = Answer::Disagree, .reason = {text, text, text}, .note = text, .by = {text, text}};
    write_finding(finding, study, model);
    finding = test::a_finding(FindingState::Failed);
    finding.reason = text;
    write_finding(finding, study, model);
    write(operation_outcome(Error(ErrorCode::DataCorrupt, text).at(text).hint(text)));
  }
  expect_no_fault();
}

TEST_F(Resources, AnswersOfTheServerAreValid) {
  const auto statement = capability_statement({.base = "https://osler.north.example/fhir",
                                               .version = "0.1.0",
                                               .date = test::at("2026-11-01T00:00:00Z"),
                                               .security = "A bearer token."});
  write(statement);
  for (const auto code :
       {ErrorCode::InvalidArgument, ErrorCode::NotFound, ErrorCode::PermissionDenied,
        ErrorCode::FailedPrecondition, ErrorCode::NotSupported, ErrorCode::DataCorrupt,
        ErrorCode::Unavailable, ErrorCode::Internal}) {
    write(operation_outcome(Error(code, "what is wrong").at("where").hint("what to do")));
  }
  write(operation_outcome(std::span<const Issue>{}));
  SearchPage page{.base = "https://osler.north.example/fhir",
                  .total = 7,
                  .self = "https://osler.north.example/fhir/Observation?status=final",
                  .next = "https://osler.north.example/fhir/Observation?status=final&_cursor=x",
                  .previous = "https://osler.north.example/fhir/Observation?status=final"};
  page.matches = {*observation(test::a_finding(), test::a_study(), test::a_model())};
  page.included = {*patient(test::a_patient())};
  page.outcomes = {operation_outcome(Error(ErrorCode::NotSupported, "ignored"))};
  write(searchset(page));
  write(searchset({.base = "https://osler.north.example/fhir",
                   .total = 0,
                   .self = "https://osler.north.example/fhir/Patient"}));
  expect_no_fault();
}

// The checker itself: each of HL7's examples that was broken on purpose is found.
TEST_F(Resources, TheCheckFindsBrokenResources) {
  const auto broken = test::shared_data() / "fhir" / "malformed_r4";
  OSLER_NEEDS(broken);
  std::vector<std::string> copied;
  for (const auto& file : std::filesystem::directory_iterator(broken)) {
    const auto name = file.path().filename().string();
    const bool ours = name.find("-Observation-") != std::string::npos ||
                      name.find("-DiagnosticReport-") != std::string::npos ||
                      name.find("-Provenance-") != std::string::npos;
    const bool other_fault = name.starts_with("broken-json") || name.starts_with("resource-type");
    if (ours && !other_fault) {
      std::filesystem::copy(file.path(), folder_.path() / name);
      copied.push_back(name);
    }
  }
  const auto checked = check(folder_.path());
  EXPECT_EQ(checked.code, 1);
  for (const auto& name : copied) {
    EXPECT_NE(checked.said.find(name + ": "), std::string::npos) << name;
  }
  EXPECT_GE(copied.size(), 7U);
}

}  // namespace
}  // namespace osler::fhir::resources
