#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/arrays/npy.h"
#include "base/crypto.h"
#include "base/lock.h"
#include "dataset/manifest.h"
#include "infer/engine/session.h"
#include "workflow/make_dataset.h"
#include "workflow/run_study.h"

namespace osler::workflow::internal {

// The rows of one part of the data, and what is known of them.
struct PartRows {
  std::vector<std::size_t> rows;  // of the manifest and the tensor file
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups;  // patients
};
[[nodiscard]] PartRows rows_of(const dataset::Manifest& manifest, std::string_view split,
                               const std::string& label);

// What stands between data and registry while a study runs.
struct Subject {
  const RunRequest* request = nullptr;
  MadeDataset data;
  std::filesystem::path tensors;
  std::filesystem::path folder;  // of the run
  std::optional<FileLock> lock;  // on the folder; the learner shares it
  std::string run;
  Bytes onnx;     // input "image", outputs "logit", "features", "map"
  Json training;  // what the learner said, or where the network came from
  std::vector<evaluate::report::Epoch> epochs;
};

// Calibrates, evaluates, judges, packs and registers: the half that trained and imported networks
// share. `session` is of subject.onnx.
[[nodiscard]] Result<StudyResult> conclude(Home& home, Subject& subject,
                                           const infer::engine::Session& session,
                                           Progress& progress);

}  // namespace osler::workflow::internal
