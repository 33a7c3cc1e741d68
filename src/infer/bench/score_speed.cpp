// Images a second of one network through infer::engine::Session, or through ONNX Runtime called
// plainly on the same bytes. One line of JSON. A process for each side: the waiting threads of two
// sessions would slow each other.
//
//   osler_infer_score_speed NET.onnx osler|onnxruntime [threads] [batch] [rounds]

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <onnxruntime_cxx_api.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/text.h"
#include "infer/engine/session.h"

namespace {

constexpr std::size_t kWarmUp = 3;

using osler::Bytes;
using osler::infer::engine::Session;

struct Work {
  Bytes onnx;
  int threads = 1;
  std::size_t batch = 1;
  std::size_t rounds = 40;
  std::array<std::size_t, 3> image{};
  std::vector<float> pixels;
};

// What the documentation of ONNX Runtime shows: defaults but for the number of threads.
class Plain {
 public:
  explicit Plain(const Work& work)
      : session_(env_, work.onnx.data(), work.onnx.size(), options(work.threads)) {}

  void run(Work& work) {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const std::array<std::int64_t, 4> shape{
        static_cast<std::int64_t>(work.batch), static_cast<std::int64_t>(work.image[0]),
        static_cast<std::int64_t>(work.image[1]), static_cast<std::int64_t>(work.image[2])};
    const auto input = Ort::Value::CreateTensor<float>(memory, work.pixels.data(),
                                                       work.pixels.size(), shape.data(), 4);
    const std::string in = session_.GetInputNameAllocated(0, allocator_).get();
    const std::string out = session_.GetOutputNameAllocated(0, allocator_).get();
    const char* input_name = in.c_str();
    const char* output_name = out.c_str();
    (void)session_.Run(Ort::RunOptions{nullptr}, &input_name, &input, 1, &output_name, 1);
  }

 private:
  static Ort::SessionOptions options(int threads) {
    Ort::SessionOptions made;
    made.SetIntraOpNumThreads(threads);
    return made;
  }

  Ort::Env env_{ORT_LOGGING_LEVEL_FATAL, "plain"};
  Ort::AllocatorWithDefaultOptions allocator_;
  Ort::Session session_;
};

double median(std::vector<double> seconds) {
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::ranges::nth_element(seconds, middle);
  return *middle;
}

std::size_t argument(int count, char** values, int index, std::size_t otherwise) {
  const auto number = count > index ? osler::parse_integer(values[index]) : std::nullopt;
  return number && *number > 0 ? static_cast<std::size_t>(*number) : otherwise;
}

// Seconds of each round, as long as the rounds succeed.
std::vector<double> timed(const Work& work, const std::function<bool()>& round) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < work.rounds + kWarmUp; ++i) {
    const osler::Stopwatch watch;
    if (!round()) {
      break;
    }
    if (i >= kWarmUp) {
      seconds.push_back(watch.seconds());
    }
  }
  return seconds;
}

int measure(Work& work, std::string_view side) {
  auto session = Session::create(work.onnx, {.threads = work.threads});
  if (!session) {
    std::fprintf(stderr, "%s\n", session.error().message.c_str());
    return osler::exit_code(session.error().code);
  }
  work.image = {session->channels(), session->height(), session->width()};
  work.pixels.resize(work.batch * work.image[0] * work.image[1] * work.image[2]);
  osler::Rng rng(1);
  std::ranges::generate(work.pixels, [&] { return static_cast<float>(rng.normal()); });
  std::vector<double> seconds;
  if (side == "osler") {
    seconds = timed(work, [&] { return session->run(work.pixels, work.batch).has_value(); });
  } else {
    session = osler::Error(osler::ErrorCode::Unavailable, "not needed any more");
    Plain plain(work);
    seconds = timed(work, [&] {
      plain.run(work);
      return true;
    });
  }
  if (seconds.empty()) {
    return 70;
  }
  std::printf("{\"side\": \"%s\", \"threads\": %d, \"batch\": %zu, \"images_per_second\": %.3f}\n",
              std::string(side).c_str(), work.threads, work.batch,
              static_cast<double>(work.batch) / median(seconds));
  return 0;
}

}  // namespace

int main(int count, char** values) {
  auto bytes = osler::read_file(count > 1 ? values[1] : "");
  const std::string_view side = count > 2 ? values[2] : "";
  if (!bytes || (side != "osler" && side != "onnxruntime")) {
    std::fprintf(
        stderr,
        "usage: osler_infer_score_speed NET.onnx osler|onnxruntime [threads] [batch] [rounds]\n");
    return 64;
  }
  Work work{.onnx = *std::move(bytes), .pixels = {}};
  work.threads = static_cast<int>(argument(count, values, 3, 1));
  work.batch = argument(count, values, 4, 1);
  work.rounds = argument(count, values, 5, 40);
  return measure(work, side);
}
