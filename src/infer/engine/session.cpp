#include "infer/engine/session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <onnxruntime_cxx_api.h>

#include "base/text.h"

namespace osler::infer::engine {
namespace {

// So many images go to ONNX Runtime at once: larger batches are no faster (a batch of 8 gains at
// most an eighth) and cost memory.
constexpr std::size_t kImagesAtOnce = 32;
// And fewer where they are large: the memory of a network goes with the pixels that it sees.
constexpr std::size_t kPixelsAtOnce = kImagesAtOnce * 512 * 512;

// The memory of all sessions together. A network of a few hundred bytes can ask for all there is,
// by broadcasting a column against a row: it is refused, and this process lives on.
constexpr std::size_t kMostMemory = std::size_t{4} << 30;

Ort::Env make_environment() {
  Ort::Env env(ORT_LOGGING_LEVEL_FATAL, "osler");
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  constexpr int kByDefault = -1;
  const Ort::ArenaCfg bounded(kMostMemory, kByDefault, kByDefault, kByDefault);
  env.CreateAndRegisterAllocator(memory, bounded);
  return env;
}

Ort::Env& environment() {
  static Ort::Env env = make_environment();
  return env;
}

// ONNX Runtime's messages can hold its own source paths and many lines: the first line is enough.
std::string first_line(const std::exception& thrown) {
  const std::string text = thrown.what();
  return text.substr(0, std::min<std::size_t>(text.find('\n'), 300));
}

// ONNX Runtime has no code for a memory limit that was reached, only words.
bool is_out_of_memory(const std::exception& thrown) {
  const std::string_view text = thrown.what();
  return dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr ||
         text.find("smaller than requested bytes") != std::string_view::npos ||
         text.find("Failed to allocate memory") != std::string_view::npos;
}

Error meaning(const std::exception& thrown, ErrorCode otherwise, std::string_view what) {
  if (is_out_of_memory(thrown)) {
    return Error(ErrorCode::NotSupported,
                 "the network needs more than " + human_bytes(kMostMemory) + " of memory")
        .hint("export it for smaller images, or with smaller layers");
  }
  return Error(otherwise, std::string(what) + first_line(thrown))
      .hint("check that another program of ONNX Runtime can run it, and export it again");
}

Ort::SessionOptions ort_options(const SessionOptions& options) {
  Ort::SessionOptions ort;
  ort.SetIntraOpNumThreads(options.threads);
  ort.SetInterOpNumThreads(1);
  ort.SetExecutionMode(ORT_SEQUENTIAL);
  ort.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  // A waiting thread that spins takes the core from whoever else has work.
  ort.AddConfigEntry("session.intra_op.allow_spinning", "0");
  ort.AddConfigEntry("session.use_env_allocators", "1");  // the bounded one
  // What is folded is kept outside of it. A classifier loses little: what it could fold is mostly
  // shapes.
  ort.AddConfigEntry("optimization.disable_specified_optimizers", "ConstantFolding");
  return ort;
}

enum class Part : std::uint8_t { Logit, Features, Map };

std::optional<Part> part_named(const std::string& name) {
  if (name == "logit") {
    return Part::Logit;
  }
  if (name == "features") {
    return Part::Features;
  }
  if (name == "map") {
    return Part::Map;
  }
  return std::nullopt;
}

void append(std::vector<float>& to, const Ort::Value& tensor) {
  const std::size_t count = tensor.GetTensorTypeAndShapeInfo().GetElementCount();
  const float* data = tensor.GetTensorData<float>();
  to.insert(to.end(), data, data + count);
}

bool all_finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

class Session::Impl {
 public:
  Impl(BytesView onnx, const SessionOptions& options)
      : session_(environment(), onnx.data(), onnx.size(), ort_options(options)) {}

  Result<void> read_shapes();
  Result<Outputs> run(std::span<const float> images, std::size_t n) const;

  std::array<std::size_t, 3> image{};  // C, H, W

 private:
  Result<void> read_input();
  Result<void> run_some(std::span<const float> images, std::size_t n, Outputs& outputs) const;
  [[nodiscard]] Result<void> take(Part part, const Ort::Value& tensor, std::size_t n,
                                  Outputs& outputs) const;

