#include "learn/training/train.h"

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/arrays/npy.h"
#include "base/check.h"
#include "base/file.h"
#include "base/text.h"
#include "learn/network/internal/network.h"
#include "tests/support/toy_films.h"

namespace osler::learn::training {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Outcome trained(const Job& job, const Watch& watch = {}) {
  auto outcome = train(job, watch);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? *outcome : Outcome{};
}

// Trains and stops after so many epochs, as a signal would.
void stopped_after(const Job& job, std::int64_t epochs) {
  std::atomic<bool> stop = false;
  std::int64_t seen = 0;
  const Watch watch{.on_epoch = [&](const Epoch&) { stop = ++seen >= epochs; }, .stop = &stop};
  const auto outcome = train(job, watch);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable);
}

// The weights of an untrained network of the job's shape, as a file to import.
std::filesystem::path weights_file(const std::filesystem::path& folder, const Job& job) {
  const auto network = network::create({.widths = job.spec.network.widths, .side = 16}, 99);
  OSLER_CHECK(network);
  std::map<std::string, arrays::Array> arrays;
  for (const auto& variable : (*network)->variables()) {
    const std::vector<std::size_t> shape(variable.value.sizes().begin(),
                                         variable.value.sizes().end());
    const auto values = variable.value.contiguous();
    arrays.emplace(variable.name,
                   arrays::Array::of<float>(shape, {values.data_ptr<float>(),
                                                    static_cast<std::size_t>(values.numel())}));
  }
  const auto bytes = arrays::to_npz(arrays);
  OSLER_CHECK(bytes);
  const auto path = folder / "weights.npz";
  OSLER_CHECK(write_file(path, *bytes));
  return path;
}

TEST(Train, LearnsWhatCanBeLearnt) {
  const TemporaryFolder folder;
  const auto job = test::toy_job(folder.path());
  std::vector<Epoch> epochs;
  const auto outcome = trained(job, {.on_epoch = [&](const Epoch& e) { epochs.push_back(e); }});
  EXPECT_THAT(epochs, SizeIs(8));
  EXPECT_GT(outcome.best.auroc, 0.95);
  EXPECT_LT(epochs.back().loss, epochs.front().loss);
  EXPECT_GT(outcome.images_per_second, 0.0);
  for (const char* name : {"model.onnx", "epochs.jsonl", "checkpoint", "equality.npz"}) {
    EXPECT_TRUE(std::filesystem::exists(job.out / name)) << name;
  }
  const auto model = read_file(job.out / "model.onnx");
  ASSERT_TRUE(model);
  EXPECT_EQ(crypto::sha256(*model).hex(), outcome.model_sha256);
  const auto lines = read_text(job.out / "epochs.jsonl");
  ASSERT_TRUE(lines);
  EXPECT_THAT(split(trim(*lines), '\n'), SizeIs(8));
}

TEST(Train, WritesTheLogitsOfRowsThatItDidNotTrainOn) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 1;
  trained(job);
  const auto npz = arrays::Npz::open(job.out / "equality.npz");
  ASSERT_TRUE(npz) << npz.error().message;
  const auto rows = npz->read("rows");
  const auto logits = npz->read("logits");
  ASSERT_TRUE(rows && logits);
  EXPECT_EQ(rows->count(), 160U);
  EXPECT_EQ(logits->count(), 160U);
  const auto numbers = rows->to_integers();
  ASSERT_TRUE(numbers);
  for (const auto row : *numbers) {
    EXPECT_NE(job.split[static_cast<std::size_t>(row)], Split::Train);
  }
}

TEST(Train, DependsOnItsSeedAndNotOnItsThreads) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 2;
  job.spec.network.dropout = 0.2;
  job.spec.augmentation = {.flip = true, .shift = 0.1, .noise = 0.1};
  const auto digest = [&](const char* out, std::uint64_t seed, int threads) {
    job.out = folder.path() / out;
    job.seed = seed;
    job.threads = threads;
    return trained(job).model_sha256;
  };
  const auto first = digest("a", 1, 2);
  EXPECT_EQ(digest("b", 1, 2), first);
  EXPECT_EQ(digest("c", 1, 1), first);
  EXPECT_NE(digest("d", 2, 2), first);
}

