#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/result.h"
#include "clinical/score_map.h"
#include "workflow/home.h"

namespace osler::workflow {

enum class Scored : std::uint8_t {
  Scored,
  NoResult,  // outside the intended use: a result of its own, with its reason
  Failed,    // not a film, or unreadable
};
[[nodiscard]] std::string_view to_string(Scored outcome);  // "scored", "no_result", "failed"

struct FilmFinding {
  std::string code;
  std::string label;
  clinical::Reading reading;
};

struct FilmResult {
  std::string path;
  Scored outcome = Scored::Failed;
  std::string reason;                 // why there is no result
  std::string about;                  // "chest AP, F 63 y": never a name or number of the patient
  std::string saliency;               // the heat map's file, if one was asked for and could be made
  std::vector<std::string> warnings;  // what a reader should know of the film's quality
  std::optional<double> novelty;      // distance from the films it was validated on; 1: the limit
  std::vector<FilmFinding> findings;  // one a finding of the model; empty unless scored
};

struct PredictOptions {
  std::string model;                         // "name", "name@2"
  std::vector<std::filesystem::path> paths;  // DICOM, PNG, JPEG; folders and zip archives of them
  std::filesystem::path saliency;            // folder for heat maps; empty: none
  std::size_t threads = 0;                   // 0: all
};

struct PredictSummary {
  std::string model;
  std::int64_t version = 0;
  std::string digest;  // of the package: stands in every result's chain
  std::string stage;
  std::size_t scored = 0;
  std::size_t positive = 0;
  std::size_t undecided = 0;
  std::size_t no_result = 0;
  std::size_t failed = 0;
};

// What is known before the first film is read.
using OnOpen = std::function<void(const PredictSummary&)>;
using OnFilm = std::function<void(const FilmResult&)>;

// Scores films with a registered model, in the order they lie in; results are given as they come,
// so that a folder of any size needs no more memory than a batch. The package is verified before
// the first result. No number is given outside the intended use: another modality, body part, view
// or age, a film whose quality forbids it, or one unlike those that the model was validated on.
//
// NotFound: no such model or path. DataCorrupt, PermissionDenied: the package is not what was
// signed; the refusal is in the audit log.
[[nodiscard]] Result<PredictSummary> predict(Home& home, const PredictOptions& options,
                                             const OnOpen& on_open, const OnFilm& on_film,
                                             Progress& progress);

[[nodiscard]] Json to_json(const FilmResult& result);

}  // namespace osler::workflow
