#include "deploy/gates/gates.h"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::deploy::gates {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Row {
  const char* name;
  void (*set)(study::Gates&, Evidence&);
  const char* gate;
  Status status;
};

class Judge : public ::testing::TestWithParam<Row> {};

TEST_P(Judge, SettlesWhatTheIntervalSettles) {
  study::Gates limits;
  limits.no_leakage = false;
  Evidence evidence;
  GetParam().set(limits, evidence);

  const auto gates = judge(limits, evidence);

  ASSERT_THAT(gates, SizeIs(1));
  EXPECT_EQ(gates[0].name, GetParam().gate);
  EXPECT_EQ(gates[0].status, GetParam().status) << gates[0].sentence;
  EXPECT_FALSE(gates[0].sentence.empty());
}

void sensitivity(study::Gates& limits, Evidence& evidence, double lower, double upper) {
  limits.sensitivity_lower = 0.9;
  evidence.sensitivity = Estimate{(lower + upper) / 2, lower, upper, 200};
}

void ece(study::Gates& limits, Evidence& evidence, double lower, double upper) {
  limits.ece_upper = 0.05;
  evidence.calibration_error = Estimate{(lower + upper) / 2, lower, upper, 200};
}

void groups(study::Gates& limits, Evidence& evidence, Estimate first, Estimate second) {
  limits.subgroup_gap_upper = 0.1;
  evidence.subgroups = {{"sex", "F", first}, {"sex", "M", second}, {"site", "A", {0, 0, 0, 500}}};
}

