#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "learn/losses/loss.h"
#include "learn/network/architecture.h"

namespace osler::learn::training {

// What becomes of imported weights. Frozen: the backbone's features are computed once and only the
// head learns. FineTune: everything learns, the backbone at a tenth of the rate. Staged: first
// frozen, then fine-tuned.
enum class Transfer : std::uint8_t { None, Frozen, FineTune, Staged };

// AsIs: each case once an epoch. Balanced: as many draws, half of them from each class.
enum class Sampling : std::uint8_t { AsIs, Balanced };

// AdamW (Loshchilov and Hutter, ICLR 2019) under a linear warm-up and a cosine to zero.
struct Optimiser {
  double learning_rate = 1e-3;
  double weight_decay = 1e-4;
  std::int64_t batch = 64;
  std::int64_t epochs = 20;
  double warmup_epochs = 1.0;
  std::int64_t patience = 0;  // epochs without a better validation AUPRC before the end; 0: never
  double ema = 0.0;           // decay of the running mean of the weights that is kept; 0: none
};

// Random changes of a training image. Each range is symmetric.
struct Augmentation {
  bool flip = false;   // left to right, where the anatomy allows
  double shift = 0.0;  // fraction of the side
  double rotate_degrees = 0.0;
  double scale = 0.0;       // 0.1: between 1 / 1.1 and 1.1
  double brightness = 0.0;  // added, in deviations of a z-scored image
  double contrast = 0.0;    // 0.2: gain between 1 / 1.2 and 1.2
  double noise = 0.0;       // deviation of white noise, at most this
  double erase = 0.0;       // chance that a rectangle of 2 to 15 % of the image becomes 0
};

struct Spec {
  network::Architecture architecture;  // its side is set from the tensors
  std::filesystem::path weights;       // .npz or .safetensors; empty: from the seed
  Transfer transfer = Transfer::None;
  losses::Settings loss;
  Sampling sampling = Sampling::AsIs;
  Optimiser optimiser;
  Augmentation augmentation;
};

enum class Split : std::uint8_t { None, Train, Validation, Test };

// One training run, as `osler-learn train JOB.json` reads it (format "osler-job/1").
struct Job {
  std::filesystem::path tensors;    // .npy, float32 [n, 1, H, W], z-scored
  std::vector<std::int8_t> labels;  // [n] 0, 1, or -1 where unknown
  std::vector<Split> split;         // [n]
  Spec spec;
  std::string spec_text;  // the spec's JSON on one line: part of the checkpoint's identity
  std::uint64_t seed = 1;
  int threads = 2;  // 1 or 2: the result is the same
  std::filesystem::path out;
};

// NotFound, PermissionDenied: the file. DataCorrupt: not JSON, a missing or mistyped key, lists of
// unequal length. InvalidArgument: a value out of range, or an unknown key (the hint says the
// nearest).
[[nodiscard]] Result<Job> read_job(const std::filesystem::path& path);
[[nodiscard]] Result<Job> parse_job(std::string_view text, std::string_view name);

}  // namespace osler::learn::training
