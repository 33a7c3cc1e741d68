// Labelling projects on a home with a small data set: two readers, an adjudicator, and what becomes
// of their answers.

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "workflow/labelling/agreement.h"
#include "workflow/labelling/finish.h"
#include "workflow/labelling/test/world.h"

namespace osler::workflow::labelling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The films in the order in which a reader gets them, all answered alike.
std::vector<std::int64_t> read_all(World& world, std::int64_t project, const Viewer& who,
                                   const NewAnswers& said = both(Answer::Absent)) {
  std::vector<std::int64_t> order;
  while (true) {
    const auto item = next_item(world.home(), project, who);
    EXPECT_TRUE(item) << item.error().message;
    if (!item || !*item) {
      return order;
    }
    EXPECT_EQ((*item)->number, order.size() + 1);
    EXPECT_FALSE((*item)->own);
    EXPECT_TRUE((*item)->others.empty());
    order.push_back((*item)->id);
    world.say(project, (*item)->id, said, who);
  }
}

TEST(Labelling, GivesEachReaderEveryFilmInAnOrderOfTheirOwn) {
  World world(40);
  const auto id = world.begin(20);
  const auto anna = read_all(world, id, kAnna);
  const auto ben = read_all(world, id, kBen);

  EXPECT_EQ(std::set(anna.begin(), anna.end()).size(), 20U);
  EXPECT_EQ(std::set(ben.begin(), ben.end()).size(), 20U);
  EXPECT_NE(anna, ben);
  EXPECT_FALSE(std::ranges::is_sorted(anna));
  // The same seed draws the same films for the same orders, another seed others.
  World again(40);
  EXPECT_EQ(read_all(again, again.begin(20), kAnna), anna);
  auto other = project_of(20);
  other.name = "other";
  other.seed = 8;
  const auto made = create(again.home(), other, kSteward);
  ASSERT_TRUE(made);
  EXPECT_NE(read_all(again, made->id, kAnna), anna);
  EXPECT_NE(again.count("SELECT sum(item IN (SELECT item FROM labelling_items WHERE project = 1)) "
                        "FROM labelling_items WHERE project = 2"),
            20);
}

TEST(Labelling, OrdersDifferAlsoWhereThereAreTwoFilms) {
  World world(2);
  for (std::uint32_t seed = 0; seed < 16; ++seed) {
    auto wanted = project_of(2);
    wanted.name = "p" + std::to_string(seed);
    wanted.seed = seed;
    const auto made = create(world.home(), wanted, kSteward);
    ASSERT_TRUE(made);
    EXPECT_NE((*next_item(world.home(), made->id, kAnna))->id,
              (*next_item(world.home(), made->id, kBen))->id);
  }
}

// Film 1: both present, with a box each. 2: differ, settled present. 3: both absent. 4: both
// unsure, settled unsure. 5: differ on the other finding only, settled absent.
std::int64_t five_films(World& world) {
  const auto id = world.begin(5);
  auto boxed = both(Answer::Present);
  boxed.said.boxes["opacity"] = {.x0 = 10, .y0 = 20.5, .x1 = 200, .y1 = 100};
  world.say(id, 1, boxed, kAnna);
  boxed.said.boxes["opacity"] = {.x0 = 0, .y0 = 0, .x1 = 1, .y1 = 1};
  world.say(id, 1, boxed, kBen);
  world.say(id, 2, both(Answer::Present), kAnna);
  world.say(id, 2, both(Answer::Absent), kBen);
  world.say(id, 3, both(Answer::Absent), kAnna);
  world.say(id, 3, both(Answer::Absent), kBen);
  world.say(id, 4, both(Answer::Unsure), kAnna);
  world.say(id, 4, both(Answer::Unsure), kBen);
  world.say(id, 5, both(Answer::Absent, Answer::Present), kAnna);
  world.say(id, 5, both(Answer::Absent, Answer::Absent), kBen);
  return id;
}

