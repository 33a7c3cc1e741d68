#include "fhir/resources/resources.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fhir/resources/bundle.h"
#include "fhir/resources/outcome.h"
#include "fhir/resources/served.h"
#include "tests/support/fhir_facts.h"

namespace osler::fhir::resources {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json observed(FindingState state, std::optional<Answer> answer = std::nullopt) {
  Finding finding = test::a_finding(state);
  if (answer) {
    finding.decision = test::a_decision(*answer);
  }
  return *observation(finding, test::a_study(), test::a_model());
}

std::string value_code(const Json& observation) {
  return observation.at("/valueCodeableConcept/coding/0/code"_json_pointer).get<std::string>();
}

std::string interpretation(const Json& observation) {
  return observation.at("/interpretation/0/coding/0/code"_json_pointer).get<std::string>();
}

const Json* component(const Json& observation, std::string_view code) {
  for (const Json& part : observation.at("component")) {
    if (part.at("/code/coding/0/code"_json_pointer) == code) {
      return &part;
    }
  }
  return nullptr;
}

TEST(Patients, HaveNameNumberAndBirthDay) {
  const auto json = *patient(test::a_patient());

  EXPECT_EQ(json["id"], "p1");
  EXPECT_EQ(json.at("/identifier/0/system"_json_pointer), "urn:osler:issuer:North");
  EXPECT_EQ(json.at("/identifier/0/value"_json_pointer), "4417");
  EXPECT_EQ(json.at("/name/1/family"_json_pointer), "山田");
  EXPECT_EQ(json.at("/name/1/extension/0/valueCode"_json_pointer), "IDE");
  EXPECT_EQ(json["gender"], "male");
  EXPECT_EQ(json["birthDate"], "1956-11-02");
  EXPECT_EQ(json.at("/meta/lastUpdated"_json_pointer), "2026-11-18T08:00:00Z");
}

TEST(Patients, LeaveOutWhatIsNotKnown) {
  const auto json = *patient({.id = "p1", .name = "^^", .sex = "?", .birth_date = "19560231"});

  EXPECT_FALSE(json.contains("birthDate"));
  EXPECT_FALSE(json.contains("name"));
  EXPECT_FALSE(json.contains("identifier"));
  EXPECT_FALSE(json.contains("meta"));
  EXPECT_EQ(json["gender"], "unknown");
}

TEST(ImagingStudies, CountWhatTheyHold) {
  const auto json = *imaging_study(test::a_study());

  EXPECT_EQ(json["numberOfSeries"], 2);
  EXPECT_EQ(json["numberOfInstances"], 2);
  EXPECT_EQ(json["started"], "2026-11-18T14:20:31.5+01:00");
  EXPECT_EQ(json.at("/identifier/0/value"_json_pointer), "urn:oid:1.2.826.0.1.3680043.8.498.1");
  EXPECT_EQ(json.at("/identifier/1/value"_json_pointer), "A-2026-118");
  EXPECT_EQ(json["modality"].size(), 2U);
  EXPECT_EQ(json.at("/series/0/bodySite/code"_json_pointer), "51185008");
  EXPECT_EQ(json.at("/series/0/instance/1/sopClass/code"_json_pointer),
            "urn:oid:1.2.840.10008.5.1.4.1.1.1.1");
}

TEST(ImagingStudies, LeaveOutSeriesAndImagesWithoutAUid) {
  Study study = test::a_study();
  study.series[0].instances[0].sop_instance_uid = "1.2.x";
  study.series[1].series_instance_uid = "";
  const auto json = *imaging_study(study);

  EXPECT_EQ(json["numberOfSeries"], 1);
  EXPECT_EQ(json["numberOfInstances"], 1);
}

TEST(Devices, NameVersionAndPackage) {
  const auto json = *device(test::a_model());

  EXPECT_EQ(json.at("/identifier/0/value"_json_pointer), "chest-consolidation@2.1.0");
  EXPECT_EQ(json.at("/identifier/1/value"_json_pointer), test::a_model().digest);
  EXPECT_EQ(json.at("/type/coding/0/code"_json_pointer), "Artificial-Intelligence");
  EXPECT_EQ(json.at("/version/0/value"_json_pointer), "2.1.0");
  EXPECT_EQ(json["status"], "active");
  EXPECT_EQ(json.at("/contained/0/content/0/attachment/url"_json_pointer),
            test::a_model().card_url);
}

TEST(Devices, NoCardFromAnAddressThatIsNone) {
  Model model = test::a_model();
  model.card_url = "javascript:alert(1)";
  model.digest = "short";
  const auto json = *device(model);

  EXPECT_FALSE(json.contains("contained"));
  EXPECT_FALSE(json.contains("extension"));
  EXPECT_EQ(json["identifier"].size(), 1U);
}

TEST(Observations, SayTheScore) {
  const auto json = observed(FindingState::Above);

  EXPECT_EQ(json["status"], "preliminary");
  EXPECT_EQ(value_code(json), "above-threshold");
  EXPECT_EQ(interpretation(json), "POS");
  EXPECT_EQ(json.at("/meta/security/0/code"_json_pointer), "AIAST");
  EXPECT_EQ(json.at("/device/reference"_json_pointer), "Device/m1");
  EXPECT_EQ(json.at("/derivedFrom/0/reference"_json_pointer), "ImagingStudy/s1");
  EXPECT_EQ(component(json, "probability")->at("/valueQuantity/value"_json_pointer), 0.87);
  EXPECT_EQ(component(json, "interval")->at("/valueRange/high/value"_json_pointer), 0.91);
  EXPECT_EQ(component(json, "threshold")->at("/valueQuantity/code"_json_pointer), "1");
  EXPECT_EQ(component(json, "frequency")->at("/valueRatio/numerator/value"_json_pointer), 31);
  EXPECT_FALSE(json.contains("performer"));
  EXPECT_THAT(json.at("/note/0/text"_json_pointer).get<std::string>(),
              HasSubstr("87 % (80 to 91 %), threshold 14 %. 31 of 100 films scored like this had"));
}

TEST(Observations, BelowIsNegativeAndUndecidedIsIndeterminate) {
  EXPECT_EQ(interpretation(observed(FindingState::Below)), "NEG");
  EXPECT_EQ(interpretation(observed(FindingState::Undecided)), "IND");
  EXPECT_FALSE(observed(FindingState::Below).contains("extension"));
}

TEST(Observations, NoResultHasAReasonAndNoValue) {
  const std::vector<std::pair<FindingState, std::string>> expected{
      {FindingState::NoResult, "not-performed"},
      {FindingState::Failed, "error"},
      {FindingState::Queued, "temp-unknown"},
      {FindingState::Paused, "not-performed"}};
  for (const auto& [state, code] : expected) {
    const auto json = observed(state);
    EXPECT_EQ(json.at("/dataAbsentReason/coding/0/code"_json_pointer), code);
    EXPECT_EQ(json.at("/dataAbsentReason/text"_json_pointer), test::a_finding(state).reason);
    EXPECT_FALSE(json.contains("valueCodeableConcept"));
    EXPECT_FALSE(json.contains("interpretation"));
    EXPECT_EQ(component(json, "probability"), nullptr);
    EXPECT_EQ(json["status"], state == FindingState::Queued ? "registered" : "preliminary");
  }
}

struct Case {
  FindingState state;
  Answer answer;
  std::string status;
  std::string value;
};

// The value is what holds after the answer; amended only where a score was contradicted.
TEST(Observations, AnswersDecideStatusAndValue) {
  const std::vector<Case> cases{
      {FindingState::Above, Answer::Agree, "final", "above-threshold"},
      {FindingState::Above, Answer::Present, "final", "above-threshold"},
      {FindingState::Above, Answer::Disagree, "amended", "absent"},
      {FindingState::Above, Answer::Absent, "amended", "absent"},
      {FindingState::Above, Answer::CannotSay, "final", "above-threshold"},
      {FindingState::Below, Answer::Agree, "final", "below-threshold"},
      {FindingState::Below, Answer::Disagree, "amended", "present"},
      {FindingState::Undecided, Answer::Present, "final", "present"},
      {FindingState::Undecided, Answer::Absent, "final", "absent"},
      {FindingState::Undecided, Answer::Agree, "final", "undecided"},
      {FindingState::NoResult, Answer::Present, "final", "present"}};
  for (const auto& one : cases) {
    const auto json = observed(one.state, one.answer);
    const auto name = std::string(to_string(one.state)) + " " + std::string(to_string(one.answer));
    EXPECT_EQ(json["status"], one.status) << name;
    EXPECT_EQ(value_code(json), one.value) << name;
    EXPECT_NE(component(json, "answer"), nullptr) << name;
    EXPECT_EQ(json.at("/performer/0/identifier/value"_json_pointer), "dr.jones") << name;
    if (one.value == "absent" || one.value == "below-threshold") {
      EXPECT_EQ(interpretation(json), "NEG") << name;
    }
    // What the score said stays beside it.
    if (has_score(one.state)) {
      EXPECT_EQ(
          component(json, "score-result")->at("/valueCodeableConcept/coding/0/code"_json_pointer),
          value_code(observed(one.state)))
          << name;
    }
  }
  EXPECT_FALSE(observed(FindingState::Failed, Answer::CannotSay).contains("valueCodeableConcept"));
}

TEST(Observations, ContradictionsAreRefused) {
  const auto refused = [](auto change) {
    Finding finding = test::a_finding();
    change(finding);
    const auto made = observation(finding, test::a_study(), test::a_model());
    return !made && made.error().code == ErrorCode::InvalidArgument;
  };
  EXPECT_TRUE(refused([](Finding& f) { f.score.reset(); }));
  EXPECT_TRUE(refused([](Finding& f) { f.state = FindingState::Failed; }));
  const auto refused_score = [&](auto change) {
    clinical::Reading score = test::a_reading();
    change(score);
    return refused([&](Finding& f) { f.score = score; });
  };
  EXPECT_TRUE(refused_score([](clinical::Reading& score) { score.probability = 1.1; }));
  EXPECT_TRUE(refused_score([](clinical::Reading& score) { score.lower = 0.88; }));
  EXPECT_TRUE(refused_score([](clinical::Reading& score) { score.threshold = std::nan(""); }));
  EXPECT_TRUE(refused_score([](clinical::Reading& score) { score.similar_positive = 101; }));
  EXPECT_TRUE(refused([](Finding& f) { f.id = "a/b"; }));
  EXPECT_TRUE(refused([](Finding& f) { f.patient_id = ""; }));
  EXPECT_TRUE(refused([](Finding& f) { f.model_id = "Doe, Jane"; }));
}

TEST(Observations, ErrorsNameNoValue) {
  Finding finding = test::a_finding();
  finding.patient_id = "Doe, Jane";
  const auto made = observation(finding, test::a_study(), test::a_model());
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, Not(HasSubstr("Doe")));
}

