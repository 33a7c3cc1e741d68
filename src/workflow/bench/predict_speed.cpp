// DICOM bytes to probability, as osler predict does it, without the start of the program and the
// opening of the package. One line of JSON.
//
//   osler_workflow_predict_speed HOME MODEL FOLDER [threads]
//
// films_per_second: all films below FOLDER, on all threads. p50_ms, p99_ms: one film after the
// other, from its path to its result.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "workflow/home.h"
#include "workflow/internal/sources.h"
#include "workflow/models.h"
#include "workflow/predict.h"
#include "workflow/scorer.h"

namespace {

using osler::Progress;
using osler::Result;
using osler::Stopwatch;
namespace workflow = osler::workflow;
using workflow::Scorer;

// Passes over the folder, so that a small one is measured for some seconds.
constexpr double kLeastSeconds = 4.0;
constexpr std::size_t kMostPasses = 50;

struct Speed {
  std::size_t films = 0;
  std::size_t scored = 0;
  double seconds = 0.0;
};

Result<Speed> throughput(workflow::Home& home, const workflow::PredictOptions& options) {
  Speed speed;
  osler::NoProgress silent;
  for (std::size_t pass = 0; pass < kMostPasses && speed.seconds < kLeastSeconds; ++pass) {
    Stopwatch watch;
    const auto summary = workflow::predict(
        home, options, [&](const workflow::PredictSummary&) { watch = Stopwatch(); },
        [&](const workflow::FilmResult&) { ++speed.films; }, silent);
    if (!summary) {
      return summary.error();
    }
    speed.seconds += watch.seconds();
    speed.scored += summary->scored;
  }
  return speed;
}

// Seconds of each film, rising.
Result<std::vector<double>> latencies(workflow::Home& home,
                                      const workflow::PredictOptions& options) {
  OSLER_TRY(const auto model, workflow::find_model(home, options.model));
  OSLER_TRY(auto package, workflow::open_model(home, model, 2));
  OSLER_TRY(const auto scorer, Scorer::create(std::move(package)));
  OSLER_TRY(auto decoder, osler::dicom::decode::Decoder::create());
  OSLER_TRY(const auto sources, workflow::internal::list_sources(options.paths));
  std::vector<double> seconds;
  for (const auto& source : sources) {
    const Stopwatch watch;
    OSLER_TRY(auto bytes, osler::read_file(source.file));
    static_cast<void>(scorer.score(source.path, std::move(bytes), decoder, {}));
    seconds.push_back(watch.seconds());
  }
  std::ranges::sort(seconds);
  return seconds;
}

Result<void> measure(const std::filesystem::path& folder, const workflow::PredictOptions& options) {
  const osler::SystemClock clock;
  OSLER_TRY(auto home, workflow::Home::open(folder, clock));
  OSLER_TRY(const auto speed, throughput(home, options));
  OSLER_TRY(const auto seconds, latencies(home, options));
  if (seconds.empty()) {
    return osler::Error(osler::ErrorCode::NotFound, "there are no films");
  }
  const auto at = [&](double share) {
    return 1000.0 *
           seconds[static_cast<std::size_t>(share * static_cast<double>(seconds.size() - 1))];
  };
  std::printf(
      "{\"films\": %zu, \"scored\": %zu, \"threads\": %zu, \"films_per_second\": %.2f, "
      "\"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
      speed.films, speed.scored, options.threads, static_cast<double>(speed.films) / speed.seconds,
      at(0.5), at(0.99));
  return {};
}

}  // namespace

int main(int count, char** values) {
  if (count < 4) {
    std::fprintf(stderr, "usage: osler_workflow_predict_speed HOME MODEL FOLDER [threads]\n");
    return 64;
  }
  workflow::PredictOptions options;
  options.model = values[2];
  options.paths = {values[3]};
  const auto threads = count > 4 ? osler::parse_integer(values[4]) : std::nullopt;
  options.threads = threads && *threads > 0 ? static_cast<std::size_t>(*threads) : 2;
  if (const auto done = measure(values[1], options); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return osler::exit_code(done.error().code);
  }
  return 0;
}
