#include "workflow/reading/scoring.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/parallel.h"
#include "workflow/models.h"
#include "workflow/reading/internal/queue.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading {
namespace {

using internal::Candidate;
using internal::Waiting;

// How soon what another process did (osler ingest, osler model promote) is noticed.
constexpr std::chrono::milliseconds kLook(1000);
// A package that could not be opened is tried again after this.
constexpr std::int64_t kTryAgainMs = 60'000;
constexpr std::size_t kAhead = 64;

struct Opened {
  InService service;
  std::shared_ptr<const Scorer> scorer;  // null: it could not be opened
  std::string why;
  std::int64_t since_ms = 0;
  std::int64_t tried_ms = 0;
  bool planned = false;  // the films of the open studies have been queued for it
};

class Room final : public Scoring {
 public:
  Room(Home& home, dicom::decode::Decoder decoder, std::size_t threads)
      : home_(home), decoder_(std::move(decoder)) {
    planner_ = std::thread([this] { plan_forever(); });
    for (std::size_t i = 0; i < threads; ++i) {
      workers_.emplace_back([this] { work_forever(); });
    }
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() override { stop(); }

  void nudge() override {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
    wake_.notify_all();
  }

  [[nodiscard]] std::shared_ptr<const Scorer> find(const ModelName& model) const override {
    const std::lock_guard lock(mutex_);
    for (const auto& opened : opened_) {
      const bool wanted = model.version == 0
                              ? opened.service.model.name == model.name && opened.service.shown
                              : opened.service.model == model;
      if (wanted && !opened.service.paused) {
        return opened.scorer;
      }
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<InService> models() const override {
    const std::lock_guard lock(mutex_);
    std::vector<InService> list;
    for (const auto& opened : opened_) {
      list.push_back(opened.service);
    }
    return list;
  }

  [[nodiscard]] std::vector<BrokenModel> broken() const override {
    const std::lock_guard lock(mutex_);
    std::vector<BrokenModel> list;
    for (const auto& opened : opened_) {
      if (!opened.scorer) {
        list.push_back(
            {.model = opened.service.model, .why = opened.why, .since_ms = opened.since_ms});
      }
    }
    return list;
  }

  [[nodiscard]] bool looked_up() const override {
    const std::lock_guard lock(mutex_);
    return looked_up_;
  }

  [[nodiscard]] bool idle() const override {
    const std::lock_guard lock(mutex_);
    return looked_ && !nudged_ && ready_.empty() && in_flight_.empty();
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    if (planner_.joinable()) {
      planner_.join();
    }
    for (auto& worker : workers_) {
      if (worker.joinable()) {
        worker.join();
      }
    }
  }

 private:
  void plan_forever() {
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
          return;
        }
        nudged_ = false;
      }
      // What cannot be read now, because another process holds the file, is read the next time.
      static_cast<void>(look());
      std::unique_lock lock(mutex_);
      looked_ = true;
      wake_.wait_for(lock, kLook, [this] { return stopping_ || nudged_; });
    }
  }

  Result<void> look() {
    OSLER_TRY_DO(follow_registry());
    const auto ready = candidates();
    OSLER_TRY(const auto planned, internal::plan(home_, ready));
    static_cast<void>(planned);
    return fill();
  }

  // Opens what came into service and lets go of what left it. A film that is being scored keeps its
  // model until it is done.
  Result<void> follow_registry() {
    OSLER_TRY(const auto services, in_service(home_));
    std::vector<Opened> next;
    for (const auto& service : services) {
      const auto before = known(service);
      const std::int64_t now = now_ms(home_.clock());
      if (before && (before->scorer || now < before->tried_ms + kTryAgainMs)) {
        next.push_back(*before);
        next.back().service = service;
        continue;
      }
      Opened opened = open(service);
      opened.tried_ms = now;
      opened.since_ms = before ? before->since_ms : now;
      next.push_back(std::move(opened));
    }
    {
      const std::lock_guard lock(mutex_);
      opened_ = next;
      looked_up_ = true;
    }
    return plan_fresh(next);
  }

