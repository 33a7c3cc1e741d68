#include "base/arrays/safetensors.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::arrays {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string file(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string text(sizeof length, '\0');
  std::memcpy(text.data(), &length, sizeof length);
  return text + std::string(header) + std::string(data);
}

TEST(Safetensors, ReadsTensorsByName) {
  const std::string text =
      file(R"({"__metadata__":{"format":"pt"},)"
           R"("b":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},)"
           R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})",
           std::string_view("\x00\x00\x80\x3F\x00\x00\x00\xC0\x07\x00\x00\x00", 12));

  const auto tensors = parse_safetensors(as_bytes(text), "w.safetensors");

  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 2U);
  EXPECT_THAT(tensors->at("a").shape, ElementsAre(2, 1));
  EXPECT_THAT(tensors->at("a").to_floats(), ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(tensors->at("b").to_floats(), ElementsAre(7.0F));
}

TEST(Safetensors, WidensBrainFloats) {
  const std::string text = file(R"({"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})",
                                std::string_view("\x80\x3F\x00\xC0", 4));

  const auto tensors = parse_safetensors(as_bytes(text), "w.safetensors");

  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_EQ(tensors->at("a").type, Type::F32);
  EXPECT_THAT(tensors->at("a").to_floats(), ElementsAre(1.0F, -2.0F));
}

struct Bad {
  const char* label;
  std::string text;
  ErrorCode code;
  const char* message;
};
class SafetensorsRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(SafetensorsRefuses, SayingWhy) {
  const auto tensors = parse_safetensors(as_bytes(GetParam().text), "bad.safetensors");

  ASSERT_FALSE(tensors);
  EXPECT_EQ(tensors.error().code, GetParam().code);
  EXPECT_THAT(tensors.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(tensors.error().where, HasSubstr("bad.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(
    Files, SafetensorsRefuses,
    ::testing::Values(
        Bad{"Nothing", "", ErrorCode::DataCorrupt, "not a safetensors"},
        Bad{"LengthBeyondTheFile", std::string(8, '\x7F'), ErrorCode::DataCorrupt, "cut off"},
        Bad{"NotJson", file("{", ""), ErrorCode::DataCorrupt, "JSON"},
        Bad{"List", file("[]", ""), ErrorCode::DataCorrupt, "not a JSON object"},
        Bad{"NoType", file(R"({"a":{"shape":[],"data_offsets":[0,0]}})", ""),
            ErrorCode::DataCorrupt, "dtype"},
        Bad{"StrangeType", file(R"({"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}})", "x"),
            ErrorCode::NotSupported, "F8"},
        Bad{"Outside", file(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "x"),
            ErrorCode::DataCorrupt, "outside"},
        Bad{"Backwards", file(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}})", "x"),
            ErrorCode::DataCorrupt, "outside"},
        Bad{"WrongSize", file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}})", "x"),
            ErrorCode::DataCorrupt, "another size"},
        Bad{"Overlap",
            file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                 R"("b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                 "x"),
            ErrorCode::DataCorrupt, "overlap"},
        Bad{"Left over", file("{}", "x"), ErrorCode::DataCorrupt, "no tensor"},
        Bad{"Negative", file(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "x"),
            ErrorCode::DataCorrupt, "shape"}),
    [](const auto& row) {
      std::string name = row.param.label;
      std::erase(name, ' ');
      return name;
    });

}  // namespace
}  // namespace osler::arrays
