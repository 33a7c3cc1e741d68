#include "base/arrays/npy.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"

namespace osler::arrays {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As numpy.save writes it: magic, version, length of the header, header padded to 64.
std::string npy(std::string header, std::string_view data, char version = '\x01') {
  const std::size_t before = version == '\x01' ? 10 : 12;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string text("\x93NUMPY", 6);
  text += {version, '\0', static_cast<char>(header.size() & 255U),
           static_cast<char>(header.size() >> 8)};
  if (version != '\x01') {
    text += {'\0', '\0'};
  }
  return text + header + std::string(data);
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const std::string text = npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }",
                               std::string_view("\x01\x00\xFF\xFF", 4));

  const auto array = parse_npy(as_bytes(text), "a.npy");

  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->type, Type::I16);
  EXPECT_THAT(array->shape, ElementsAre(2, 1));
  EXPECT_THAT(*array->values<std::int16_t>(), ElementsAre(1, -1));
}

TEST(Npy, ReadsVersionTwoAndASingleNumber) {
  const std::string text =
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", "A", '\x02');

  const auto array = parse_npy(as_bytes(text), "a.npy");

  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->count(), 1U);
  EXPECT_THAT(array->to_floats(), ElementsAre(65.0F));
}

TEST(Npy, WritesWhatItReads) {
  const auto array =
      Array::of<float>({2, 3}, std::vector<float>{0.5F, 1.0F, -1.0F, 2.0F, 3.0F, 1e-9F});

  const Bytes bytes = to_npy(array);

  EXPECT_EQ((bytes.size() - 24) % 64, 0U);
  const auto again = parse_npy(bytes, "again");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->shape, array.shape);
  EXPECT_EQ(again->data, array.data);
}

struct Bad {
  const char* label;
  std::string text;
  ErrorCode code;
  const char* message;
};
class NpyRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(NpyRefuses, SayingWhy) {
  const auto array = parse_npy(as_bytes(GetParam().text), "bad.npy");

  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().code, GetParam().code);
  EXPECT_THAT(array.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(array.error().where, HasSubstr("bad.npy"));
}

INSTANTIATE_TEST_SUITE_P(
    Files, NpyRefuses,
    ::testing::Values(
        Bad{"Nothing", "", ErrorCode::DataCorrupt, "not a .npy"},
        Bad{"CutOff",
            npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "").substr(0, 40),
            ErrorCode::DataCorrupt, "cut off"},
        Bad{"Objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "x"),
            ErrorCode::NotSupported, "pickle"},
        Bad{"Fortran", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "0000"),
            ErrorCode::NotSupported, "Fortran"},
        Bad{"BigEndian", npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "0000"),
            ErrorCode::NotSupported, "big-endian"},
        Bad{"Structure",
            npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "0000"),
            ErrorCode::NotSupported, "structured"},
        Bad{"Text", npy("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", "0000"),
            ErrorCode::NotSupported, "not a plain number"},
        Bad{"Short", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "0000"),
            ErrorCode::DataCorrupt, "8 bytes, but holds 4"},
        Bad{"Long", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "00000"),
            ErrorCode::DataCorrupt, "4 bytes, but holds 5"},
        Bad{"Huge",
            npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 8), }",
                ""),
            ErrorCode::DataCorrupt, "larger than any memory"},
        Bad{"NoShape", npy("{'descr': '<f4', 'fortran_order': False, }", ""),
            ErrorCode::DataCorrupt, "malformed"},
        Bad{"Negative", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", ""),
            ErrorCode::DataCorrupt, "malformed"},
        Bad{"Trailing", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), } x", "0000"),
            ErrorCode::DataCorrupt, "malformed"},
        Bad{"VersionNine", npy("{}", "", '\x09'), ErrorCode::NotSupported, "version 9"}),
    [](const auto& row) { return std::string(row.param.label); });

TEST(NpyWriter, StreamsRowsThatAreMappedBack) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "tensors.npy";
  auto writer = NpyWriter::create(path, {1, 2, 2});
  ASSERT_TRUE(writer) << writer.error().message;

  ASSERT_TRUE(writer->append(std::vector<float>{1, 2, 3, 4}));
  ASSERT_TRUE(writer->append(std::vector<float>{5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(writer->finish());

  const auto mapped = MappedNpy::open(path);
  ASSERT_TRUE(mapped) << mapped.error().message;
  EXPECT_THAT(mapped->shape(), ElementsAre(3, 1, 2, 2));
  EXPECT_THAT(mapped->row(2), ElementsAre(9, 10, 11, 12));
  EXPECT_EQ(mapped->values().size(), 12U);
}

TEST(NpyWriter, LeavesNothingWhenDroppedAndRefusesHalfRows) {
  const TemporaryFolder folder;
  {
    auto writer = NpyWriter::create(folder.path() / "a.npy", {4});
    ASSERT_TRUE(writer);
    const auto half = writer->append(std::vector<float>{1, 2});
    ASSERT_FALSE(half);
    EXPECT_EQ(half.error().code, ErrorCode::InvalidArgument);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NpyWriter, RemovesWhatAKilledWriterLeftAndNothingElse) {
  const TemporaryFolder folder;
  // No process has a number above the kernel's limit of 2^22 (proc(5), pid_max).
  const auto left = folder.path() / "a.npy.part-99999999";
  const auto at_work = folder.path() / ("a.npy.part-" + std::to_string(::getppid()));
  const auto other = folder.path() / "b.npy.part-99999999";
  for (const auto& path : {left, at_work, other}) {
    ASSERT_TRUE(write_file(path, "x"));
  }
  ASSERT_TRUE(NpyWriter::create(folder.path() / "a.npy", {4}));
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(at_work));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST(MappedNpy, RefusesOtherTypesAndCutFiles) {
  const TemporaryFolder folder;
  const auto bytes = to_npy(Array::of<std::uint8_t>({2}, std::vector<std::uint8_t>{1, 2}));
  ASSERT_TRUE(write_file(folder.path() / "bytes.npy", BytesView(bytes)));
  const auto floats = to_npy(Array::of<float>({2}, std::vector<float>{1, 2}));
  ASSERT_TRUE(
      write_file(folder.path() / "cut.npy", BytesView(floats).subspan(0, floats.size() - 1)));

  EXPECT_EQ(MappedNpy::open(folder.path() / "bytes.npy").error().code, ErrorCode::NotSupported);
  EXPECT_EQ(MappedNpy::open(folder.path() / "cut.npy").error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(MappedNpy::open(folder.path() / "absent.npy").error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace osler::arrays
