#include "fhir/search/match.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fhir/resources/resources.h"
#include "tests/support/fhir_facts.h"

namespace osler::fhir::search {
namespace {

using resources::Type;

const Options kOptions{
    .base = "https://osler.example/fhir",
    .now = resources::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20))};

bool found(const Json& resource, std::string_view text) {
  const auto type = resources::type_from(resource["resourceType"].get<std::string>());
  const auto query = parse(type.value_or(Type::Patient), *parse_pairs(text), kOptions);
  EXPECT_TRUE(query) << text << ": " << query.error().message;
  return matches(*query, resource);
}

void expect(const Json& resource, const std::vector<std::string>& yes,
            const std::vector<std::string>& no) {
  for (const auto& text : yes) {
    EXPECT_TRUE(found(resource, text)) << text;
  }
  for (const auto& text : no) {
    EXPECT_FALSE(found(resource, text)) << text;
  }
}

TEST(Match, Patients) {
  expect(*resources::patient(test::a_patient()),
         {"", "_id=p1", "_id=p0,p1", "identifier=4417", "identifier=urn:osler:issuer:North%7C4417",
          "identifier=urn:osler:issuer:North%7C", "birthdate=1956-11-02", "birthdate=1956",
          "gender=male", "gender=http://hl7.org/fhir/administrative-gender%7Cmale",
          "_lastUpdated=2026-11-18", "birthdate=gt1950&birthdate=lt1960"},
         {"_id=p2", "_id=P1", "identifier=%7C4417", "identifier=441", "identifier=urn:x%7C4417",
          "birthdate=1957", "gender=female", "gender=urn:x%7Cmale", "gender=%7Cmale",
          "birthdate=gt1950&birthdate=lt1955", "_lastUpdated=lt2026-11-18"});
}

TEST(Match, ImagingStudies) {
  expect(*resources::imaging_study(test::a_study()),
         {"patient=p1", "patient=Patient/p1", "subject=https://osler.example/fhir/Patient/p1",
          "identifier=A-2026-118", "identifier=%7CA-2026-118",
          "identifier=urn:dicom:uid%7Curn:oid:1.2.826.0.1.3680043.8.498.1", "modality=DX",
          "modality=SR,CT", "started=2026-11-18", "started=2026-11-18T13:20", "status=available",
          "modality=http://dicom.nema.org/resources/ontology/DCM%7CDX"},
         {"patient=p2", "patient=Device/p1", "subject=https://other.example/fhir/Patient/p1",
          "modality=CT", "started=2026-11-17", "started=2026-11-18T14:20", "status=registered",
          "identifier=urn:dicom:uid%7CA-2026-118"});
}

TEST(Match, FindingsAndReports) {
  const auto finding = *resources::observation(test::a_finding(), test::a_study(), test::a_model());
  expect(finding,
         {"code=consolidation", "code=urn:osler:finding%7Cconsolidation", "category=imaging",
          "status=preliminary,final", "device=m1", "derived-from=s1", "date=ge2026-11-18",
          "patient=p1&status=preliminary"},
         {"code=Consolidation", "status=final", "device=Patient/m1", "derived-from=s2",
          "date=gt2026-11-18", "patient=p1&status=final", "code=urn:x%7Cconsolidation"});
  expect(*resources::diagnostic_report(test::a_report(), test::a_study()),
         {"identifier=A-2026-118", "result=f1", "issued=2026-11-18", "category=RAD",
          "code=http://loinc.org%7C18748-4"},
         {"result=Patient/f1", "issued=2025", "category=IMG"});
  expect(*resources::provenance(test::a_finding(), test::a_study(), test::a_model()),
         {"agent=Device/m1", "target=f1", "target=DiagnosticReport/r1", "entity=s1",
          "recorded=2026-11-18"},
         {"agent=m2", "target=r1", "entity=s2"});
  expect(*resources::device(test::a_model()),
         {"identifier=chest-consolidation@2.1.0", "status=active", "type=Artificial-Intelligence"},
         {"status=inactive", "identifier=urn:osler:model%7C2.1.0"});
}