TEST(Labelling, SendsDisagreementsToTheAdjudicatorWithoutNames) {
  World world(5);
  const auto id = five_films(world);
  std::vector<std::int64_t> order;
  for (const Answer decided : {Answer::Present, Answer::Unsure, Answer::Absent}) {
    const auto item = next_item(world.home(), id, kCarla);
    ASSERT_TRUE(item && *item);
    order.push_back((*item)->id);
    ASSERT_EQ((*item)->others.size(), 2U);
    EXPECT_EQ((*item)->others[0].name, "Reader 1");
    EXPECT_EQ((*item)->others[1].name, "Reader 2");
    ASSERT_EQ((*item)->asked.size(), 1U);
    EXPECT_EQ((*item)->of, 3U);
    const auto text = to_json(**item).dump();
    EXPECT_THAT(text, Not(HasSubstr("anna")));
    EXPECT_THAT(text, Not(HasSubstr("ben")));
    EXPECT_THAT(text, Not(HasSubstr("patient")));
    world.say(id, (*item)->id, on((*item)->asked[0], decided), kCarla);
  }
  EXPECT_THAT(order, ElementsAre(2, 4, 5));
  const auto none = next_item(world.home(), id, kCarla);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(Labelling, DrawsAnewForEachFilmWhoIsReaderOne) {
  World world(40);
  const auto id = world.begin(40);
  read_all(world, id, kAnna, both(Answer::Present));
  read_all(world, id, kBen, both(Answer::Absent));
  int anna_first = 0;
  for (std::int64_t number = 1; number <= 40; ++number) {
    const auto item = find_item(world.home(), id, number, kCarla);
    ASSERT_TRUE(item) << item.error().message;
    anna_first += item->others[0].said.answers.at("opacity") == Answer::Present ? 1 : 0;
  }
  EXPECT_GT(anna_first, 8);
  EXPECT_LT(anna_first, 32);
}

TEST(Labelling, EndsInANewVersionThatSaysHowEachLabelCameToBe) {
  World world(8);
  const auto id = five_films(world);
  world.clock().set(world.clock().now() + std::chrono::minutes(5));
  world.say(id, 2, on("opacity", Answer::Present), kCarla);
  world.say(id, 4, on("opacity", Answer::Unsure), kCarla);
  world.say(id, 5, on("effusion", Answer::Absent), kCarla);

  const auto finished = finish(world.home(), id, kSteward);
  ASSERT_TRUE(finished) << finished.error().message;

  EXPECT_EQ(finished->films, 5U);
  EXPECT_EQ(finished->left_out, 0U);
  EXPECT_EQ(finished->unsettled, 1U);
  const auto source = world.home().catalogue().find("chest@v1");
  EXPECT_EQ(finished->version.reference(), "chest@v2");
  EXPECT_EQ(finished->version.parent, source->digest);
  const auto before = *world.home().catalogue().manifest(*source);
  const auto after = *world.home().catalogue().manifest(finished->version);
  ASSERT_EQ(after.items.size(), 5U);
  const std::array<const char*, 5> opacity{"1", "1", "0", "", "0"};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto& item = after.items[i];
    const auto same = std::ranges::find(before.items, item.id, &dataset::Item::id);
    ASSERT_NE(same, before.items.end());
    EXPECT_EQ(item.object, same->object);
    EXPECT_EQ(item.attributes, same->attributes);
    EXPECT_EQ(item.split, same->split);
    EXPECT_EQ(item.patient, same->patient);
    EXPECT_EQ(item.labels.at("device"), "0");  // of the version before
    EXPECT_EQ(item.labels.contains("opacity") ? item.labels.at("opacity") : "", opacity.at(i));
    EXPECT_EQ(item.labels.at("effusion"), "0");
  }
  const auto& agreed = after.items[0].history.at("opacity");
  EXPECT_EQ(agreed.route, "both readers");
  ASSERT_EQ(agreed.given.size(), 2U);
  EXPECT_EQ(agreed.given[0].by, "anna");
  EXPECT_EQ(agreed.given[0].role, "reader");
  EXPECT_EQ(agreed.given[0].answer, "present");
  EXPECT_EQ(agreed.given[0].time, "2027-01-15T08:00:00Z");
  EXPECT_EQ(agreed.given[0].seconds, 2.5);
  EXPECT_EQ(agreed.given[0].box, (std::array<double, 4>{10, 20.5, 200, 100}));
  const auto& decided = after.items[1].history.at("opacity");
  EXPECT_EQ(decided.route, "adjudicated");
  ASSERT_EQ(decided.given.size(), 3U);
  EXPECT_EQ(decided.given[2].by, "carla");
  EXPECT_EQ(decided.given[2].role, "adjudicator");
  EXPECT_EQ(decided.given[2].time, "2027-01-15T08:05:00Z");
  EXPECT_EQ(after.items[1].history.at("effusion").route, "both readers");
  EXPECT_EQ(after.items[3].history.at("opacity").given[2].answer, "unsure");

  const auto closed = find(world.home(), id, kAnna);
  EXPECT_FALSE(closed->is_open());
  EXPECT_EQ(closed->result, finished->version.digest.hex());
  EXPECT_FALSE(*next_item(world.home(), id, kAnna));
  EXPECT_EQ(answer(world.home(), id, 1, both(Answer::Absent), kAnna).error().code,
            ErrorCode::FailedPrecondition);
  EXPECT_EQ(finish(world.home(), id, kSteward).error().code, ErrorCode::FailedPrecondition);
  EXPECT_TRUE(world.home().audit().verify());
}

