#include "workflow/predict.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "workflow/internal/sources.h"
#include "workflow/models.h"
#include "workflow/scorer.h"

namespace osler::workflow {
namespace {

constexpr std::size_t kBatchFilms = 64;
constexpr std::uint64_t kBatchBytes = std::uint64_t{64} << 20;

// Gathers films into batches, scores each on all threads, and gives the results in order.
class Reading {
 public:
  Reading(const Scorer& scorer, dicom::decode::Decoder& decoder, const PredictOptions& options,
          PredictSummary& summary, const OnFilm& on_film)
      : scorer_(scorer),
        decoder_(decoder),
        options_(options),
        summary_(summary),
        on_film_(on_film) {}

  void add(const internal::Source& source) {
    internal::open_source(
        source,
        [&](std::string path, Bytes bytes) {
          waiting_bytes_ += bytes.size();
          waiting_.push_back({std::move(path), std::move(bytes), {}});
          flush_if_full();
        },
        [&](std::string path, const Error& error) {
          waiting_.push_back({std::move(path), {}, error.message});
          flush_if_full();
        });
  }

  void flush() {
    std::vector<FilmResult> results(waiting_.size());
    const std::size_t threads = options_.threads == 0 ? hardware_threads() : options_.threads;
    parallel_for(waiting_.size(), threads, [&](std::size_t i) {
      if (waiting_[i].unreadable.empty()) {
        results[i] = scorer_.score(waiting_[i].path, std::move(waiting_[i].bytes), decoder_,
                                   options_.saliency);
      } else {
        results[i].path = waiting_[i].path;
        results[i].reason = waiting_[i].unreadable;
      }
    });
    waiting_.clear();
    waiting_bytes_ = 0;
    for (const auto& result : results) {
      count(result);
      on_film_(result);
    }
  }

 private:
  struct Waiting {
    std::string path;
    Bytes bytes;
    std::string unreadable;
  };

  void flush_if_full() {
    if (waiting_.size() >= kBatchFilms || waiting_bytes_ >= kBatchBytes) {
      flush();
    }
  }

  void count(const FilmResult& result) {
    summary_.scored += result.outcome == Scored::Scored ? 1 : 0;
    summary_.no_result += result.outcome == Scored::NoResult ? 1 : 0;
    summary_.failed += result.outcome == Scored::Failed ? 1 : 0;
    for (const auto& finding : result.findings) {
      const bool undecided = finding.reading.tier == clinical::Tier::Undecided;
      summary_.undecided += undecided ? 1 : 0;
      summary_.positive += finding.reading.positive && !undecided ? 1 : 0;
    }
  }

  const Scorer& scorer_;
  dicom::decode::Decoder& decoder_;
  const PredictOptions& options_;
  PredictSummary& summary_;
  const OnFilm& on_film_;
  std::vector<Waiting> waiting_;
  std::uint64_t waiting_bytes_ = 0;
};

// Several films are scored each on one thread, side by side, which is the fastest for all of them;
// one alone has two.
int threads_of_a_run(const PredictOptions& options, std::size_t films) {
  return films == 1 && options.threads != 1 && hardware_threads() > 1 ? 2 : 1;
}

}  // namespace

std::string_view to_string(Scored outcome) {
  constexpr std::array<std::string_view, 3> kNames{"scored", "no_result", "failed"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

Result<PredictSummary> predict(Home& home, const PredictOptions& options, const OnOpen& on_open,
                               const OnFilm& on_film, Progress& progress) {
  OSLER_TRY(const auto sources, internal::list_sources(options.paths));
  OSLER_TRY(const auto model, find_model(home, options.model));
  OSLER_TRY(auto package, open_model(home, model, threads_of_a_run(options, sources.size())));
  OSLER_TRY(const auto scorer, Scorer::create(std::move(package)));
  OSLER_TRY(auto decoder, dicom::decode::Decoder::create());
  PredictSummary summary;
  summary.model = model.name;
  summary.version = model.version;
  summary.digest = model.digest;
  summary.stage = model.stage;
  on_open(summary);
  if (!options.saliency.empty()) {
    OSLER_TRY_DO(make_folder(options.saliency));
  }
  progress.begin("score", sources.size());
  Reading reading(scorer, decoder, options, summary, on_film);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    reading.add(sources[i]);
    progress.at(i + 1, counted(static_cast<std::int64_t>(summary.scored), "film") + " scored");
  }
  reading.flush();
  progress.end(counted(static_cast<std::int64_t>(summary.scored), "film") + ", " +
               std::to_string(summary.positive) + " above threshold, " +
               std::to_string(summary.undecided) + " undecided, " +
               std::to_string(summary.no_result) + " no result, " + std::to_string(summary.failed) +
               " failed");
  return summary;
}

Json to_json(const FilmResult& result) {
  Json findings = Json::array();
  for (const auto& finding : result.findings) {
    const auto& reading = finding.reading;
    findings.push_back({{"code", finding.code},
                        {"label", finding.label},
                        {"probability", reading.probability},
                        {"lower", reading.lower},
                        {"upper", reading.upper},
                        {"tier", std::string(clinical::to_string(reading.tier))},
                        {"positive", reading.positive},
                        {"threshold", reading.threshold},
                        {"similar_n", reading.similar_n},
                        {"similar_positive", reading.similar_positive}});
  }
  return {{"path", result.path},
          {"outcome", std::string(to_string(result.outcome))},
          {"reason", result.reason},
          {"about", result.about},
          {"warnings", result.warnings},
          {"novelty", result.novelty ? Json(*result.novelty) : Json()},
          {"saliency", result.saliency.empty() ? Json() : Json(result.saliency)},
          {"findings", std::move(findings)}};
}

}  // namespace osler::workflow
