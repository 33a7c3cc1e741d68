#include "evaluate/report/report.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evaluate/report/test/sample.h"

namespace osler::evaluate::report {
namespace {

using ::testing::HasSubstr;

TEST(Report, SaysWhatItFound) {
  const auto study = sample_study(600);
  NoProgress silent;

  const auto report = evaluate(study.predictions, study.options, silent);

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(to_html(*report), HasSubstr("In plain sentences"));
}

}  // namespace
}  // namespace osler::evaluate::report
