#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "workflow/oversight/evidence.h"

namespace osler::workflow::oversight {

// A run in the table.
struct RunRow {
  std::string name;  // "r12"
  std::string study;
  std::string kind;            // "train", "import"
  std::string state;           // "running", "done", "failed"
  std::string error;           // of a failed one
  std::string dataset;         // "phantom@ab12cd34"
  std::string dataset_digest;  // whole; empty: the data set is not in the catalogue
  std::int64_t seed = 0;
  Estimate auroc;  // of the test part
  // Its AUROC less that of the model in production, on the same films; not estimable: the reason
  // says why ("in production", "other test films").
  Estimate difference;
  std::string compared_with;  // "chest-opacity@1", whose run that is; empty: none is in production
  std::string started;
  std::string ended;
  double seconds = 0.0;  // so far, while it runs
  std::string model;     // "chest-opacity@1" that it made; empty: none
  std::string revision;  // of the code
};

// A link of the chain from films to a deployed model.
struct Origin {
  std::string kind;  // "films", "dataset", "run", "package", "stage", "finding"
  std::string label;
  std::string digest;  // hexadecimal; empty: the thing has none
  std::string href;    // of its page; empty: it has none
};

struct NamedNumber {
  std::string name;  // "Sensitivity at 0.14"
  Estimate value;
};

struct EpochRow {
  std::int64_t epoch = 0;
  double loss = 0.0;
  std::optional<double> validation_loss;
  std::optional<double> validation_auroc;
  std::optional<double> validation_auprc;
};

struct Roc {
  std::vector<std::array<double, 2>> points;  // [false positive rate, sensitivity], rising
  Estimate fpr;                               // at the operating point
  Estimate tpr;
  std::size_t n = 0;
  std::size_t positive = 0;
};

struct ReliabilityBin {
  double mean = 0.0;  // of the probabilities
  Estimate observed;  // share with the finding, Wilson interval
};
struct Reliability {
  std::vector<ReliabilityBin> bins;
  Estimate slope;
  Estimate intercept;
};

// A film that the network was most wrong about.
struct WorstFilm {
  std::string item;  // of the data set
  bool positive = false;
  double probability = 0.0;
  std::string media;      // "application/dicom", "image/png", …; empty: the item is gone
  crypto::Digest object;  // of the stored bytes; an .npz holds many films
};

struct RunDetail {
  RunRow row;
  std::vector<Origin> lineage;
  std::vector<NamedNumber> numbers;
  std::vector<EpochRow> curve;
  Roc roc;
  Reliability reliability;
  Subgroups subgroups;
  std::vector<GateRow> gates;
  std::vector<WorstFilm> worst;
  std::string environment;  // JSON {"processor", "threads", …}
  std::string parameters;   // JSON: the study and what else decides the result
  std::string why;  // why there is no evaluation: the run is not done, or its files are gone
  bool has_report = false;
};

struct Difference {
  std::string key;  // "study.training.optimiser.batch"
  std::string a;    // JSON; empty: absent
  std::string b;
};
struct MetricPair {
  std::string name;
  Estimate a;
  Estimate b;
  Estimate difference;  // a less b, paired; not estimable: the films differ
  bool paired = false;
};
struct Comparison {
  RunRow a;
  RunRow b;
  std::vector<Difference> differs;
  std::vector<MetricPair> metrics;
  std::vector<std::array<double, 2>> roc_a;
  std::vector<std::array<double, 2>> roc_b;
  std::string unpaired_why;  // why the differences are not of the same films; empty: they are
};

[[nodiscard]] Json to_json(const RunRow& row);
[[nodiscard]] Json to_json(const std::vector<Origin>& lineage);
[[nodiscard]] Json to_json(const RunDetail& detail);
[[nodiscard]] Json to_json(const Comparison& comparison);

}  // namespace osler::workflow::oversight