  // Where the database cannot be written now, the model stays fresh, and the next look tries again.
  Result<void> plan_fresh(const std::vector<Opened>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].scorer || all[i].planned) {
        continue;
      }
      OSLER_TRY(const auto made,
                internal::plan_open_studies(
                    home_, {.service = all[i].service, .scorer = all[i].scorer.get()}));
      static_cast<void>(made);
      const std::lock_guard lock(mutex_);
      opened_[i].planned = true;
    }
    return {};
  }

  std::optional<Opened> known(const InService& service) const {
    const std::lock_guard lock(mutex_);
    for (const auto& opened : opened_) {
      if (opened.service.model == service.model && opened.service.digest == service.digest &&
          opened.service.shown == service.shown) {
        return opened;
      }
    }
    return std::nullopt;
  }

  Opened open(const InService& service) {
    Opened opened{.service = service};
    const auto fail = [&](const Error& error) {
      opened.why = error.message;
      return opened;
    };
    const auto model = find_model(home_, service.model.reference());
    if (!model) {
      return fail(model.error());
    }
    auto package = open_model(home_, *model);
    if (!package) {
      return fail(package.error());
    }
    auto scorer = Scorer::create(*std::move(package));
    if (!scorer) {
      return fail(scorer.error());
    }
    opened.scorer = std::make_shared<const Scorer>(*std::move(scorer));
    return opened;
  }

  std::vector<Candidate> candidates() const {
    const std::lock_guard lock(mutex_);
    std::vector<Candidate> list;
    for (const auto& opened : opened_) {
      if (opened.scorer) {
        list.push_back({.service = opened.service, .scorer = opened.scorer.get()});
      }
    }
    return list;
  }

  // Puts the next films where the workers take them from.
  Result<void> fill() {
    {
      const std::lock_guard lock(mutex_);
      if (ready_.size() >= kAhead / 2) {
        return {};
      }
    }
    OSLER_TRY(const auto films, internal::next_films(home_, candidates(), kAhead));
    const std::lock_guard lock(mutex_);
    for (const auto& film : films) {
      if (!in_flight_.contains(film.result)) {
        in_flight_.insert(film.result);
        ready_.push_back(film);
      }
    }
    wake_.notify_all();
    return {};
  }

  void work_forever() {
    while (true) {
      Waiting film;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
        if (stopping_) {
          return;
        }
        film = std::move(ready_.front());
        ready_.pop_front();
      }
      const bool written = score(film);
      const std::lock_guard lock(mutex_);
      in_flight_.erase(film.result);
      if (written && ready_.empty()) {
        nudged_ = true;
        wake_.notify_all();
      }
    }
  }

  // False: it stays in the queue and is tried again.
  bool score(const Waiting& film) {
    const auto scorer = find(film.model);
    const auto digest = crypto::Digest::from_hex(film.original);
    if (!scorer || !digest) {
      return false;
    }
    auto bytes = home_.objects().read(*digest);
    ScoredFilm scored;
    if (bytes) {
      scored = scorer->read("", *std::move(bytes), decoder_);
    } else {
      scored.result.outcome = Scored::Failed;
      scored.result.reason = bytes.error().message;
    }
    // Paused while it was being scored: nothing is said.
    if (find(film.model) == nullptr) {
      return false;
    }
    return internal::write_result(home_, film, scorer->package().digest().hex(), scored)
        .has_value();
  }

  Home& home_;
  dicom::decode::Decoder decoder_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Opened> opened_;
  std::deque<Waiting> ready_;
  std::set<std::int64_t> in_flight_;  // results that a worker has or will take
  bool nudged_ = false;
  bool looked_ = false;
  bool looked_up_ = false;  // opened_ is what the registry says
  bool stopping_ = false;
  std::thread planner_;
  std::vector<std::thread> workers_;
};

}  // namespace

Result<std::unique_ptr<Scoring>> Scoring::start(Home& home, const ScoringOptions& options) {
  OSLER_TRY_DO(prepare(home));
  OSLER_TRY(auto decoder, dicom::decode::Decoder::create());
  return std::unique_ptr<Scoring>(std::make_unique<Room>(
      home, std::move(decoder), options.threads == 0 ? hardware_threads() : options.threads));
}

}  // namespace osler::workflow::reading