TEST(Labelling, IsFinishedOnlyWhereNothingIsOpen) {
  World world(8);
  const auto id = world.begin(4);
  EXPECT_EQ(finish(world.home(), id, kSteward, {.leave_out_unanswered = true}).error().code,
            ErrorCode::FailedPrecondition);  // nothing would be left
  world.say(id, 1, both(Answer::Present), kAnna);
  world.say(id, 1, both(Answer::Absent), kBen);
  world.say(id, 2, both(Answer::Present), kAnna);
  world.say(id, 2, both(Answer::Present), kBen);
  world.say(id, 3, both(Answer::Present), kAnna);

  EXPECT_THAT(finish(world.home(), id, kSteward).error().message, HasSubstr("2 film"));
  const auto disputed = finish(world.home(), id, kSteward, {.leave_out_unanswered = true});
  ASSERT_FALSE(disputed);
  EXPECT_THAT(disputed.error().message, HasSubstr("1 disagreement"));
  EXPECT_EQ(world.home().catalogue().list()->size(), 1U);
  EXPECT_EQ(finish(world.home(), id, kAnna).error().code, ErrorCode::PermissionDenied);

  world.say(id, 1, on("opacity", Answer::Absent), kCarla);
  const auto finished = finish(world.home(), id, kSteward, {.leave_out_unanswered = true});
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->films, 2U);
  EXPECT_EQ(finished->left_out, 2U);
  EXPECT_EQ(to_json(*finished)["dataset"], finished->version.short_digest());
}

// 20 both present, 5 and 10 apart, 15 both absent, and 3 of which one is unsure: kappa 0.4 with the
// standard error 0.12700 (worked out in evaluate/metrics' test), 0.4 +- 0.2489.
TEST(Labelling, AgreementIsThatWorkedOutByHand) {
  World world(53);
  const auto id = world.begin(53);
  for (std::int64_t item = 1; item <= 53; ++item) {
    const bool unsure = item > 50;
    const Answer first = item <= 25 ? Answer::Present : Answer::Absent;
    const Answer second =
        item <= 20 || (item > 25 && item <= 35) ? Answer::Present : Answer::Absent;
    // Ben never sees an effusion.
    world.say(id, item, both(first, item % 2 == 0 ? Answer::Present : Answer::Absent), kAnna);
    world.say(id, item, both(unsure ? Answer::Unsure : second), kBen);
  }

  const auto found = agreement(world.home(), id, kSteward);
  ASSERT_TRUE(found) << found.error().message;
  const auto& opacity = found->findings[0];
  EXPECT_EQ(opacity.both_present, 20U);
  EXPECT_EQ(opacity.only_first, 5U);
  EXPECT_EQ(opacity.only_second, 10U);
  EXPECT_EQ(opacity.both_absent, 15U);
  EXPECT_EQ(opacity.unsure, 3U);
  EXPECT_EQ(opacity.films, 53U);
  EXPECT_NEAR(opacity.kappa.value, 0.4, 1e-12);
  EXPECT_NEAR(opacity.kappa.lower, 0.4 - 0.2489, 1e-4);
  EXPECT_NEAR(opacity.kappa.upper, 0.4 + 0.2489, 1e-4);
  EXPECT_EQ(opacity.kappa.n, 50U);
  // With unsure as an answer of its own the three are disagreements.
  EXPECT_LT(opacity.kappa_with_unsure.value, 0.4);
  EXPECT_EQ(opacity.kappa_with_unsure.n, 53U);
  const auto& effusion = found->findings[1];
  EXPECT_FALSE(effusion.kappa.estimable());
  EXPECT_THAT(effusion.kappa.reason, HasSubstr("second reader"));
  EXPECT_EQ(std::ranges::count(found->disagreements, "opacity", &Disagreement::finding), 18);
  EXPECT_EQ(std::ranges::count(found->disagreements, "effusion", &Disagreement::finding), 26);

  const Json json = to_json(*found);
  EXPECT_NEAR(json["findings"][0]["kappa"]["value"].get<double>(), 0.4, 1e-12);
  EXPECT_FALSE(json["findings"][0].contains("kappa_why"));
  EXPECT_TRUE(json["findings"][1]["kappa"].is_null());
  EXPECT_THAT(json["findings"][1]["kappa_why"].get<std::string>(), HasSubstr("one answer only"));
  EXPECT_EQ(json["findings"][0]["table"]["only_second"], 10);
  EXPECT_TRUE(json["disagreements"][0]["settled"].is_null());
}