TEST(Train, GoesOnAfterAStopToTheSameModel) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 4;
  job.spec.network.dropout = 0.2;
  job.spec.augmentation = {.shift = 0.1, .rotate_degrees = 10.0, .erase = 0.2};
  const auto whole = trained(job).model_sha256;
  for (const std::int64_t epochs : {1, 3}) {
    job.out = folder.path() / ("stopped" + std::to_string(epochs));
    stopped_after(job, epochs);
    std::int64_t told = 0;
    const auto outcome = trained(job, {.on_epoch = [&](const Epoch&) { ++told; }});
    EXPECT_EQ(told, 4 - epochs);
    EXPECT_EQ(outcome.epochs, 4);
    EXPECT_EQ(outcome.model_sha256, whole);
  }
}

TEST(Train, OfAFinishedRunGivesItsModelAgain) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 2;
  const auto first = trained(job);
  std::filesystem::remove(job.out / "model.onnx");
  const auto again = trained(job);
  EXPECT_EQ(again.model_sha256, first.model_sha256);
  EXPECT_EQ(again.epochs, 2);
}

TEST(Train, EndsEarlyWhenValidationGetsNoBetter) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 60;
  job.spec.optimiser.patience = 2;
  const auto outcome = trained(job);
  EXPECT_LT(outcome.epochs, 60);
  EXPECT_EQ(outcome.epochs, outcome.best.number + 2);
}

TEST(Train, OfImportedWeightsFrozenStagedAndFineTunedGoesOnToTheSameModel) {
  for (const auto mode :
       {study::Transfer::Frozen, study::Transfer::FineTune, study::Transfer::Staged}) {
    const TemporaryFolder folder;
    auto job = test::toy_job(folder.path());
    job.initial_weights = weights_file(folder.path(), job);
    job.spec.weights = {.path = "weights.npz", .mode = mode};
    job.spec.optimiser.epochs = 3;
    const auto whole = trained(job);
    const auto heads = mode == study::Transfer::Staged ? 60 : 0;
    EXPECT_EQ(whole.epochs, 3 + heads);
    EXPECT_EQ(whole.best.stage, mode == study::Transfer::Frozen ? "head" : "all");
    EXPECT_GT(whole.best.auroc, 0.5);
    job.out = folder.path() / "stopped";
    stopped_after(job, heads + 2);
    EXPECT_EQ(trained(job).model_sha256, whole.model_sha256);
  }
}

TEST(Train, RefusesTheCheckpointOfAnotherJob) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  job.spec.optimiser.epochs = 1;
  trained(job);
  job.spec.optimiser.learning_rate *= 2.0;
  const auto outcome = train(job, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(outcome.error().advice, HasSubstr("empty folder"));
}

struct Fault {
  const char* name;
  void (*make)(Job&);
  ErrorCode code;
  const char* message;
};

class TrainRefuses : public ::testing::TestWithParam<Fault> {};

TEST_P(TrainRefuses, SayingWhy) {
  const TemporaryFolder folder;
  auto job = test::toy_job(folder.path());
  GetParam().make(job);
  const auto outcome = train(job, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, GetParam().code);
  EXPECT_THAT(outcome.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Jobs, TrainRefuses,
    ::testing::Values(
        Fault{"NoTensors", [](Job& job) { job.tensors += ".gone"; }, ErrorCode::NotFound, ""},
        Fault{"MoreLabelsThanImages",
              [](Job& job) {
                job.labels.push_back(1);
                job.split.push_back(Split::Train);
              },
              ErrorCode::DataCorrupt, "320 images but 321 labels"},
        Fault{"NoPositiveToTrainOn",
              [](Job& job) {
                for (std::size_t i = 0; i < job.labels.size(); ++i) {
                  job.labels[i] = job.split[i] == Split::Train ? 0 : job.labels[i];
                }
              },
              ErrorCode::FailedPrecondition, "training part lacks positive"},
        Fault{"NoValidation",
              [](Job& job) {
                for (auto& part : job.split) {
                  part = part == Split::Validation ? Split::Test : part;
                }
              },
              ErrorCode::FailedPrecondition, "validation part lacks"},
        Fault{"ImagesTooSmall",
              [](Job& job) { job.spec.network.kind = study::Network::SqueezeNet11; },
              ErrorCode::InvalidArgument, "too small"},
        Fault{"LossRunsAway", [](Job& job) { job.spec.optimiser.learning_rate = 1e30; },
              ErrorCode::InvalidArgument, "no longer a number"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::learn::training
