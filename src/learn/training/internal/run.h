#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/arrays/npy.h"
#include "base/result.h"
#include "learn/network/internal/network.h"
#include "learn/training/internal/stage.h"
#include "learn/training/job.h"

namespace osler::learn::training {

// What a job comes to once its files are read: the images, the cases, and the network before
// training.
class Run {
 public:
  // As train().
  [[nodiscard]] static Result<Run> open(const Job& job);

  [[nodiscard]] const Cases& cases() const { return cases_; }
  [[nodiscard]] const at::Tensor& images() const { return images_; }  // [n, 1, H, W]
  // A network with the weights that training starts from.
  [[nodiscard]] std::unique_ptr<network::Network> make() const;
  // Names the job: what it reads and what it is told, not where it writes or on how many threads.
  [[nodiscard]] Result<std::string> identity() const;

  // The stages of the job, in order.
  [[nodiscard]] std::vector<std::string> stages() const;
  // The head alone, on standardised features of all rows; `standard` is for fold().
  struct Standard {
    at::Tensor mean, deviation;  // [F], of the training rows
  };
  [[nodiscard]] Plan head_plan(Team& team, Standard& standard) const;
  [[nodiscard]] Plan all_plan() const;

  // The head that a head stage learnt becomes the one that training goes on from.
  void fold(const Flat& head, const Standard& standard);
  // All variables become these.
  void replace(const Flat& kept);

 private:
  explicit Run(const Job& job, arrays::MappedNpy file) : job_(job), file_(std::move(file)) {}

  const Job& job_;
  arrays::MappedNpy file_;
  at::Tensor images_;
  Cases cases_;
  losses::ClassWeights class_weights_;
  network::Architecture architecture_;
  std::unique_ptr<network::Network> network_;  // never trained itself
};

}  // namespace osler::learn::training