TEST(Reports, ArePreliminaryUntilAPhysicianActs) {
  const auto json = *diagnostic_report(test::a_report(), test::a_study());

  EXPECT_EQ(json["status"], "preliminary");
  EXPECT_FALSE(json.contains("resultsInterpreter"));
  EXPECT_FALSE(json.contains("conclusionCode"));
  EXPECT_EQ(json.at("/result/0/reference"_json_pointer), "Observation/f1");
  EXPECT_EQ(json.at("/imagingStudy/0/reference"_json_pointer), "ImagingStudy/s1");
  EXPECT_EQ(json["conclusion"],
            "Preliminary: no physician has acted on it.\n"
            "A. Consolidation: above threshold. Score consistent with consolidation, right lower "
            "zone. 87 % (80 to 91 %), threshold 14 %. 31 of 100 films scored like this had the "
            "finding. Check it, then confirm or reject it.");
}

TEST(Reports, SayWhoActedAndWhatWasAnswered) {
  Report report = test::a_report();
  report.findings[0].model.finding_code = {"http://snomed.info/sct", "36118008", "Pneumothorax"};
  report.findings[0].finding.decision = test::a_decision(Answer::Disagree);
  report.status = ReportStatus::Final;
  report.acknowledged_by = Reader{"dr.jones", "Dr. A. Jones"};
  report.acknowledged_at = test::at("2026-11-18T13:50:00Z");
  const auto json = *diagnostic_report(report, test::a_study());

  EXPECT_EQ(json["status"], "final");
  EXPECT_EQ(json.at("/resultsInterpreter/0/display"_json_pointer), "Dr. A. Jones");
  EXPECT_EQ(json.at("/meta/lastUpdated"_json_pointer), "2026-11-18T13:50:00Z");
  const auto conclusion = json["conclusion"].get<std::string>();
  EXPECT_THAT(conclusion, HasSubstr("Final: acknowledged by Dr. A. Jones."));
  EXPECT_THAT(conclusion, HasSubstr("A. Consolidation: absent, by the physician."));
  EXPECT_THAT(conclusion, HasSubstr("Answer of Dr. A. Jones: disagreed."));
  EXPECT_FALSE(json.contains("conclusionCode"));

  report.findings[0].finding.decision = test::a_decision(Answer::Agree);
  EXPECT_EQ(diagnostic_report(report, test::a_study())
                ->at("/conclusionCode/0/coding/0/code"_json_pointer),
            "36118008");
  report.acknowledged_by.reset();
  EXPECT_FALSE(diagnostic_report(report, test::a_study()));
}

