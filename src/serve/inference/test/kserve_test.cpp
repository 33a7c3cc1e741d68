#include "serve/inference/kserve.h"

#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::serve::inference {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<InferRequest> parse(std::string_view json, const InferLimits& limits = {}) {
  return parse_infer(as_bytes(json), std::nullopt, limits);
}

constexpr std::string_view kPlain =
    R"({"id": "7", "inputs": [{"name": "image", "shape": [1, 2], "datatype": "FP32",
        "data": [0.5, -1e3]}]})";

TEST(ParseInfer, ReadsAPlainRequest) {
  const auto request = parse(kPlain);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->id, "7");
  ASSERT_EQ(request->inputs.size(), 1U);
  EXPECT_THAT(request->inputs[0].shape, ElementsAre(1, 2));
  EXPECT_THAT(request->inputs[0].data, ElementsAre(0.5F, -1000.0F));
}

TEST(ParseInfer, ReadsNestedDataAsFlat) {
  const auto request = parse(
      R"({"inputs": [{"name": "x", "data": [[1, 2], [3, 4]], "shape": [2, 2], "datatype": "FP32"}],
          "outputs": [{"name": "logit", "parameters": {"binary_data": true}}],
          "parameters": {"timeout": 2500}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->inputs[0].data, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(request->outputs[0].binary);
  EXPECT_EQ(*request->timeout_ms, 2.5);
}

std::string binary_request(const std::string& size, const std::vector<float>& values) {
  std::string body = R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":)"
                     R"({"binary_data_size":)" +
                     size + "}}]}";
  const std::size_t json = body.size();
  body.resize(json + values.size() * sizeof(float));
  std::memcpy(body.data() + json, values.data(), values.size() * sizeof(float));
  return body;
}

TEST(ParseInfer, ReadsBinaryTensorsBehindTheJson) {
  const std::string body = binary_request("8", {1.5F, -2.0F});
  const auto request = parse_infer(as_bytes(body), body.size() - 8);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->inputs[0].data, ElementsAre(1.5F, -2.0F));
}

TEST(ParseInfer, RefusesBinaryTensorsThatDoNotFit) {
  const std::string cut = binary_request("8", {1.5F});
  EXPECT_FALSE(parse_infer(as_bytes(cut), cut.size() - 4));
  const std::string wrong = binary_request("4", {1.5F, 2.0F});
  EXPECT_FALSE(parse_infer(as_bytes(wrong), wrong.size() - 8));
  const std::string more = binary_request("8", {1.5F, 2.0F, 3.0F});
  EXPECT_FALSE(parse_infer(as_bytes(more), more.size() - 12));
  const std::string nan = binary_request("8", {1.5F, std::nanf("")});
  EXPECT_FALSE(parse_infer(as_bytes(nan), nan.size() - 8));
  EXPECT_FALSE(parse_infer(as_bytes(cut), cut.size() + 1));
}

struct Refused {
  const char* name;
  std::string body;
  const char* message;
};

class ParseInferRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ParseInferRefuses, SayingWhy) {
  const auto request = parse(GetParam().body, {.values = 1000, .inputs = 2, .outputs = 2});
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(request.error().message, HasSubstr(GetParam().message));
}

std::string with_data(const std::string& data, const std::string& shape = "[2]") {
  return R"({"inputs":[{"name":"x","datatype":"FP32","shape":)" + shape + R"(,"data":)" + data +
         "}]}";
}

INSTANTIATE_TEST_SUITE_P(
    Requests, ParseInferRefuses,
    ::testing::Values(
        Refused{"Nothing", "", "JSON"}, Refused{"NoObject", "[1]", "not a JSON object"},
        Refused{"CutShort", R"({"inputs":[{"name":"x")", "JSON"},
        Refused{"NoInputs", R"({"id":"x"})", "no \"inputs\""},
        Refused{"TwoIds", R"({"id":"a","id":"b","inputs":[]})", "stands twice"},
        Refused{"TooFewValues", with_data("[1]"), "has 1 values, its shape asks for 2"},
        Refused{"TooManyValues", with_data("[1,2,3]"), "has 3 values"},
        Refused{"TextAmongNumbers", with_data(R"([1,"2"])"), "not a number"},
        Refused{"NoFloat", with_data("[1,1e39]"), "no 32-bit float"},
        Refused{"ZeroSize", with_data("[1]", "[0]"), "sizes of at least 1"},
        Refused{"HugeShape", with_data("[1]", "[4611686018427387904,4]"), "larger than the limit"},
        Refused{"TooDeep", with_data("[[[[[[[[[[1]]]]]]]]]]"), "nested more than 8"},
        Refused{"OtherType",
                R"({"inputs":[{"name":"x","datatype":"INT64","shape":[1],"data":[1]}]})", "FP32"},
        Refused{"NoData", R"({"inputs":[{"name":"x","datatype":"FP32","shape":[1]}]})",
                "needs either"},
        Refused{"Trailing", std::string(kPlain) + "{}", "follows"},
        Refused{"ManyInputs",
                R"({"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]},
                   {"name":"y","datatype":"FP32","shape":[1],"data":[1]},
                   {"name":"z","datatype":"FP32","shape":[1],"data":[1]}]})",
                "more inputs"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(WriteInfer, SaysNumbersSoThatTheyReadBackTheSame) {
  const InferRequest request{.id = "a\"b", .inputs = {}, .outputs = {}};
  const auto reply =
      write_infer(request, "chest-opacity", "2", {{"probability", {1, 2}, {0.1F, 1e-30F}}});
  EXPECT_FALSE(reply.json_bytes);
  EXPECT_EQ(reply.body,
            R"({"model_name":"chest-opacity","model_version":"2","id":"a\"b","outputs":[)"
            R"({"name":"probability","datatype":"FP32","shape":[1,2],"data":[0.1,1e-30]}]})");
}

TEST(WriteInfer, PutsBinaryOutputsBehindTheJson) {
  const InferRequest request{.outputs = {{.name = "logit", .binary = true}}};
  const auto reply = write_infer(request, "m", "1", {{"logit", {1}, {2.5F}}});
  ASSERT_TRUE(reply.json_bytes);
  ASSERT_EQ(reply.body.size(), *reply.json_bytes + 4);
  float value = 0.0F;
  std::memcpy(&value, reply.body.data() + *reply.json_bytes, 4);
  EXPECT_EQ(value, 2.5F);
}

}  // namespace
}  // namespace osler::serve::inference
