#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::infer::engine {

struct SessionOptions {
  // Threads of one run. Leave it at 1 and let several callers share the session: that is twice as
  // fast on two cores; 2 serves a single interactive caller.
  int threads = 1;
};

// What a network gives for n images, row-major; the parts that it does not have are empty.
struct Outputs {
  std::size_t images = 0;
  std::size_t classes = 0;
  std::vector<float> logits{};  // [images, classes]
  std::size_t features_per_image = 0;
  std::vector<float> features{};  // [images, F] pooled
  std::size_t map_height = 0;
  std::size_t map_width = 0;
  std::vector<float> map{};  // [images, F, map_height, map_width] before pooling
};

// A network in ONNX Runtime, loaded from bytes that were verified before. Movable; run() may be
// called from several threads at once.
//
// The same image has bitwise the same outputs alone and in any batch, on one thread and on two.
class Session {
 public:
  // The network's first input is [N, C, H, W] float with C, H and W fixed; its outputs are named
  // "logit" ([N, k]) and, where present, "features" ([N, F]) and "map" ([N, F, h, w]). A network
  // with one output of another name is taken as logits.
  //
  // The bytes must have passed onnx::inspect: this does not check operators.
  // InvalidArgument: threads < 1. DataCorrupt: ONNX Runtime cannot load the bytes.
  // NotSupported: inputs or outputs of another shape, or more memory than all sessions may use
  // together (4 GiB); so for run().
  [[nodiscard]] static Result<Session> create(BytesView onnx, const SessionOptions& options = {});

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  [[nodiscard]] std::size_t channels() const;
  [[nodiscard]] std::size_t height() const;
  [[nodiscard]] std::size_t width() const;

  // images  [n, C, H, W], already transformed
  //
  // InvalidArgument: n is 0, or `images` is not n whole images. DataCorrupt: an output is not a
  // finite number. Internal: ONNX Runtime failed.
  [[nodiscard]] Result<Outputs> run(std::span<const float> images, std::size_t n) const;

 private:
  class Impl;
  explicit Session(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// The ONNX Runtime at run time, "1.20.1".
[[nodiscard]] std::string engine_version();

}  // namespace osler::infer::engine
