#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/rng.h"
#include "tests/support/toy_films.h"

namespace osler::learn::training {
namespace {

// The job as the file that the program reads.
std::filesystem::path job_file(const Job& job) {
  Json split = Json::array();
  for (const auto part : job.split) {
    split.push_back(part == Split::Train ? "train" : part == Split::Test ? "test" : "validation");
  }
  const Json document{
      {"format", "osler-job/1"},   {"tensors", job.tensors.string()},  {"labels", job.labels},
      {"split", std::move(split)}, {"spec", study::to_json(job.spec)}, {"seed", job.seed},
      {"threads", job.threads},    {"out", job.out.string()}};
  const auto path = job.out.string() + ".json";
  OSLER_CHECK(write_file(path, dump_json(document)));
  return path;
}

// Runs osler-learn; kills it after `limit` if it still runs. Returns the exit code.
int run_learner(const std::filesystem::path& job, std::chrono::milliseconds limit) {
  auto child = ChildProcess::start({.program = program_folder() / "osler-learn",
                                    .arguments = {"train", job.string()},
                                    .environment = {"OMP_WAIT_POLICY=PASSIVE"},
                                    .error_log = "/dev/null"});
  OSLER_CHECK(child);
  std::thread killer;
  if (limit.count() > 0) {
    killer = std::thread([&child, limit] {
      std::this_thread::sleep_for(limit);
      child->kill();
    });
  }
  child->read_lines([](std::string_view) {});
  if (killer.joinable()) {
    killer.join();
  }
  return child->wait();
}

TEST(Kill, AtAnyMomentLeavesARunThatGoesOnToTheSameModel) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 40;
  job.spec.augmentation = {.shift = 0.1, .noise = 0.1};
  job.out = folder.path() / "whole";
  const auto started = std::chrono::steady_clock::now();
  ASSERT_EQ(run_learner(job_file(job), {}), 0);
  const std::chrono::duration<double, std::milli> whole_ms =
      std::chrono::steady_clock::now() - started;
  const auto whole = read_file(job.out / "model.onnx");
  ASSERT_TRUE(whole);

  Rng rng(20260102);
  int kills = 0;
  for (int round = 0; kills < 50; ++round) {
    job.out = folder.path() / ("killed" + std::to_string(round));
    const auto file = job_file(job);
    // Killed up to ten times on its way, then left to finish.
    for (int i = 0; i < 10 && !std::filesystem::exists(job.out / "model.onnx"); ++i, ++kills) {
      const auto limit = std::chrono::milliseconds(
          static_cast<std::int64_t>(rng.uniform(0.2, 1.0) * whole_ms.count()));
      static_cast<void>(run_learner(file, limit));
    }
    ASSERT_EQ(run_learner(file, {}), 0);
    const auto model = read_file(job.out / "model.onnx");
    ASSERT_TRUE(model);
    ASSERT_EQ(*model, *whole) << "round " << round;
  }
}

}  // namespace
}  // namespace osler::learn::training
