#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling {

inline const Viewer kAnna{.person = {.name = "anna", .from = "10.0.0.7"}};
inline const Viewer kBen{.person = {.name = "ben", .from = ""}};
inline const Viewer kCarla{.person = {.name = "carla", .from = ""}};
inline const Viewer kSteward{.person = {.name = "stella", .from = ""}, .manages = true};
inline const Viewer kStranger{.person = {.name = "otto", .from = ""}};
inline const Viewer kManagingReader{.person = {.name = "anna", .from = "10.0.0.7"},
                                    .manages = true};

inline dataset::Manifest films(std::size_t count) {
  dataset::Manifest manifest{.origin = {{"source", "test"}}, .items = {}};
  const std::array<std::string, 3> parts{"train", "validation", "test"};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = "film-" + std::to_string(i);
    manifest.items.push_back({.id = id,
                              .patient = "patient-" + std::to_string(i / 2),
                              .object = crypto::sha256(id),
                              .media = "application/dicom",
                              .labels = {{"opacity", "1"}, {"device", "0"}},
                              .attributes = {{"rows", "100"}, {"columns", "200"}, {"sex", "F"}},
                              .split = parts.at(i % 3),
                              .pixels = std::nullopt});
  }
  return manifest;
}

inline NewProject project_of(std::size_t count) {
  return {.name = "first",
          .dataset = "chest",
          .findings = {{.code = "opacity", .label = "Opacity"},
                       {.code = "effusion", .label = "Effusion"}},
          .boxes = true,
          .readers = {"anna", "ben"},
          .adjudicator = "carla",
          .films = count,
          .seed = 7};
}

inline NewAnswers both(Answer opacity, Answer effusion = Answer::Absent) {
  return {.said = {.answers = {{"opacity", opacity}, {"effusion", effusion}}, .boxes = {}},
          .seconds = 2.5};
}

// One home with a data set "chest".
class World {
 public:
  explicit World(std::size_t count) {
    open();
    EXPECT_TRUE(store("chest", films(count)));
  }

  void open() {
    home_.reset();
    auto opened = Home::open(folder_.path() / "home", clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    home_ = std::make_unique<Home>(*std::move(opened));
    ASSERT_TRUE(prepare(*home_));
  }

  Result<dataset::Version> store(const std::string& name, const dataset::Manifest& manifest) {
    OSLER_TRY(auto change, storage::Transaction::begin(home_->database()));
    OSLER_TRY(auto created, home_->catalogue().create(
                                change, {.name = name, .parent = {}, .note = ""}, manifest));
    OSLER_TRY_DO(change.commit());
    return created.version;
  }

  std::int64_t begin(std::size_t count) {
    const auto made = create(*home_, project_of(count), kSteward);
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : 0;
  }

  void say(std::int64_t project, std::int64_t item, const NewAnswers& said, const Viewer& who) {
    const auto done = answer(*home_, project, item, said, who);
    EXPECT_TRUE(done) << done.error().message;
  }

  std::int64_t count(const std::string& sql) {
    return (*home_->database().integer(sql)).value_or(0);
  }
  std::vector<storage::audit::Record> records() { return *home_->audit().records(0, 10'000); }
  Home& home() { return *home_; }
  FixedClock& clock() { return clock_; }

 private:
  TemporaryFolder folder_;
  FixedClock clock_{std::chrono::system_clock::time_point(std::chrono::hours(500'000))};
  std::unique_ptr<Home> home_;
};

// One answer alone, as the adjudicator gives it.
inline NewAnswers on(const std::string& finding, Answer answer) {
  return {.said = {.answers = {{finding, answer}}, .boxes = {}}, .seconds = {}};
}

}  // namespace osler::workflow::labelling
