#include "workflow/take_in.h"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/parallel.h"
#include "base/text.h"
#include "workflow/internal/examine.h"
#include "workflow/internal/keep.h"
#include "workflow/internal/sources.h"

namespace osler::workflow {
namespace {

using internal::Examined;
using internal::Source;

// Small enough that memory stays bounded, large enough that one sync serves many films.
constexpr std::size_t kBatchInputs = 256;
constexpr std::uint64_t kBatchBytes = std::uint64_t{32} << 20;

struct Input {
  std::string path;
  Bytes bytes;
  std::optional<Error> unreadable;
};

// Gathers inputs into batches, examines each batch on all threads, and keeps it in one transaction;
// while one is kept, which is waiting for the disk more than anything, the next is examined.
class Intake {
 public:
  Intake(Home& home, Receipt& receipt, const internal::Bench& bench,
         const internal::KeepOptions& options)
      : home_(home), receipt_(receipt), bench_(bench), options_(options) {}

  Result<void> add(const Source& source) {
    internal::open_source(
        source,
        [&](std::string path, Bytes bytes) {
          waiting_bytes_ += bytes.size();
          waiting_.push_back(
              {.path = std::move(path), .bytes = std::move(bytes), .unreadable = {}});
          flush_if_full();
        },
        [&](std::string path, const Error& error) {
          waiting_.push_back({.path = std::move(path), .bytes = {}, .unreadable = error});
          flush_if_full();
        });
    return std::exchange(failure_, Result<void>());
  }

  // All that was added is kept. Until then the receipt is being written to.
  Result<void> finish() {
    OSLER_TRY_DO(flush());
    return settle();
  }

 private:
  Result<void> flush() {
    std::vector<Examined> batch(waiting_.size());
    parallel_for(waiting_.size(), options_.threads,
                 [&](std::size_t i) { batch[i] = examine(std::move(waiting_[i])); });
    waiting_.clear();
    waiting_bytes_ = 0;
    OSLER_TRY_DO(settle());
    keeping_ = std::async(std::launch::async, [this, batch = std::move(batch)]() mutable {
      return internal::keep(home_, receipt_, batch, options_);
    });
    return {};
  }

  Result<void> settle() { return keeping_.valid() ? keeping_.get() : Result<void>(); }

  void flush_if_full() {
    if (failure_ && (waiting_.size() >= kBatchInputs || waiting_bytes_ >= kBatchBytes)) {
      failure_ = flush();
    }
  }

  [[nodiscard]] Examined examine(Input input) const {
    if (!input.unreadable) {
      return internal::examine(std::move(input.path), std::move(input.bytes), bench_);
    }
    Examined result;
    result.path = std::move(input.path);
    result.reason = input.unreadable->message;
    result.kind = "cannot be read";
    return result;
  }

  Home& home_;
  Receipt& receipt_;
  const internal::Bench& bench_;
  internal::KeepOptions options_;
  std::vector<Input> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  Result<void> failure_;
  std::future<Result<void>> keeping_;  // the batch before; its end is waited for
};

// "<folder>/3/film.dcm" as "film.dcm": how whoever sent it knows it.
void show_from(const std::filesystem::path& folder, std::vector<Source>& sources) {
  if (folder.empty()) {
    return;
  }
  for (auto& source : sources) {
    const auto below = std::filesystem::path(source.path).lexically_relative(folder);
    std::filesystem::path shown;
    for (auto part = below.begin(); part != below.end(); ++part) {
      if (part != below.begin()) {
        shown /= *part;
      }
    }
    source.path = shown.string();
  }
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, kOutcomes> kNames{"stored", "duplicate", "quarantined",
                                                           "rejected"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

Result<Receipt> take_in(Home& home, const TakeInOptions& options, Progress& progress) {
  OSLER_TRY(auto sources, internal::list_sources(options.paths));
  show_from(options.shown_from, sources);
  OSLER_TRY(auto decoder,
            dicom::decode::Decoder::create({.program = {}, .children = options.threads}));
  const auto profile = dicom::deidentify::Profile::research();
  OSLER_TRY(const auto pseudonyms, dicom::deidentify::Pseudonyms::create(home.pseudonym_key()));
  const bool deidentify = options.deidentify.value_or(home.configuration().deidentify_on_ingest);
  const internal::Bench bench{
      .decoder = decoder, .pseudonyms = deidentify ? &pseudonyms : nullptr, .profile = &profile};
  const Stopwatch watch;
  Receipt receipt;
  receipt.id = to_hex(crypto::random_bytes(4));
  receipt.time = to_rfc3339(home.clock().now());
  OSLER_TRY_DO(internal::begin_receipt(home, receipt));
  progress.begin("ingest", sources.size());
  Intake intake(home, receipt, bench,
                {.threads = options.threads == 0 ? hardware_threads() : options.threads,
                 .history = options.history});
  for (std::size_t i = 0; i < sources.size(); ++i) {
    OSLER_TRY_DO(intake.add(sources[i]));
    progress.at(i + 1, "");
  }
  OSLER_TRY_DO(intake.finish());
  receipt.seconds = watch.seconds();
  OSLER_TRY_DO(internal::end_receipt(home, receipt, options.actor));
  progress.end(counted(static_cast<std::int64_t>(receipt.received), "file") + ": " +
               std::to_string(receipt.count(Outcome::Stored)) + " stored, " +
               std::to_string(receipt.count(Outcome::Duplicate)) + " duplicate, " +
               std::to_string(receipt.count(Outcome::Quarantined)) + " quarantined, " +
               std::to_string(receipt.count(Outcome::Rejected)) + " rejected");
  return receipt;
}

}  // namespace osler::workflow
