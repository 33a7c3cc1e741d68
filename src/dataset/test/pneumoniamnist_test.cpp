#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "dataset/leakage.h"
#include "tests/support/shared_data.h"

namespace osler::dataset {
namespace {

Manifest from_medmnist(const arrays::Npz& npz) {
  Manifest manifest;
  for (const auto& [prefix, split] :
       {std::pair("train", kTrain), std::pair("val", kValidation), std::pair("test", kTest)}) {
    const auto images = *npz.read(std::string(prefix) + "_images");
    const auto labels = *npz.read(std::string(prefix) + "_labels")->to_integers();
    const std::size_t size = images.shape[1] * images.shape[2];
    for (std::size_t i = 0; i < images.shape[0]; ++i) {
      const auto pixels = crypto::sha256(BytesView(images.data).subspan(i * size, size));
      manifest.items.push_back({.id = std::string(split) + "/" + std::to_string(i),
                                .patient = "",
                                .object = pixels,
                                .media = "application/x-osler-grey8",
                                .labels = {{"pneumonia", std::to_string(labels[i])}},
                                .attributes = {},
                                .split = std::string(split),
                                .pixels = pixels});
    }
  }
  return manifest;
}

// The defects of the published file, counted once by another program: 27 groups of equal films, 8
// of them across the given split, none with unlike labels.
TEST(PneumoniaMnist, HasTwentySevenDuplicateGroupsEightAcrossTheSplit) {
  const auto path = test::shared_data() / "imaging/medmnist/pneumoniamnist.npz";
  OSLER_NEEDS(path);
  Manifest manifest = from_medmnist(*arrays::Npz::open(path));
  ASSERT_EQ(manifest.items.size(), 5856U);

  const auto found = audit(manifest);

  EXPECT_EQ(found.duplicates.size(), 27U);
  EXPECT_EQ(found.across_splits, 8U);
  EXPECT_EQ(found.label_conflicts, 0U);
  EXPECT_GE(found.pairs().size(), 8U);

  const auto test_films = count_splits(manifest).test;
  ASSERT_TRUE(treat(manifest, LeakageTreatment::Drop));
  EXPECT_FALSE(audit(manifest).leaks());
  EXPECT_EQ(count_splits(manifest).test, test_films);
}

}  // namespace
}  // namespace osler::dataset
