#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/result.h"
#include "deploy/gates/gates.h"
#include "evaluate/report/report.h"
#include "study/study.h"
#include "workflow/home.h"

namespace osler::workflow {

struct RunRequest {
  study::Study study;
  std::uint64_t seed = 1;
  std::size_t threads = 2;                        // of the learner
  std::vector<deploy::gates::SignOff> sign_offs;  // for gates that did not pass
};

// What a run came to.
struct StudyResult {
  std::string run;
  std::string dataset;                  // "chest@v1"
  std::string name;                     // of the model
  std::optional<std::int64_t> version;  // none: the gates block it
  std::string digest;                   // of the package; empty without one
  double seconds = 0.0;
  double training_seconds = 0.0;
  evaluate::report::Report report;
  std::vector<deploy::gates::Gate> gates;
  std::string blocked_because;  // empty: registered
  std::filesystem::path predictions;
  std::filesystem::path report_html;
  std::filesystem::path report_json;
  std::filesystem::path package;
};

// The whole study, from its data to a registered model: data set, tensors, training in osler-learn,
// proof that the exported network equals the trained one, calibration, evaluation, gates, signed
// package, registry. An unfinished run of the same study, data and seed is gone on with, to the
// same result.
//
// Errors as make_dataset and the learner say. FailedPrecondition: the exported network differs from
// the trained one by more than rounding (5e-5 of the logits).
[[nodiscard]] Result<StudyResult> train_study(Home& home, const RunRequest& request,
                                              Progress& progress);

// The same from calibration on, for a network that was trained elsewhere.
struct ImportOptions {
  std::filesystem::path onnx;
  std::string scores = "auto";  // "auto", "logits", "probabilities"
  std::size_t positive_class = 1;
  std::vector<double> scale;  // per channel: what the network expects of a film
  std::vector<double> shift;
};
[[nodiscard]] Result<StudyResult> import_study(Home& home, const RunRequest& request,
                                               const ImportOptions& options, Progress& progress);

// {"run", "dataset", "model", "version", "digest", "seconds", "metrics", "metadata_baseline",
//  "gates", "predictions", …}.
[[nodiscard]] Json to_json(const StudyResult& result);

}  // namespace osler::workflow
