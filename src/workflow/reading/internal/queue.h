#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/service.h"
#include "workflow/scorer.h"

namespace osler::workflow::reading::internal {

// One film that one model has still to look at.
struct Waiting {
  std::int64_t result = 0;
  std::int64_t study = 0;
  std::string original;  // digest
  ModelName model;
};

// A model in service with what decides which films it looks at.
struct Candidate {
  InService service;
  const Scorer* scorer = nullptr;
};

// Gives the films that arrived since to each model that looks at them. `all`: every film of the
// open studies, for a model that has just come into service. Returns how many rows were made.
[[nodiscard]] Result<std::size_t> plan(Home& home, const std::vector<Candidate>& candidates);
[[nodiscard]] Result<std::size_t> plan_open_studies(Home& home, const Candidate& candidate);

// The next films to score, the most urgent first, of models that are not paused.
[[nodiscard]] Result<std::vector<Waiting>> next_films(Home& home,
                                                      const std::vector<Candidate>& candidates,
                                                      std::size_t count);

// Writes a result, the study's new state and the audit record; nothing where it is written already.
[[nodiscard]] Result<void> write_result(Home& home, const Waiting& film, const std::string& digest,
                                        const ScoredFilm& scored);

}  // namespace osler::workflow::reading::internal