INSTANTIATE_TEST_SUITE_P(
    Gates, Judge,
    ::testing::Values(
        Row{"WholeIntervalAbove", [](auto& l, auto& e) { sensitivity(l, e, 0.91, 0.97); },
            "sensitivity", Status::Pass},
        Row{"LowerEndOnTheBound", [](auto& l, auto& e) { sensitivity(l, e, 0.9, 0.97); },
            "sensitivity", Status::Pass},
        Row{"BoundInside", [](auto& l, auto& e) { sensitivity(l, e, 0.85, 0.97); }, "sensitivity",
            Status::Inconclusive},
        Row{"WholeIntervalBelow", [](auto& l, auto& e) { sensitivity(l, e, 0.7, 0.89); },
            "sensitivity", Status::Fail},
        Row{"NotAssessed", [](auto& l, auto&) { l.auroc_lower = 0.8; }, "auroc",
            Status::Inconclusive},
        Row{"NotANumber",
            [](auto& l, auto& e) {
              l.auroc_lower = 0.8;
              const double nan = std::numeric_limits<double>::quiet_NaN();
              e.auroc = Estimate{nan, nan, nan, 10};
            },
            "auroc", Status::Inconclusive},
        Row{"NoFilms",
            [](auto& l, auto& e) {
              l.specificity_lower = 0.5;
              e.specificity = Estimate{1.0, 1.0, 1.0, 0};
            },
            "specificity", Status::Inconclusive},
        Row{"SmallError", [](auto& l, auto& e) { ece(l, e, 0.01, 0.04); }, "ece", Status::Pass},
        Row{"LargeError", [](auto& l, auto& e) { ece(l, e, 0.06, 0.12); }, "ece", Status::Fail},
        Row{"ErrorAcross", [](auto& l, auto& e) { ece(l, e, 0.02, 0.06); }, "ece",
            Status::Inconclusive},
        Row{"MarginBelow",
            [](auto& l, auto& e) {
              l.metadata_margin_lower = 0.05;
              e.metadata_margin = Estimate{0.0, -0.03, 0.03, 200};
            },
            "metadata_margin", Status::Fail},
        Row{"SmallGap",
            [](auto& l, auto& e) { groups(l, e, {0.90, 0.85, 0.95, 100}, {0.95, 0.9, 0.99, 100}); },
            "subgroup_gap", Status::Pass},
        Row{"GapWithIntervalsApart",
            [](auto& l, auto& e) { groups(l, e, {0.70, 0.60, 0.80, 100}, {0.95, 0.9, 0.99, 100}); },
            "subgroup_gap", Status::Fail},
        Row{"GapWithIntervalsTogether",
            [](auto& l, auto& e) { groups(l, e, {0.80, 0.60, 0.95, 25}, {0.95, 0.9, 0.99, 100}); },
            "subgroup_gap", Status::Inconclusive},
        Row{"GroupsTooSmall",
            [](auto& l, auto& e) { groups(l, e, {0.2, 0.0, 0.3, 5}, {0.95, 0.9, 0.99, 100}); },
            "subgroup_gap", Status::Inconclusive},
        Row{"NoLeak",
            [](auto& l, auto& e) {
              l.no_leakage = true;
              e.leakage = Leakage{0, 1000};
            },
            "leakage", Status::Pass},
        Row{"ALeak",
            [](auto& l, auto& e) {
              l.no_leakage = true;
              e.leakage = Leakage{8, 1000};
            },
            "leakage", Status::Fail},
        Row{"NobodyLooked", [](auto& l, auto&) { l.no_leakage = true; }, "leakage",
            Status::Inconclusive}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(JudgeAll, ChecksOnlyTheLimitsThatAreGiven) {
  study::Gates none;
  none.no_leakage = false;
  EXPECT_THAT(judge(none, {}), IsEmpty());
}

TEST(JudgeAll, SaysNumberBoundAndCount) {
  study::Gates limits;
  limits.no_leakage = false;
  Evidence evidence;
  sensitivity(limits, evidence, 0.85, 0.97);
  EXPECT_EQ(judge(limits, evidence)[0].sentence,
            "Sensitivity at the operating point is 0.910 (0.850 to 0.970, 200 positive films); at "
            "least 0.900 is asked for: the interval does not settle it; more films would.");
}

struct Signing {
  const char* name;
  std::vector<SignOff> sign_offs;
  bool allowed;
};

class MayRegister : public ::testing::TestWithParam<Signing> {};

TEST_P(MayRegister, NeedsTwoPeopleWithReasons) {
  const std::vector<Gate> gates{{.name = "auroc", .status = Status::Pass},
                                {.name = "sensitivity", .status = Status::Inconclusive}};
  const auto allowed = may_register(gates, GetParam().sign_offs);
  EXPECT_EQ(allowed.has_value(), GetParam().allowed);
  if (!allowed) {
    EXPECT_EQ(allowed.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(allowed.error().message, HasSubstr("sensitivity (inconclusive)"));
  }
}

const std::string kReason = "for shadow use only, more films follow";

INSTANTIATE_TEST_SUITE_P(
    SignOffs, MayRegister,
    ::testing::Values(
        Signing{"Nobody", {}, false}, Signing{"One", {{"Ada Lovelace", kReason}}, false},
        Signing{"Two", {{"Ada Lovelace", kReason}, {"W. Osler", kReason}}, true},
        Signing{"OneTwice", {{"Ada Lovelace", kReason}, {"ada  LOVELACE.", kReason}}, false},
        Signing{"OneWithoutReason", {{"Ada Lovelace", kReason}, {"W. Osler", "ok"}}, false},
        Signing{"OneWithoutName", {{"Ada Lovelace", kReason}, {" - ", kReason}}, false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MayRegisterAll, NeedsNobodyWhenAllPass) {
  const std::vector<Gate> gates{{.name = "auroc", .status = Status::Pass}};
  EXPECT_TRUE(may_register(gates, {}));
  EXPECT_TRUE(may_register({}, {}));
}

TEST(GatesJson, ComesBackAsItWas) {
  const std::vector<Gate> gates{{"auroc", Status::Pass, 0.9, 0.8, 100, "Good."},
                                {"ece", Status::Inconclusive, {}, 0.1, 0, "Not assessed."}};
  const Json document = to_json(gates);
  EXPECT_TRUE(document[1]["value"].is_null());
  const auto read = gates_from_json(document);
  ASSERT_TRUE(read);
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_EQ((*read)[0].value, 0.9);
  EXPECT_EQ((*read)[1].status, Status::Inconclusive);
  EXPECT_FALSE(gates_from_json(Json::object()));
  EXPECT_FALSE(gates_from_json(Json::array({Json::object()})));
}

}  // namespace
}  // namespace osler::deploy::gates