// All that this person can ask for, as one text. Whatever is not told is an error, told as well.
std::string all_that_is_told(World& world, std::int64_t id, std::size_t count, const Viewer& who) {
  const auto told = [](const auto& result) {
    return result ? to_json(*result).dump() : result.error().message + result.error().advice;
  };
  std::string text;
  const auto projects = list(world.home(), who);
  EXPECT_TRUE(projects);
  for (const auto& project : *projects) {
    text += to_json(project).dump();
  }
  text += told(find(world.home(), id, who));
  const auto next = next_item(world.home(), id, who);
  EXPECT_TRUE(next);
  text += *next ? to_json(**next).dump() : "none";
  for (std::size_t item = 1; item <= count; ++item) {
    text += told(find_item(world.home(), id, static_cast<std::int64_t>(item), who));
  }
  text += told(agreement(world.home(), id, who));
  text += told(finish(world.home(), id, who));
  text += told(finish(world.home(), id, who, {.leave_out_unanswered = true}));
  return text;
}

std::string whole_audit(World& world) {
  std::string text;
  for (const auto& record : world.records()) {
    text += record.event.actor + " " + record.event.action;
    for (const auto& [key, value] : record.event.facts) {
      text += " " + key + "=" + value;
    }
    text += "\n";
  }
  return text;
}

// What a reader is told does not depend on what the other reader says: the same world with every
// other answer of Ben's, before and after Anna's own answers.
TEST(Labelling, TellsAReaderNothingOfTheOthersAnswers) {
  std::set<std::string> before;
  std::set<std::string> after;
  std::set<std::string> managing;
  std::set<std::string> audits;
  for (const Answer bens : {Answer::Present, Answer::Absent, Answer::Unsure}) {
    World world(12);
    const auto id = world.begin(6);
    read_all(world, id, kBen, both(bens, bens));
    before.insert(all_that_is_told(world, id, 6, kAnna));
    for (std::int64_t item = 1; item <= 4; ++item) {
      world.say(id, item, both(Answer::Present, Answer::Absent), kAnna);
    }
    after.insert(all_that_is_told(world, id, 6, kAnna));
    // Also not where the reader is the steward too: the room's errors name no numbers to them.
    managing.insert(all_that_is_told(world, id, 6, kManagingReader));
    audits.insert(whole_audit(world));
    EXPECT_FALSE(agreement(world.home(), id, kAnna));
    EXPECT_FALSE(agreement(world.home(), id, kManagingReader));
  }
  EXPECT_EQ(before.size(), 1U);
  EXPECT_EQ(after.size(), 1U);
  EXPECT_EQ(managing.size(), 1U);
  EXPECT_EQ(audits.size(), 1U);
  for (const auto* word : {"\"present\"", "\"unsure\""}) {
    EXPECT_THAT(*before.begin(), Not(HasSubstr(word)));
  }
  for (const auto* word : {"present", "absent", "unsure", "patient", "film-"}) {
    EXPECT_THAT(*audits.begin(), Not(HasSubstr(word)));
  }
}

