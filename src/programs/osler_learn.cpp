// osler-learn: trains one network in a process of its own, the only one with libtorch. Started by
// osler; its death is a failed job, never a dead server.
//
//   osler-learn train JOB.json          events on standard output, one JSON line each
//   osler-learn bench-train JOB.json    training speed alone, in images per second
//   osler-learn --version

#include <atomic>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <malloc.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"
#include "learn/training/train.h"

namespace {

using osler::Error;
using osler::Json;
namespace training = osler::learn::training;

// Lock-free, so that a signal handler may set it.
std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int /*signal*/) {
  stop_asked.store(true);
}

void say(const Json& event) {
  std::cout << osler::dump_json(event) << std::endl;
}

int fail(const Error& error) {
  say({{"event", "error"},
       {"error",
        {{"code", osler::to_string(error.code)},
         {"message", error.message},
         {"where", error.where},
         {"hint", error.advice}}}});
  return osler::exit_code(error.code);
}

Json ranks(const training::Epoch& epoch) {
  return {{"auroc", epoch.auroc}, {"auprc", epoch.auprc}, {"loss", epoch.validation_loss}};
}

int train(const training::Job& job) {
  const training::Watch watch{.on_epoch =
                                  [](const training::Epoch& epoch) {
                                    say({{"event", "epoch"},
                                         {"stage", epoch.stage},
                                         {"epoch", epoch.number},
                                         {"of", epoch.of},
                                         {"loss", epoch.loss},
                                         {"learning_rate", epoch.learning_rate},
                                         {"validation", ranks(epoch)},
                                         {"best", epoch.best},
                                         {"seconds", epoch.seconds}});
                                  },
                              .stop = &stop_asked};
  const auto outcome = training::train(job, watch);
  if (!outcome) {
    return fail(outcome.error());
  }
  say({{"event", "done"},
       {"epochs", outcome->epochs},
       {"best",
        {{"stage", outcome->best.stage},
         {"epoch", outcome->best.number},
         {"validation", ranks(outcome->best)}}},
       {"parameters", outcome->parameters},
       {"seconds", outcome->seconds},
       {"images_per_second", outcome->images_per_second},
       {"model", "model.onnx"},
       {"sha256", outcome->model_sha256}});
  return 0;
}

int bench(const training::Job& job) {
  constexpr std::int64_t kSteps = 60;
  const auto speed = training::images_per_second(job, kSteps);
  if (!speed) {
    return fail(speed.error());
  }
  say({{"event", "bench"}, {"images_per_second", *speed}, {"threads", job.threads}});
  return 0;
}

// libgomp reads its policy when it is loaded: waiting threads must sleep, not spin, or one busy
// neighbour makes training ten times slower. Returns only where nothing is to be done.
void wait_passively(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) {
    ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
    ::execv("/proc/self/exe", argv);
  }
}

int usage() {
  std::fputs("usage: osler-learn train JOB.json | bench-train JOB.json | --version\n", stderr);
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  // Both, or glibc stops adapting the first: activations of some MB stay mapped between steps.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::puts("osler-learn " OSLER_VERSION);
    return 0;
  }
  if (argc != 3) {
    return usage();
  }
  wait_passively(argv);
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  const auto job = training::read_job(argv[2]);
  if (!job) {
    return fail(job.error());
  }
  const std::string_view verb = argv[1];
  if (verb == "train") {
    return train(*job);
  }
  return verb == "bench-train" ? bench(*job) : usage();
}
