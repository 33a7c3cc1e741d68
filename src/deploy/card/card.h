#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "deploy/gates/gates.h"

namespace osler::deploy::card {

struct Metric {
  std::string name{};  // as people read it: "Sensitivity"
  gates::Estimate estimate;
};

struct SubgroupRow {
  std::string attribute{};
  std::string group{};
  std::size_t films = 0;
  std::size_t positive = 0;
  std::vector<Metric> metrics{};
};

// What a card says; every text is the caller's, every number comes from the evidence.
struct Evidence {
  std::string model{};
  std::int64_t version = 1;
  std::string finding{};
  std::string purpose{};                  // intended use, one paragraph
  std::vector<std::string> use_limits{};  // modality, view, ages, …: "Modality: DX, CR"
  std::vector<std::string> do_not_use{};  // what it is not for
  std::string network{};                  // "small residual CNN, 98,000 parameters"
  std::string data{};                     // data set, version, digest
  std::size_t training_films = 0;
  std::size_t validation_films = 0;
  std::size_t test_films = 0;
  std::size_t test_positive = 0;
  std::vector<Metric> metrics{};
  double threshold = 0.0;
  std::string metadata_baseline{};  // one sentence, or empty: not assessed
  std::vector<SubgroupRow> subgroups{};
  std::vector<gates::Gate> gates{};
  std::vector<gates::SignOff> sign_offs{};
  std::vector<std::string> known_limits{};
  std::vector<std::string> not_assessed{};
  std::vector<std::string> licences{};  // of imported weights and data
};

// The model card as Markdown, in the order of CHAI's Applied Model Card v0.2 (basic information,
// uses and directions, warnings, trust ingredients, key metrics, resources). No dates: equal
// evidence has equal text. A section without evidence says "not assessed" instead of being left
// out.
[[nodiscard]] std::string markdown(const Evidence& evidence);

}  // namespace osler::deploy::card