TEST(Match, NeedsTheRightType) {
  const auto query = parse(Type::Device, {}, kOptions);
  EXPECT_FALSE(matches(*query, *resources::patient(test::a_patient())));
  EXPECT_FALSE(matches(*query, Json::object()));
  EXPECT_FALSE(matches(*query, Json()));
}

TEST(Match, WithoutAValueNothingIsMet) {
  const auto unborn = *resources::patient({.id = "p"});
  for (const char* text : {"birthdate=2026", "birthdate=ne2026", "birthdate=lt2026", "identifier=x",
                           "_lastUpdated=ge1900"}) {
    EXPECT_FALSE(found(unborn, text)) << text;
  }
}

bool compared(std::string_view bound, std::string_view time) {
  const auto query =
      parse(Type::Patient, *parse_pairs("birthdate=" + std::string(bound)), kOptions);
  const auto span = resources::parse_span(time);
  EXPECT_TRUE(span) << time;
  return span && matches(std::get<std::vector<DateBound>>(query->criteria[0].any_of)[0], *span);
}

// A day against times and months around it, by hand.
TEST(Match, DatesCompareAsRanges) {
  struct Row {
    const char* time;
    const char* met;  // the prefixes that hold for 2026-03-15
  };
  const std::vector<Row> rows{
      {"2026-03-14", "ne lt le eb ap"},
      {"2026-03-14T23:59:59Z", "ne lt le eb ap"},
      {"2026-03-15", "eq ge le ap"},
      {"2026-03-15T12:00:00Z", "eq ge le ap"},
      {"2026-03-16", "ne gt ge sa ap"},
      {"2026-03", "ne lt gt ge le ap"},
      {"2026", "ne lt gt ge le ap"},
      {"2026-02", "ne lt le eb ap"},  // now is 250 days off: 25 days more on either side
      {"2025-12", "ne lt le eb"},
      {"2026-06", "ne gt ge sa"},
  };
  for (const auto& row : rows) {
    for (const char* prefix : {"eq", "ne", "lt", "gt", "ge", "le", "sa", "eb", "ap"}) {
      EXPECT_EQ(compared(std::string(prefix) + "2026-03-15", row.time),
                std::string_view(row.met).find(prefix) != std::string_view::npos)
          << prefix << " " << row.time;
    }
  }
}

// eq and ne part all times; sa, eb and what touches the range do too; sa is gt, and eb is lt.
TEST(Match, DatesKeepTheirLaws) {
  const std::vector<std::string> times{"2025",       "2026",       "2026-03",
                                       "2026-03-14", "2026-03-15", "2026-03-15T00:00:00Z",
                                       "2026-04",    "2027",       "2026-03-31T23:59:59Z"};
  for (const auto& bound : times) {
    for (const auto& time : times) {
      const auto holds = [&](const char* prefix) { return compared(prefix + bound, time); };
      EXPECT_NE(holds("eq"), holds("ne"));
      EXPECT_TRUE(!holds("sa") || (holds("gt") && holds("ge")));
      EXPECT_TRUE(!holds("eb") || (holds("lt") && holds("le")));
      EXPECT_TRUE(!holds("eq") || (holds("ge") && holds("le") && !holds("lt") && !holds("gt")));
      EXPECT_TRUE(holds("ge") || holds("le"));
      EXPECT_EQ(holds("ge"), !holds("eb"));
      EXPECT_EQ(holds("le"), !holds("sa"));
    }
  }
}

TEST(Match, PeriodsAreOpenWhereTheyHaveNoEnd) {
  Json json{{"resourceType", "Observation"}, {"id", "o"}};
  json["effectivePeriod"] = {{"start", "2026-03-10"}};
  expect(json, {"date=ge2030", "date=gt2026-03-15"}, {"date=lt2026-03-10", "date=2026"});
  json["effectivePeriod"] = {{"end", "2026-03-10"}};
  expect(json, {"date=lt1990"}, {"date=gt2026-03-10"});
  json["effectivePeriod"] = Json::object();
  expect(json, {}, {"date=ge1900"});
}

}  // namespace
}  // namespace osler::fhir::search
