#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "tests/support/shared_data.h"

namespace osler::arrays {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::map<std::string, Array> example() {
  return {{"rows", Array::of<std::int64_t>({3}, std::vector<std::int64_t>{4, 5, 6})},
          {"logits", Array::of<float>({3}, std::vector<float>{-1.5F, 0.0F, 2.25F})}};
}

TEST(Npz, ReadsWhatItWrites) {
  auto bytes = to_npz(example());
  ASSERT_TRUE(bytes) << bytes.error().message;

  const auto npz = Npz::from_memory(*std::move(bytes), "equality.npz");

  ASSERT_TRUE(npz) << npz.error().message;
  EXPECT_THAT(npz->names(), ElementsAre("logits", "rows"));
  EXPECT_THAT(*npz->read("rows")->values<std::int64_t>(), ElementsAre(4, 5, 6));
  EXPECT_THAT(npz->read("logits")->to_floats(), ElementsAre(-1.5F, 0.0F, 2.25F));
}

TEST(Npz, WritesTheSameBytesForTheSameArrays) {
  EXPECT_EQ(*to_npz(example()), *to_npz(example()));
}

TEST(Npz, NamesTheArraysWhenOneIsAbsent) {
  const auto npz = Npz::from_memory(*to_npz(example()), "equality.npz");
  ASSERT_TRUE(npz);

  const auto array = npz->read("logit");

  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().code, ErrorCode::NotFound);
  EXPECT_THAT(array.error().message, HasSubstr("did you mean \"logits\""));
  EXPECT_THAT(array.error().advice, HasSubstr("logits, rows"));
}

TEST(Npz, ReadsPneumoniaMnist) {
  const auto path = test::shared_data() / "imaging/medmnist/pneumoniamnist.npz";
  OSLER_NEEDS(path);
  const auto npz = Npz::open(path);
  ASSERT_TRUE(npz) << npz.error().message;

  const auto images = npz->read("test_images");
  const auto labels = npz->read("test_labels");

  ASSERT_TRUE(images) << images.error().message;
  ASSERT_TRUE(labels);
  EXPECT_EQ(images->describe(), "[624, 28, 28] uint8");
  EXPECT_THAT(labels->shape, ElementsAre(624, 1));
}

TEST(Npz, ReadsImportedWeights) {
  const auto path = test::shared_data() / "weights/squeezenet1_1_imagenet_notop.npz";
  OSLER_NEEDS(path);
  const auto npz = Npz::open(path);
  ASSERT_TRUE(npz) << npz.error().message;

  std::size_t values = 0;
  for (const auto& name : npz->names()) {
    const auto array = npz->read(name);
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->type, Type::F32);
    values += array->count();
  }

  EXPECT_EQ(npz->names().size(), 50U);
  EXPECT_EQ(values, 722'496U);
}

}  // namespace
}  // namespace osler::arrays
