#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "learn/training/job.h"

namespace osler::learn::training {

// What an epoch came to, on the validation part (with the running mean of the weights, if one is
// kept).
struct Epoch {
  std::string stage;  // "head" or "all"
  std::int64_t number = 0;
  std::int64_t of = 0;
  double loss = 0.0;           // mean over the training cases, as weighted
  double learning_rate = 0.0;  // at the epoch's end
  double auroc = 0.0;
  double auprc = 0.0;
  double validation_loss = 0.0;  // unweighted cross-entropy
  bool best = false;             // the best AUPRC so far: these weights are kept
  double seconds = 0.0;
};

struct Outcome {
  std::int64_t epochs = 0;  // trained, those of an earlier start included
  Epoch best;
  std::int64_t parameters = 0;
  double seconds = 0.0;            // of training, those of an earlier start included
  double images_per_second = 0.0;  // training images, augmentation and optimiser included
  std::string model_sha256;        // of out/model.onnx
};

struct Watch {
  std::function<void(const Epoch&)> on_epoch;  // may be empty; earlier epochs are not told again
  const std::atomic<bool>* stop = nullptr;     // set from a signal handler: ends between two steps
};

// Trains, keeping the epoch with the best validation AUPRC, and writes into job.out:
//   model.onnx     as learn/export describes
//   epochs.jsonl   one line an epoch
//   checkpoint     the state after the last whole epoch; a second call goes on from there and ends
//                  with the same bytes in model.onnx as one that was never stopped
//   equality.npz   "rows" int64 [k], "logits" float32 [k] of at most 200 validation and test rows
//
// The result depends on the job alone, not on threads, batches in flight or the machine's load.
//
// InvalidArgument: settings, weights of another network, a loss that is no longer a number.
// FailedPrecondition: a class or a part without cases; a checkpoint of another job. DataCorrupt:
// tensors, weights or checkpoint. Unavailable: stopped by `stop` (start again to go on), disk full.
// Internal: a fault of libtorch.
[[nodiscard]] Result<Outcome> train(const Job& job, const Watch& watch);

// Training speed alone: `steps` steps of the job's network, batch and augmentation, in images/s.
[[nodiscard]] Result<double> images_per_second(const Job& job, std::int64_t steps);

}  // namespace osler::learn::training
