#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fhir/search/cursor.h"
#include "fhir/search/query.h"

namespace osler::fhir::search {
namespace {

using resources::Type;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Options kOptions{
    .base = "https://osler.example/fhir",
    .now = resources::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 18))};

Result<Query> parsed(Type type, std::string_view text, Handling handling = Handling::Strict) {
  OSLER_TRY(const auto pairs, parse_pairs(text));
  Options options = kOptions;
  options.handling = handling;
  return parse(type, pairs, options);
}

std::string error_of(Type type, std::string_view text) {
  const auto query = parsed(type, text);
  return query ? "none" : query.error().message;
}

template <typename Value>
std::vector<Value> values(const Result<Query>& query, std::size_t place = 0) {
  return std::get<std::vector<Value>>(query->criteria.at(place).any_of);
}

TEST(Pairs, AreDecoded) {
  const auto pairs = parse_pairs("a=1%2C2+3&b&&c=%E5%B1%B1=x&a=");
  ASSERT_TRUE(pairs);
  EXPECT_THAT(*pairs, ElementsAre(std::pair("a", "1,2 3"), std::pair("b", ""),
                                  std::pair("c", "山=x"), std::pair("a", "")));
  EXPECT_TRUE(parse_pairs("")->empty());
}

TEST(Pairs, RefuseWhatIsNoText) {
  for (const char* text : {"a=%", "a=%1", "a=%zz", "a=%00", "a=%0A", "a=%FF", "a=\x01", "%80=1"}) {
    EXPECT_FALSE(parse_pairs(text)) << text;
  }
  EXPECT_TRUE(parse_pairs("a=%41"));
  EXPECT_TRUE(parse_pairs("a=" + std::string(16'000, 'x')));
  EXPECT_FALSE(parse_pairs("a=" + std::string(17'000, 'x')));
  std::string many;
  for (int i = 0; i < 65; ++i) {
    many += "a=1&";
  }
  EXPECT_FALSE(parse_pairs(many));
}

TEST(Parse, ReadsTokens) {
  const auto query =
      parsed(Type::Patient, "identifier=urn:osler:mrn%7C1,%7C2,3,urn:x%7C,a%5C,b%5C%7Cc");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_THAT(values<Token>(query),
              ElementsAre(Token{"urn:osler:mrn", "1"}, Token{"", "2"}, Token{std::nullopt, "3"},
                          Token{"urn:x", ""}, Token{std::nullopt, "a,b|c"}));
}

TEST(Parse, ReadsReferences) {
  const auto query = parsed(Type::Observation,
                            "patient=p1,Patient/p2,https://osler.example/fhir/Patient/p3,"
                            "https://other.example/fhir/Patient/p4,urn:uuid:1,Group/g");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_THAT(values<Target>(query), ElementsAre(Target{"Patient", "p1"}, Target{"Patient", "p2"},
                                                 Target{"Patient", "p3"}, Target{.elsewhere = true},
                                                 Target{.elsewhere = true}, Target{"Group", "g"}));
  EXPECT_EQ(values<Target>(parsed(Type::Provenance, "agent=m1"))[0].type, "Device");
}

TEST(Parse, ReadsDatesWithPrefixes) {
  const auto query = parsed(Type::Observation, "date=ge2026-11,2026-11-18T14:20:31%2B01:00");
  ASSERT_TRUE(query) << query.error().message;
  const auto dates = values<DateBound>(query);
  EXPECT_EQ(dates[0].prefix, Prefix::Ge);
  EXPECT_EQ(resources::instant_text(dates[0].span.to), "2026-12-01T00:00:00Z");
  EXPECT_EQ(dates[1].prefix, Prefix::Eq);
  EXPECT_EQ(resources::instant_text(dates[1].span.from), "2026-11-18T13:20:31Z");
}

// 100 days from now: ten days more on either side. Near now: one day.
TEST(Parse, WidensApproximateDates) {
  auto dates = values<DateBound>(parsed(Type::Patient, "birthdate=ap2026-08-10"));
  EXPECT_EQ(resources::instant_text(dates[0].span.from), "2026-07-31T00:00:00Z");
  EXPECT_EQ(resources::instant_text(dates[0].span.to), "2026-08-21T00:00:00Z");
  dates = values<DateBound>(parsed(Type::Patient, "birthdate=ap2026-11-18"));
  EXPECT_EQ(resources::instant_text(dates[0].span.from), "2026-11-17T00:00:00Z");
}

TEST(Parse, RepeatedParametersAreTwoCriteria) {
  const auto query = parsed(Type::Observation, "date=ge2026-01&date=lt2026-06&status=final");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->criteria.size(), 3U);
}

TEST(Parse, ReadsWhatShapesThePage) {
  const auto query = parsed(Type::Observation,
                            "_count=20&_sort=-date&_format=application/fhir+json"
                            "&_total=accurate");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->count, 20U);
  const Sort sort = query->sort.value_or(Sort{});
  ASSERT_NE(sort.parameter, nullptr);
  EXPECT_EQ(sort.parameter->name, "date");
  EXPECT_TRUE(sort.descending);
  EXPECT_FALSE(query->count_only);
  EXPECT_EQ(parsed(Type::Patient, "")->count, kDefaultCount);
  EXPECT_EQ(parsed(Type::Patient, "_count=9999")->count, kMostCount);
  EXPECT_TRUE(parsed(Type::Patient, "_count=0")->count_only);
  EXPECT_TRUE(parsed(Type::Patient, "_summary=count")->count_only);
  EXPECT_TRUE(parsed(Type::Patient, "_summary=count&_count=5")->count_only);
}

TEST(Parse, RefusesWhatItDoesNotKnowByName) {
  EXPECT_THAT(error_of(Type::Observation, "staus=final"), HasSubstr("\"staus\" is not one of"));
  EXPECT_THAT(error_of(Type::Observation, "code:not=x"), HasSubstr("\"code:not\" has a modifier"));
  EXPECT_THAT(error_of(Type::Observation, "patient.gender=male"), HasSubstr("is a chain"));
  EXPECT_THAT(error_of(Type::Patient, "_has:Observation:patient:code=x"), HasSubstr("_has"));
  EXPECT_THAT(error_of(Type::Patient, "_include=x"), HasSubstr("_include"));
  EXPECT_EQ(parsed(Type::Patient, "family=x").error().code, ErrorCode::InvalidArgument);
}

TEST(Parse, LenientIgnoresAndSaysSo) {
  const auto query =
      parsed(Type::Observation, "staus=final&status=final&code:not=x", Handling::Lenient);
  ASSERT_TRUE(query);
  EXPECT_THAT(query->ignored, ElementsAre("staus", "code:not"));
  EXPECT_EQ(query->criteria.size(), 1U);
  EXPECT_EQ(page_address(*query, kOptions.base, std::nullopt),
            "https://osler.example/fhir/Observation?status=final");
  const auto outcomes = outcomes_of(*query);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0]["issue"].size(), 2U);
  EXPECT_THAT(outcomes[0].at("/issue/0/details/text"_json_pointer).get<std::string>(),
              HasSubstr("staus"));
  EXPECT_TRUE(outcomes_of(*parsed(Type::Observation, "status=final")).empty());
}

TEST(Parse, RefusesValuesThatAreNone) {
  for (const char* text : {"patient=",
                           "patient=a/b/c",
                           "patient=Patient/",
                           "patient=/x",
                           "patient=a%20b",
                           "patient=Patient/p1/_history/2",
                           "patient=https://osler.example/fhir/p1",
                           "date=",
                           "date=yesterday",
                           "date=xx2026",
                           "date=ge",
                           "date=2026-02-30",
                           "date=2026,",
                           "code=",
                           "code=%7C",
                           "code=a%7Cb%7Cc",
                           "code=a,,b",
                           "code=a%5Cx",
                           "code=a%5C",
                           "_count=-1",
                           "_count=x",
                           "_count=1&_count=2",
                           "_sort=code",
                           "_sort=date,_id",
                           "_sort=-",
                           "_summary=true",
                           "_cursor=abc",
                           "_cursor=",
                           "_total=x",
                           "_format="}) {
    EXPECT_FALSE(parsed(Type::Observation, text)) << text;
    EXPECT_FALSE(parsed(Type::Observation, text, Handling::Lenient)) << text;
  }
  EXPECT_EQ(parsed(Type::Patient, "_format=xml").error().code, ErrorCode::NotSupported);
}

TEST(Parse, ErrorsNameNoValue) {
  for (const char* text : {"birthdate=Doe", "identifier=Doe%7C1%7C2", "Doe%20Jane=1", "_sort=Doe",
                           "_cursor=Doe", "_count=Doe", "_format=Doe"}) {
    const auto query = parsed(Type::Patient, text);
    ASSERT_FALSE(query) << text;
    EXPECT_THAT(query.error().message + query.error().where + query.error().advice,
                Not(HasSubstr("Doe")))
        << text;
  }
}

TEST(Parse, IsBounded) {
  std::string values = "code=1";
  for (int i = 0; i < 99; ++i) {
    values += ",1";
  }
  EXPECT_TRUE(parsed(Type::Observation, values));
  EXPECT_FALSE(parsed(Type::Observation, values + ",1"));
  EXPECT_FALSE(parsed(Type::Observation, "code=" + std::string(8193, 'x')));
  const std::vector<std::pair<std::string, std::string>> many(65, {"status", "final"});
  EXPECT_FALSE(parse(Type::Observation, many, kOptions));
  const std::vector<std::pair<std::string, std::string>> control{{"status", "a\nb"}};
  EXPECT_FALSE(parse(Type::Observation, control, kOptions));
}

// The address of a page, read again, is the same query.
TEST(Parse, AddressesComeBack) {
  const Cursor cursor{.key = "2026-11-18T13:20:31Z", .id = "f1", .backwards = true};
  for (const char* text :
       {"", "status=final,amended&code=urn:osler:finding%7Cconsolidation&_count=10",
        "date=ge2026-11-18T00:00:00%2B01:00&date=lt2026-12&_sort=-date&_summary=count",
        "patient=Patient/p1&_count=0&_id=a,b", "code=a%5C,b%5C%7C%E5%B1%B1%20%26%3D"}) {
    const auto query = parsed(Type::Observation, text);
    ASSERT_TRUE(query) << text;
    const auto address = page_address(*query, kOptions.base, cursor);
    const auto again =
        parsed(Type::Observation, address.substr(std::min(address.size(), address.find('?') + 1)));
    ASSERT_TRUE(again) << address << ": " << again.error().message;
    EXPECT_EQ(again->applied, query->applied) << address;
    EXPECT_EQ(again->count, query->count);
    EXPECT_EQ(again->cursor, cursor);
    EXPECT_EQ(again->criteria.size(), query->criteria.size());
  }
}

TEST(Cursors, ComeBackAndOnlyTheyDo) {
  for (const auto& cursor : {Cursor{}, Cursor{.key = "a", .id = "b"},
                             Cursor{.key = "ab.c", .id = "山", .backwards = true},
                             Cursor{.key = std::string("\0\xFF", 2), .id = "x"}}) {
    EXPECT_EQ(cursor_from(to_text(cursor)), cursor);
  }
  for (const char* text : {"", "f", "f..", "x.YQ.Yg", "f.YQ.Yg.", "f.Y.Yg", "f.YR.Yg", "f.Y=.Yg"}) {
    const auto cursor = cursor_from(text);
    EXPECT_TRUE(!cursor || to_text(*cursor) == text) << text;
  }
  EXPECT_FALSE(cursor_from("f.YR.Yg"));
  EXPECT_FALSE(cursor_from("f." + std::string(2000, 'A') + ".Yg"));
}

}  // namespace
}  // namespace osler::fhir::search