TEST(Reports, NameNoResultAsNoResult) {
  Report report = test::a_report();
  report.findings = {{test::a_finding(FindingState::NoResult), test::a_model()}};
  const auto conclusion =
      (*diagnostic_report(report, test::a_study()))["conclusion"].get<std::string>();
  EXPECT_THAT(conclusion, HasSubstr("A. Consolidation: no result. AP film;"));
  EXPECT_THAT(conclusion, Not(HasSubstr("threshold")));
}

TEST(Provenances, NameModelAndPhysician) {
  Finding finding = test::a_finding();
  auto json = *provenance(finding, test::a_study(), test::a_model());
  EXPECT_EQ(json["agent"].size(), 1U);
  EXPECT_EQ(json.at("/agent/0/who/reference"_json_pointer), "Device/m1");
  EXPECT_EQ(json.at("/target/1/reference"_json_pointer), "DiagnosticReport/r1");
  EXPECT_EQ(json["recorded"], "2026-11-18T13:21:05Z");

  finding.decision = test::a_decision(Answer::Agree);
  json = *provenance(finding, test::a_study(), test::a_model());
  EXPECT_EQ(json.at("/agent/1/type/coding/0/code"_json_pointer), "verifier");
  EXPECT_EQ(json["recorded"], "2026-11-18T13:40:00.250Z");
}

