#include "learn/training/train.h"

#include <exception>
#include <string>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/clock.h"
#include "base/file.h"
#include "learn/export/internal/onnx_model.h"
#include "learn/training/internal/equality.h"
#include "learn/training/internal/run.h"
#include "learn/training/internal/state.h"

namespace osler::learn::training {
namespace {

constexpr std::size_t kShownRows = 200;

// A run under way: the state, and where it is kept.
class Training {
 public:
  Training(const Job& job, const Watch& watch, Run run, std::string identity)
      : job_(job),
        watch_(watch),
        run_(std::move(run)),
        identity_(std::move(identity)),
        team_(job.threads) {}

  Result<Outcome> train() {
    OSLER_TRY(auto found, read_checkpoint(checkpoint(), identity_));
    const bool resumed = found.has_value();
    if (resumed) {
      state_ = *std::move(found);
    }
    const auto stages = run_.stages();
    for (auto i = static_cast<std::size_t>(state_.stage); i < stages.size(); ++i) {
      const bool goes_on =
          resumed && static_cast<std::size_t>(state_.stage) == i && state_.epoch > 0;
      state_.stage = static_cast<std::int64_t>(i);
      OSLER_TRY_DO(stages[i] == "head" ? head(goes_on) : all(goes_on));
    }
    return finish();
  }

 private:
  [[nodiscard]] std::filesystem::path checkpoint() const { return job_.out / "checkpoint"; }

  Result<void> epochs(const Plan& plan, bool goes_on) {
    Stage stage(plan, run_.cases(), team_);
    if (!goes_on) {
      stage.start(state_);
    }
    stage.take(state_);
    while (!stage.done(state_)) {
      OSLER_TRY_DO(stage.epoch(state_, watch_.stop));
      OSLER_TRY_DO(write_checkpoint(checkpoint(), state_, identity_));
      OSLER_TRY_DO(write_epochs());
      if (watch_.on_epoch) {
        watch_.on_epoch(state_.history.back());
      }
    }
    return {};
  }

  Result<void> head(bool goes_on) {
    Run::Standard standard;
    const auto plan = run_.head_plan(team_, standard);
    OSLER_TRY_DO(epochs(plan, goes_on));
    run_.fold(state_.kept, standard);
    return {};
  }

  Result<void> all(bool goes_on) {
    OSLER_TRY_DO(epochs(run_.all_plan(), goes_on));
    run_.replace(state_.kept);
    return {};
  }

  Result<void> write_epochs() const {
    std::string lines;
    for (const auto& epoch : state_.history) {
      lines += dump_json(to_json(epoch)) + "\n";
    }
    return write_file(job_.out / "epochs.jsonl", lines);
  }

  Result<Outcome> finish() {
    const auto network = run_.make();
    const auto& images = run_.images();
    OSLER_TRY(const auto model, to_onnx::model_bytes(*network, images.size(2), images.size(3)));
    const auto rows = spread(run_.cases().shown, kShownRows);
    const auto logits = score(*network, images, rows, team_);
    OSLER_TRY_DO(write_equality(job_.out / "equality.npz", rows, logits));
    OSLER_TRY_DO(write_file(job_.out / "model.onnx", model));

    Outcome outcome{.epochs = static_cast<std::int64_t>(state_.history.size()),
                    .best = state_.best,
                    .seconds = state_.seconds,
                    .model_sha256 = crypto::sha256(model).hex()};
    for (const auto& variable : network->variables()) {
      outcome.parameters += variable.role == network::Role::Statistic ? 0 : variable.value.numel();
    }
    outcome.images_per_second = static_cast<double>(state_.images) / std::max(state_.seconds, 1e-9);
    return outcome;
  }

  const Job& job_;
  const Watch& watch_;
  Run run_;
  std::string identity_;
  Team team_;
  State state_;
};

// What libtorch throws becomes an Error here and goes no further.
template <typename T, typename Work>
Result<T> guarded(Work work) {
  try {
    return work();
  } catch (const c10::Error& thrown) {
    const std::string text = thrown.what_without_backtrace();
    return Error(ErrorCode::Internal, "libtorch: " + text.substr(0, text.find('\n')));
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::Unavailable, "there is not enough memory to train")
        .hint("lower optimiser.batch, or the size of the images");
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::Internal, thrown.what());
  }
}

}  // namespace

Result<Outcome> train(const Job& job, const Watch& watch) {
  return guarded<Outcome>([&]() -> Result<Outcome> {
    OSLER_TRY_DO(make_folder(job.out));
    OSLER_TRY(auto run, Run::open(job));
    OSLER_TRY(auto identity, run.identity());
    return Training(job, watch, std::move(run), std::move(identity)).train();
  });
}

Result<double> images_per_second(const Job& job, std::int64_t steps) {
  return guarded<double>([&]() -> Result<double> {
    OSLER_TRY(auto run, Run::open(job));
    Team team(job.threads);
    const auto plan = run.all_plan();
    Stage stage(plan, run.cases(), team);
    State state;
    stage.start(state);
    stage.take(state);
    auto rng = Rng::named(job.seed, "bench");
    const auto rows = epoch_rows(run.cases(), job.spec.sampling, rng);
    const auto batch =
        std::min<std::size_t>(static_cast<std::size_t>(job.spec.optimiser.batch), rows.size());
    constexpr std::int64_t kWarmUp = 3;
    Stopwatch watch;
    for (std::int64_t i = 0; i < steps + kWarmUp; ++i) {
      if (i == kWarmUp) {
        watch = Stopwatch();
      }
      const auto first = static_cast<std::size_t>(i) * batch % (rows.size() - batch + 1);
      static_cast<void>(stage.step(state, std::span(rows).subspan(first, batch), rng.next()));
    }
    return static_cast<double>(steps) * static_cast<double>(batch) / watch.seconds();
  });
}

}  // namespace osler::learn::training
