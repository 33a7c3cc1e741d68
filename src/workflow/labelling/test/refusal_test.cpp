// What a labelling project does not take: from whom, and what.

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "workflow/labelling/agreement.h"
#include "workflow/labelling/finish.h"
#include "workflow/labelling/test/world.h"

namespace osler::workflow::labelling {
namespace {

using ::testing::HasSubstr;

struct BadProject {
  const char* label;
  void (*change)(NewProject&);
  ErrorCode code;
  const char* message;
};
class LabellingRefuses : public ::testing::TestWithParam<BadProject> {};

TEST_P(LabellingRefuses, AProject) {
  World world(4);
  world.begin(2);
  auto rows = films(3);
  rows.items[1].media = "application/x-npz-row";
  ASSERT_TRUE(world.store("arrays", rows));
  auto wanted = project_of(4);
  wanted.name = "second";
  GetParam().change(wanted);

  const auto made = create(world.home(), wanted, kSteward);

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, GetParam().code);
  EXPECT_THAT(made.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(world.count("SELECT count(*) FROM labelling_projects"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Projects, LabellingRefuses,
    ::testing::Values(BadProject{"NoDataset", [](NewProject& p) { p.dataset = "chess"; },
                                 ErrorCode::NotFound, "chest"},
                      BadProject{"NoVersion", [](NewProject& p) { p.dataset = "chest@v9"; },
                                 ErrorCode::NotFound, "no such version"},
                      BadProject{"Rows",
                                 [](NewProject& p) {
                                   p.dataset = "arrays";
                                   p.films = 3;
                                 },
                                 ErrorCode::NotSupported, "cannot be labelled"},
                      BadProject{"SameName", [](NewProject& p) { p.name = "first"; },
                                 ErrorCode::FailedPrecondition, "l1"},
                      BadProject{"NoName", [](NewProject& p) { p.name = " "; },
                                 ErrorCode::InvalidArgument, "needs a name"},
                      BadProject{"LongName", [](NewProject& p) { p.name = std::string(101, 'n'); },
                                 ErrorCode::InvalidArgument, "needs a name"},
                      BadProject{"OddName", [](NewProject& p) { p.name = "a\nb"; },
                                 ErrorCode::InvalidArgument, "needs a name"},
                      BadProject{"OneReader", [](NewProject& p) { p.readers[1] = "anna"; },
                                 ErrorCode::InvalidArgument, "same person"},
                      BadProject{"NoReader", [](NewProject& p) { p.readers[1] = ""; },
                                 ErrorCode::InvalidArgument, "by name"},
                      BadProject{"ReaderAdjudicates", [](NewProject& p) { p.adjudicator = "ben"; },
                                 ErrorCode::InvalidArgument, "one of the readers"},
                      BadProject{"NoFinding", [](NewProject& p) { p.findings.clear(); },
                                 ErrorCode::InvalidArgument, "1 to 8"},
                      BadProject{"NineFindings",
                                 [](NewProject& p) {
                                   for (int i = 0; i < 7; ++i) {
                                     p.findings.push_back(
                                         {.code = "f" + std::to_string(i), .label = "F"});
                                   }
                                 },
                                 ErrorCode::InvalidArgument, "1 to 8"},
                      BadProject{"SameCode", [](NewProject& p) { p.findings[1].code = "opacity"; },
                                 ErrorCode::InvalidArgument, "twice"},
                      BadProject{"OddCode", [](NewProject& p) { p.findings[1].code = "Effusion"; },
                                 ErrorCode::InvalidArgument, "code"},
                      BadProject{"LongCode",
                                 [](NewProject& p) { p.findings[1].code = std::string(33, 'e'); },
                                 ErrorCode::InvalidArgument, "code"},
                      BadProject{"NoLabel", [](NewProject& p) { p.findings[1].label = ""; },
                                 ErrorCode::InvalidArgument, "label"},
                      BadProject{"NoFilms", [](NewProject& p) { p.films = 0; },
                                 ErrorCode::InvalidArgument, "films"},
                      BadProject{"ManyFilms", [](NewProject& p) { p.films = 5; },
                                 ErrorCode::InvalidArgument, "4 films"}),
    [](const auto& row) { return std::string(row.param.label); });

struct BadAnswer {
  const char* label;
  void (*change)(NewAnswers&);
  const char* message;
};
class LabellingRefusesTo : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(LabellingRefusesTo, TakeAnAnswer) {
  World world(4);
  const auto id = world.begin(2);
  auto said = both(Answer::Present);
  said.said.boxes["opacity"] = {.x0 = 10, .y0 = 10, .x1 = 20, .y1 = 20};
  GetParam().change(said);

  const auto done = answer(world.home(), id, 1, said, kAnna);

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(done.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(world.count("SELECT count(*) FROM labelling_answers"), 0);
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Answers, LabellingRefusesTo,
    ::testing::Values(
        BadAnswer{"Missing", [](NewAnswers& a) { a.said.answers.erase("effusion"); }, "no answer"},
        BadAnswer{"None",
                  [](NewAnswers& a) {
                    a.said.answers.clear();
                    a.said.boxes.clear();
                  },
                  "no answer"},
        BadAnswer{"NotAsked", [](NewAnswers& a) { a.said.answers["mass"] = Answer::Absent; },
                  "no such finding"},
        BadAnswer{"BoxOfAbsent", [](NewAnswers& a) { a.said.boxes["effusion"] = {0, 0, 1, 1}; },
                  "present"},
        BadAnswer{"BoxOfNothing", [](NewAnswers& a) { a.said.boxes["mass"] = {0, 0, 1, 1}; },
                  "present"},
        BadAnswer{"BoxTooWide", [](NewAnswers& a) { a.said.boxes["opacity"].x1 = 200.5; },
                  "200 by 100"},
        BadAnswer{"BoxTooHigh", [](NewAnswers& a) { a.said.boxes["opacity"].y1 = 101; }, "inside"},
        BadAnswer{"BoxLeftOfIt", [](NewAnswers& a) { a.said.boxes["opacity"].x0 = -1; }, "inside"},
        BadAnswer{"BoxOfNoWidth", [](NewAnswers& a) { a.said.boxes["opacity"].x0 = 20; }, "inside"},
        BadAnswer{"BoxUpsideDown", [](NewAnswers& a) { a.said.boxes["opacity"].y0 = 30; },
                  "inside"},
        BadAnswer{"BoxOfNoNumber", [](NewAnswers& a) { a.said.boxes["opacity"].x1 = kNaN; },
                  "inside"},
        BadAnswer{"BoxWithoutEnd", [](NewAnswers& a) { a.said.boxes["opacity"].x1 = kInfinity; },
                  "inside"},
        BadAnswer{"SecondsOfNoNumber", [](NewAnswers& a) { a.seconds = kNaN; }, "seconds"},
        BadAnswer{"SecondsBack", [](NewAnswers& a) { a.seconds = -1; }, "seconds"}),
    [](const auto& row) { return std::string(row.param.label); });

TEST(Labelling, IsForItsPeople) {
  World world(4);
  const auto id = world.begin(2);
  for (const auto& who : {kStranger, kSteward}) {
    EXPECT_EQ(next_item(world.home(), id, who).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(find_item(world.home(), id, 1, who).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(answer(world.home(), id, 1, both(Answer::Absent), who).error().code,
              ErrorCode::PermissionDenied);
  }
  EXPECT_EQ(find(world.home(), id, kStranger).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(agreement(world.home(), id, kStranger).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(finish(world.home(), id, kCarla).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(create(world.home(), project_of(2), kAnna).error().code, ErrorCode::PermissionDenied);
  EXPECT_EQ(find(world.home(), 9, kSteward).error().code, ErrorCode::NotFound);
  EXPECT_EQ(find_item(world.home(), id, 3, kAnna).error().code, ErrorCode::NotFound);
  EXPECT_EQ(answer(world.home(), id, 0, both(Answer::Absent), kAnna).error().code,
            ErrorCode::NotFound);
}

TEST(Labelling, TheAdjudicatorDecidesDisputesAndNothingElse) {
  World world(5);
  const auto id = world.begin(3);
  world.say(id, 1, both(Answer::Present, Answer::Present), kAnna);
  // One answer alone is shown to nobody.
  EXPECT_EQ(find_item(world.home(), id, 1, kCarla).error().code, ErrorCode::NotFound);
  EXPECT_EQ(answer(world.home(), id, 1, on("opacity", Answer::Absent), kCarla).error().code,
            ErrorCode::FailedPrecondition);
  world.say(id, 1, both(Answer::Absent, Answer::Present), kBen);
  EXPECT_EQ(answer(world.home(), id, 1, on("effusion", Answer::Present), kCarla).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(answer(world.home(), id, 1, both(Answer::Absent, Answer::Absent), kCarla).error().code,
            ErrorCode::FailedPrecondition);
  // What both said may be sent along, and is not kept as a decision.
  world.say(id, 1, both(Answer::Absent, Answer::Present), kCarla);
  EXPECT_EQ(world.count("SELECT count(*) FROM labelling_answers WHERE person = 'carla'"), 1);
  // A decision may be taken anew.
  world.say(id, 1, on("opacity", Answer::Present), kCarla);
  const auto found = agreement(world.home(), id, kCarla);
  ASSERT_EQ(found->disagreements.size(), 1U);
  EXPECT_EQ(found->disagreements[0].settled, Answer::Present);
}

TEST(Labelling, AProjectWithoutBoxesTakesNone) {
  World world(4);
  auto wanted = project_of(2);
  wanted.boxes = false;
  const auto made = create(world.home(), wanted, kSteward);
  ASSERT_TRUE(made);
  auto said = both(Answer::Present);
  said.said.boxes["opacity"] = {.x0 = 1, .y0 = 1, .x1 = 2, .y1 = 2};
  EXPECT_THAT(answer(world.home(), made->id, 1, said, kAnna).error().message,
              HasSubstr("no boxes"));
}

TEST(Labelling, ReadsBodiesThatAreRight) {
  const auto project = project_from(Json::parse(
      R"({"name": "n", "dataset": "d@v1", "findings": [{"code": "a", "label": "A"}], "boxes": true,
          "readers": ["x", "y"], "adjudicator": "z", "films": 40})"));
  ASSERT_TRUE(project) << project.error().message;
  EXPECT_EQ(project->films, 40U);
  EXPECT_FALSE(project->seed);
  const auto said = answers_from(Json::parse(
      R"({"answers": {"a": "unsure", "b": "present"}, "boxes": {"b": [1, 2, 3.5, 4]}, "seconds": 4.2})"));
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(said->said.answers.at("a"), Answer::Unsure);
  EXPECT_EQ(said->said.boxes.at("b"), (Box{1, 2, 3.5, 4}));
  EXPECT_EQ(said->seconds, 4.2);
  EXPECT_EQ(*project_id("l12"), 12);
  EXPECT_EQ(*item_id("17"), 17);
}

TEST(Labelling, RefusesBodiesThatAreNot) {
  for (const char* body :
       {"[]", "{}", R"({"answers": []})", R"({"answers": {"a": "yes"}})",
        R"({"answers": {"a": 1}})", R"({"answers": {"a": "present"}, "boxes": []})",
        R"({"answers": {"a": "present"}, "boxes": {"a": [1, 2, 3]}})",
        R"({"answers": {"a": "present"}, "boxes": {"a": [1, 2, 3, "4"]}})",
        R"({"answers": {"a": "present"}, "seconds": "4"})",
        R"({"answers": {"a": "present"}, "reader": "ben"})"}) {
    EXPECT_EQ(answers_from(Json::parse(body)).error().code, ErrorCode::InvalidArgument) << body;
  }
  const Json good = Json::parse(
      R"({"name": "n", "dataset": "d", "findings": [{"code": "a", "label": "A"}], "readers": ["x", "y"],
          "adjudicator": "z", "films": 4})");
  ASSERT_TRUE(project_from(good));
  for (const auto& [key, value] : {std::pair("name", Json(1)),
                                   {"dataset", Json()},
                                   {"findings", Json("a")},
                                   {"findings", Json::array({1})},
                                   {"boxes", Json("yes")},
                                   {"readers", Json::array({"x"})},
                                   {"readers", Json::array({"x", 1})},
                                   {"films", Json(-1)},
                                   {"films", Json(1.5)},
                                   {"films", Json("4")},
                                   {"films", Json(UINT64_MAX)},
                                   {"seed", Json(-1)},
                                   {"seed", Json(UINT64_MAX)},
                                   {"unknown", Json(1)}}) {
    Json body = good;
    body[key] = value;
    EXPECT_EQ(project_from(body).error().code, ErrorCode::InvalidArgument) << body.dump();
  }
  for (const char* word : {"", "l", "7", "l0", "l-1", "lx", "l99999999999999999999"}) {
    EXPECT_FALSE(project_id(word)) << word;
  }
  for (const char* word : {"", "0", "-1", "x", "1x"}) {
    EXPECT_FALSE(item_id(word)) << word;
  }
}

}  // namespace
}  // namespace osler::workflow::labelling
