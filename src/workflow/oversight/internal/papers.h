#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "deploy/gates/gates.h"
#include "workflow/home.h"
#include "workflow/models.h"
#include "workflow/oversight/evidence.h"

namespace osler::workflow::oversight::internal {

// What a signed package says of its model.
struct Papers {
  std::string finding;       // label
  std::string intended_use;  // statement
  std::string card;
  std::vector<GateRow> gates;
  std::vector<deploy::gates::SignOff> sign_offs;
  std::string open_gates;  // what forbids its registration; empty: nothing does
  std::optional<double> sensitivity_floor;
  std::string dataset;         // "chest@v1"
  std::string dataset_digest;  // of its manifest
};

// Papers that were verified, kept by the digest of their package: a package never changes, so its
// signature is checked once. Callable from several threads.
class PaperShelf {
 public:
  // Errors as infer::package::read_papers; DataCorrupt: the package is not the registered one.
  [[nodiscard]] Result<Papers> find(const Home& home, const ModelVersion& model);

 private:
  std::mutex mutex_;
  std::map<std::string, Papers> by_digest_;
};

}  // namespace osler::workflow::oversight::internal