  // Run() is const in nature, if not in its signature: ONNX Runtime promises that it may be called
  // from several threads.
  mutable Ort::Session session_;
  std::string input_;
  std::vector<std::string> output_names_;
  std::vector<Part> parts_;  // what each of output_names_ is
  bool one_at_a_time_ = false;
};

Result<void> Session::Impl::read_input() {
  const Ort::AllocatorWithDefaultOptions allocator;
  if (session_.GetInputCount() != 1) {
    return Error(ErrorCode::NotSupported, "the network has " +
                                              std::to_string(session_.GetInputCount()) +
                                              " inputs where one image is expected");
  }
  input_ = session_.GetInputNameAllocated(0, allocator).get();
  const auto type = session_.GetInputTypeInfo(0);
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  const auto shape = tensor.GetShape();
  if (tensor.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || shape.size() != 4 ||
      std::any_of(shape.begin() + 1, shape.end(), [](std::int64_t size) { return size < 1; })) {
    return Error(ErrorCode::NotSupported,
                 "the network's input is not float [N, C, H, W] with C, H and W fixed");
  }
  if (shape[0] > 1) {
    return Error(ErrorCode::NotSupported,
                 "the network takes exactly " + std::to_string(shape[0]) + " images at a time");
  }
  one_at_a_time_ = shape[0] == 1;
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<std::size_t>(shape[i + 1]);
  }
  return {};
}

Result<void> Session::Impl::read_shapes() {
  OSLER_TRY_DO(read_input());
  const Ort::AllocatorWithDefaultOptions allocator;
  const std::size_t count = session_.GetOutputCount();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = session_.GetOutputNameAllocated(i, allocator).get();
    const auto part = count == 1 ? Part::Logit : part_named(name);
    if (part) {
      output_names_.push_back(name);
      parts_.push_back(*part);
    }
  }
  if (std::ranges::find(parts_, Part::Logit) == parts_.end()) {
    return Error(ErrorCode::NotSupported, "the network has no output named \"logit\"");
  }
  return {};
}

Result<void> Session::Impl::take(Part part, const Ort::Value& tensor, std::size_t n,
                                 Outputs& outputs) const {
  const auto shape = tensor.GetTensorTypeAndShapeInfo().GetShape();
  const auto size = [&](std::size_t i) { return static_cast<std::size_t>(shape[i]); };
  const std::size_t rank = part == Part::Map ? 4 : 2;
  if (shape.size() != rank || size(0) != n) {
    return Error(ErrorCode::NotSupported, "an output of the network has another shape than [N, …]");
  }
  switch (part) {
    case Part::Logit:
      outputs.classes = size(1);
      append(outputs.logits, tensor);
      break;
    case Part::Features:
      outputs.features_per_image = size(1);
      append(outputs.features, tensor);
      break;
    case Part::Map:
      outputs.map_height = size(2);
      outputs.map_width = size(3);
      append(outputs.map, tensor);
      break;
  }
  return {};
}

Result<void> Session::Impl::run_some(std::span<const float> images, std::size_t n,
                                     Outputs& outputs) const {
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const std::array<std::int64_t, 4> shape{
      static_cast<std::int64_t>(n), static_cast<std::int64_t>(image[0]),
      static_cast<std::int64_t>(image[1]), static_cast<std::int64_t>(image[2])};
  // ONNX Runtime takes a pointer to mutable floats, but only reads an input.
  auto* data = const_cast<float*>(images.data());
  const auto input =
      Ort::Value::CreateTensor<float>(memory, data, images.size(), shape.data(), shape.size());
  std::vector<const char*> names;
  names.reserve(output_names_.size());
  for (const auto& name : output_names_) {
    names.push_back(name.c_str());
  }
  const char* input_name = input_.c_str();
  const auto results =
      session_.Run(Ort::RunOptions{nullptr}, &input_name, &input, 1, names.data(), names.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    OSLER_TRY_DO(take(parts_[i], results[i], n, outputs));
  }
  return {};
}

Result<Outputs> Session::Impl::run(std::span<const float> images, std::size_t n) const {
  const std::size_t pixels = image[0] * image[1] * image[2];
  if (n == 0 || images.size() % n != 0 || images.size() / n != pixels) {
    return Error(ErrorCode::InvalidArgument,
                 std::to_string(images.size()) + " values are not " + std::to_string(n) +
                     " images of " + std::to_string(image[0]) + " x " + std::to_string(image[1]) +
                     " x " + std::to_string(image[2]));
  }
  const std::size_t at_once =
      one_at_a_time_ ? 1 : std::clamp<std::size_t>(kPixelsAtOnce / pixels, 1, kImagesAtOnce);
  Outputs outputs{.images = n};
  for (std::size_t first = 0; first < n; first += at_once) {
    const std::size_t some = std::min(at_once, n - first);
    OSLER_TRY_DO(run_some(images.subspan(first * pixels, some * pixels), some, outputs));
  }
  if (!all_finite(outputs.logits) || !all_finite(outputs.features)) {
    return Error(ErrorCode::DataCorrupt, "the network gave a score that is not a finite number");
  }
  return outputs;
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::create(BytesView onnx, const SessionOptions& options) {
  if (options.threads < 1) {
    return Error(ErrorCode::InvalidArgument, "a session needs at least one thread");
  }
  try {
    auto impl = std::make_unique<Impl>(onnx, options);
    OSLER_TRY_DO(impl->read_shapes());
    return Session(std::move(impl));
  } catch (const std::exception& thrown) {
    return meaning(thrown, ErrorCode::DataCorrupt, "ONNX Runtime cannot load the network: ");
  }
}

std::size_t Session::channels() const {
  return impl_->image[0];
}
std::size_t Session::height() const {
  return impl_->image[1];
}
std::size_t Session::width() const {
  return impl_->image[2];
}

Result<Outputs> Session::run(std::span<const float> images, std::size_t n) const {
  try {
    return impl_->run(images, n);
  } catch (const std::exception& thrown) {
    return meaning(thrown, ErrorCode::Internal, "ONNX Runtime failed: ");
  }
}

std::string engine_version() {
  return Ort::GetVersionString();
}

}  // namespace osler::infer::engine
