#include "learn/training/job.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::learn::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string job_text(const std::string& labels = "[0, 1, null]",
                     const std::string& split = R"(["train", "validation", ""])",
                     const std::string& rest = R"("spec": {}, "seed": 3, "threads": 2)") {
  return R"({"format": "osler-job/1", "tensors": "t.npy", "labels": )" + labels + R"(, "split": )" +
         split + ", " + rest + R"(, "out": "run"})";
}

TEST(Job, IsReadFromItsJson) {
  const auto job = parse_job(job_text(), "JOB.json");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->tensors, "t.npy");
  EXPECT_THAT(job->labels, ElementsAre(0, 1, -1));
  EXPECT_THAT(job->split, ElementsAre(Split::Train, Split::Validation, Split::None));
  EXPECT_EQ(job->seed, 3U);
  EXPECT_EQ(job->out, "run");
  EXPECT_TRUE(job->initial_weights.empty());
}

struct BadJob {
  const char* name;
  std::string text;
  ErrorCode code;
  const char* message;
};

class JobRefused : public ::testing::TestWithParam<BadJob> {};

TEST_P(JobRefused, SayingWhyAndWhere) {
  const auto& bad = GetParam();
  const auto job = parse_job(bad.text, "JOB.json");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, bad.code);
  EXPECT_THAT(job.error().message, HasSubstr(bad.message));
  EXPECT_THAT(job.error().where, HasSubstr("JOB.json"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JobRefused,
    ::testing::Values(
        BadJob{"NotJson", "{", ErrorCode::DataCorrupt, ""},
        BadJob{"AList", "[]", ErrorCode::DataCorrupt, "not a JSON object"},
        BadJob{"AnotherFormat", R"({"format": "osler-job/9"})", ErrorCode::NotSupported,
               "not osler-job/1"},
        BadJob{"LabelOfTwo", job_text("[0, 2, 1]"), ErrorCode::DataCorrupt, "neither 0, 1"},
        BadJob{"LabelAsText", job_text(R"(["1", 0, 1])"), ErrorCode::DataCorrupt, "neither 0, 1"},
        BadJob{"UnknownSplit", job_text("[0, 1, 1]", R"(["train", "val", ""])"),
               ErrorCode::DataCorrupt, "none of train, validation"},
        BadJob{"UnequalLists", job_text("[0, 1]"), ErrorCode::DataCorrupt, "2 labels but 3 splits"},
        BadJob{"NoSpec", job_text("[0]", R"([""])", R"("seed": 1, "threads": 1)"),
               ErrorCode::DataCorrupt, "no \"spec\""},
        BadJob{"NoThread", job_text("[0]", R"([""])", R"("spec": {}, "seed": 1, "threads": 0)"),
               ErrorCode::InvalidArgument, "threads"},
        BadJob{"WeightsNotGiven",
               job_text("[0]", R"([""])",
                        R"("spec": {"weights": {"path": "w.npz", "mode": "frozen"}}, "seed": 1,
                            "threads": 1)"),
               ErrorCode::InvalidArgument, "names none"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::learn::training