// Nor on what the adjudicator decides, until the project is closed.
TEST(Labelling, TellsAReaderNothingOfTheDecision) {
  std::set<std::string> told;
  for (const Answer decided : {Answer::Present, Answer::Absent, Answer::Unsure}) {
    World world(6);
    const auto id = world.begin(3);
    read_all(world, id, kAnna, both(Answer::Present));
    read_all(world, id, kBen, both(Answer::Absent));
    world.say(id, 2, on("opacity", decided), kCarla);
    told.insert(all_that_is_told(world, id, 3, kAnna) +
                all_that_is_told(world, id, 3, kManagingReader));
  }
  EXPECT_EQ(told.size(), 1U);
}

TEST(Labelling, CountsDisagreementsOnlyForThoseWhoSeeBoth) {
  World world(5);
  const auto id = five_films(world);
  const auto counted_for = [&](const Viewer& who) {
    const auto listed = list(world.home(), who);
    EXPECT_EQ(listed->size(), 1U);
    const auto found = find(world.home(), id, who);
    EXPECT_EQ(to_json(*found), to_json(listed->front()));
    return found->disagreements;
  };
  EXPECT_FALSE(counted_for(kAnna));
  EXPECT_FALSE(counted_for(kManagingReader));
  EXPECT_EQ(counted_for(kCarla), 3U);
  EXPECT_EQ(counted_for(kSteward), 3U);
  EXPECT_TRUE(list(world.home(), kStranger)->empty());

  const Json mine = to_json(*find(world.home(), id, kCarla));
  EXPECT_EQ(mine["mine"]["role"], "adjudicator");
  EXPECT_EQ(mine["mine"]["done"], 0);
  EXPECT_EQ(mine["mine"]["left"], 3);
  EXPECT_EQ(mine["answered"], 10);
  EXPECT_EQ(mine["id"], "l1");
  EXPECT_EQ(mine["state"], "open");
  const Json annas = to_json(*find(world.home(), id, kAnna));
  EXPECT_EQ(annas["mine"]["role"], "reader");
  EXPECT_EQ(annas["mine"]["done"], 5);
  EXPECT_EQ(annas["mine"]["left"], 0);
  EXPECT_TRUE(annas["disagreements"].is_null());
}

TEST(Labelling, KeepsEveryAnswerAndCountsTheNewest) {
  World world(4);
  const auto id = world.begin(2);
  world.say(id, 1, both(Answer::Present), kAnna);
  world.say(id, 1, both(Answer::Present), kAnna);  // a second click
  EXPECT_EQ(world.count("SELECT count(*) FROM labelling_answers"), 2);
  const auto records = world.records().size();
  world.say(id, 1, both(Answer::Absent), kAnna);
  EXPECT_EQ(world.count("SELECT count(*) FROM labelling_answers"), 4);
  EXPECT_EQ(world.records().size(), records + 1);
  EXPECT_EQ(find_item(world.home(), id, 1, kAnna)->own->answers.at("opacity"), Answer::Absent);
  EXPECT_FALSE(world.home().database().execute("UPDATE labelling_answers SET answer = 'present'"));
  EXPECT_FALSE(world.home().database().execute("DELETE FROM labelling_answers"));

  // What the adjudicator settled stands, also where a reader comes round.
  world.say(id, 1, both(Answer::Present), kBen);
  world.say(id, 1, on("opacity", Answer::Absent), kCarla);
  world.say(id, 1, both(Answer::Present), kAnna);
  world.say(id, 2, both(Answer::Present), kAnna);
  world.say(id, 2, both(Answer::Present), kBen);
  const auto finished = finish(world.home(), id, kSteward);
  ASSERT_TRUE(finished) << finished.error().message;
  const auto after = *world.home().catalogue().manifest(finished->version);
  EXPECT_EQ(after.items[0].labels.at("opacity"), "0");
  EXPECT_EQ(after.items[0].history.at("opacity").route, "adjudicated");
}

TEST(Labelling, GoesOnAfterARestart) {
  World world(10);
  const auto id = five_films(world);
  world.say(id, 2, on("opacity", Answer::Present), kCarla);
  const auto text = [&] {
    std::string all;
    for (const auto& who : {kAnna, kBen, kCarla, kSteward}) {
      all += to_json(*find(world.home(), id, who)).dump();
    }
    return all + to_json(*agreement(world.home(), id, kCarla)).dump() +
           to_json(**next_item(world.home(), id, kCarla)).dump();
  };
  const auto before = text();
  world.open();
  EXPECT_EQ(text(), before);
}

}  // namespace
}  // namespace osler::workflow::labelling