TEST(Narratives, AreInert) {
  for (const auto& text : test::hostile_texts()) {
    Patient facts = test::a_patient();
    facts.name = text;
    const auto div = patient(facts)->at("/text/div"_json_pointer).get<std::string>();
    EXPECT_THAT(div, Not(HasSubstr("<script")));
    EXPECT_THAT(div, Not(HasSubstr("<img")));
    EXPECT_THAT(div, Not(HasSubstr("<!--")));
    EXPECT_THAT(div, Not(HasSubstr("\xE2\x80\xAE")));
  }
}

TEST(Outcomes, CarryCodeMessageAndAdvice) {
  const auto json = operation_outcome(
      Error(ErrorCode::NotFound, "no such study").at("ImagingStudy").hint("search for it"));
  EXPECT_EQ(json.at("/issue/0/code"_json_pointer), "not-found");
  EXPECT_EQ(json.at("/issue/0/severity"_json_pointer), "error");
  EXPECT_EQ(json.at("/issue/0/details/text"_json_pointer), "no such study");
  EXPECT_EQ(json.at("/issue/0/diagnostics"_json_pointer), "ImagingStudy: search for it");
}

TEST(Pages, RefuseWhatStandsTwice) {
  SearchPage page{.base = "https://a.example/fhir", .total = 2, .self = "https://a.example/fhir/x"};
  page.matches = {*patient(test::a_patient()), *patient(test::a_patient())};
  EXPECT_FALSE(searchset(page));
  page.matches.pop_back();
  EXPECT_EQ(searchset(page)->at("/entry/0/fullUrl"_json_pointer),
            "https://a.example/fhir/Patient/p1");
  page.matches.emplace_back(Json::object());
  EXPECT_FALSE(searchset(page));
}

TEST(Capabilities, ListTheTable) {
  const auto json =
      *capability_statement({.base = "https://a.example/fhir", .version = "0.1.0", .date = {}});
  const Json& served = json.at("/rest/0/resource"_json_pointer);
  ASSERT_EQ(served.size(), all_types().size());
  for (std::size_t i = 0; i < served.size(); ++i) {
    const Type type = all_types()[i];
    EXPECT_EQ(served[i]["type"], to_string(type));
    EXPECT_EQ(served[i]["searchParam"].size(), parameters(type).size());
    EXPECT_EQ(type_from(to_string(type)), type);
  }
  EXPECT_FALSE(capability_statement({.base = "a.example", .version = "", .date = {}}));
}

}  // namespace
}  // namespace osler::fhir::resources
