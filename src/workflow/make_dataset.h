#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "dataset/catalogue.h"
#include "dataset/leakage.h"
#include "dataset/manifest.h"
#include "study/study.h"
#include "workflow/home.h"

namespace osler::workflow {

// A data set version with what was found out when it was made.
struct MadeDataset {
  dataset::Version version;
  dataset::Manifest manifest;
  dataset::LeakageAudit audit;  // as the split stood before any treatment
  dataset::Treated treated;
  // Films left out, with the reason ("blank": 3, "may carry burned-in text": 2, …).
  std::map<std::string, std::size_t> left_out;
  std::size_t unknown_rows = 0;  // of the labels, that speak of no film
  std::size_t unlabelled = 0;    // films without an answer
};

// The study's data, from its source to a split data set version: takes DICOM in where the study
// names a folder, reads a folder of pictures or an .npz, joins the labels, or takes a version that
// the home has; splits by patient, audits for leakage and treats it as the study says. The same
// study on the same data gives the same version; nothing is stored twice.
//
// NotFound: no such path, column, array or version. InvalidArgument: images of another shape.
// FailedPrecondition: no film is left; it cannot be stratified; leakage that the study refuses.
[[nodiscard]] Result<MadeDataset> make_dataset(Home& home, const study::Study& study,
                                               Progress& progress);

// Splits a version anew and stores the result as its child.
struct SplitRequest {
  std::string reference;  // "name" or "name@v3"
  study::Split split;
  study::Duplicates duplicates = study::Duplicates::Refuse;
  std::string label;
};
[[nodiscard]] Result<MadeDataset> split_dataset(Home& home, const SplitRequest& request);

// {"dataset", "version", "items", "digest", "splits", "audit"}.
[[nodiscard]] Json to_json(const MadeDataset& made);

}  // namespace osler::workflow
