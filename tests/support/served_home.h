#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/rng.h"
#include "base/text.h"
#include "deploy/registry/registry.h"
#include "dicom/phantom/phantom.h"
#include "infer/engine/session.h"
#include "infer/package/package.h"
#include "tests/support/networks.h"
#include "workflow/home.h"
#include "workflow/models.h"
#include "workflow/take_in.h"

namespace osler::test {

// What a made-up model says of every film: its network is random, its score map is not.
enum class Says : std::uint8_t { Above, Below, Undecided };

struct ServedModel {
  std::string name = "chest-opacity";
  std::int64_t version = 1;
  std::string label = "Opacity";
  Says says = Says::Above;
  std::string intended_use = R"({"modality": ["CR", "DX"], "body_part": ["CHEST"]})";
  std::string stage = "production";
  std::string registered_because = "test";  // "run r1": that run made it
};

inline clinical::ScoreMap score_map_that(Says says) {
  clinical::ScoreMap map;
  const double shift = says == Says::Above ? 3.0 : says == Says::Below ? -3.0 : 0.0;
  map.calibration.slope = 0.01;
  map.calibration.intercept = shift;
  map.interval.lower = {says == Says::Above ? 0.9 : says == Says::Below ? 0.01 : 0.3};
  map.interval.upper = {says == Says::Above ? 0.99 : says == Says::Below ? 0.1 : 0.7};
  map.threshold = 0.5;
  map.high_from = 0.8;
  for (int i = 0; i < 40; ++i) {
    map.reference.push_back({.score = 0.1 * i, .positive = i >= 20});
  }
  return map;
}

// A signed package in the home, registered and promoted.
inline void serve_model(workflow::Home& home, const ServedModel& model = {}) {
  constexpr std::size_t kSide = 12;
  infer::package::Contents contents;
  contents.name = model.name;
  contents.version = model.version;
  contents.onnx = make_network({.height = kSide, .width = kSide});
  contents.transform = R"({"size": 12})";
  contents.finding = R"({"code": "o", "label": ")" + model.label + R"(", "system": "urn:test"})";
  contents.intended_use = model.intended_use;
  contents.provenance = R"({"seed": 1})";
  contents.metrics = "{}";
  contents.gates = R"({"gates": [], "sign_offs": []})";
  contents.card = "# " + model.label + "\n";
  contents.score_map = score_map_that(model.says);
  contents.golden = {.images = 16, .height = kSide, .width = kSide};
  Rng rng(11);
  for (std::size_t i = 0; i < 16 * kSide * kSide; ++i) {
    contents.golden.pixels.push_back(static_cast<float>(rng.normal()));
  }
  contents.golden.logits =
      infer::engine::Session::create(contents.onnx)->run(contents.golden.pixels, 16)->logits;
  const auto digest = infer::package::write(workflow::model_folder(home, model.name, model.version),
                                            contents, home.signing_key().private_key);
  ASSERT_TRUE(digest) << digest.error().message;
  {
    auto registry = deploy::registry::Registry::open(home.database(), home.clock());
    auto change = storage::Transaction::begin(home.database());
    ASSERT_TRUE(registry->add(*change,
                              {.name = model.name,
                               .version = model.version,
                               .digest = *digest,
                               .content = model.name + std::to_string(model.version)},
                              {.actor = "test", .reason = model.registered_because}));
    ASSERT_TRUE(change->commit());
  }
  if (model.stage != "development") {
    ASSERT_TRUE(workflow::promote_model(home, model.name + "@" + std::to_string(model.version),
                                        model.stage, "test"));
  }
}

// The files of a phantom cohort that are no film of their own.
inline std::set<std::string> phantom_defects(const std::filesystem::path& folder) {
  const auto table = read_text(folder / "defects.csv");
  EXPECT_TRUE(table) << table.error().message;
  std::set<std::string> files;
  for (const auto& line : split(*table, '\n')) {
    const auto cells = split(line, ',');
    if (cells.size() == 3 &&
        (cells[1] == "cut_short" || cells[1] == "not_dicom" || cells[1] == "same_bytes")) {
      files.insert(std::string(cells[0]));
    }
  }
  return files;
}

// The whole films of a phantom cohort that is made below `folder`.
inline std::vector<std::filesystem::path> phantom_films(const std::filesystem::path& folder,
                                                        std::size_t studies,
                                                        std::uint64_t seed = 5) {
  NoProgress progress;
  const auto made = dicom::phantom::write_cohort(
      folder, {.studies = studies, .sites = 1, .seed = seed}, progress);
  EXPECT_TRUE(made) << made.error().message;
  const auto defects = phantom_defects(folder);
  std::vector<std::filesystem::path> films;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "site-a")) {
    if (!defects.contains("site-a/" + entry.path().filename().string())) {
      films.push_back(entry.path());
    }
  }
  std::ranges::sort(films);
  return films;
}

inline workflow::Receipt take_in_films(workflow::Home& home,
                                       std::vector<std::filesystem::path> paths,
                                       bool history = false) {
  NoProgress progress;
  const auto receipt = workflow::take_in(
      home, {.paths = std::move(paths), .deidentify = false, .history = history}, progress);
  EXPECT_TRUE(receipt) << receipt.error().message;
  return receipt ? *receipt : workflow::Receipt{};
}

}  // namespace osler::test
