// dicom3tools' dciodvfy finds no fault in a copy that it did not find in the original.

#include <algorithm>
#include <cctype>
#include <map>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/test/objects.h"
#include "tests/support/shared_data.h"

namespace osler::dicom::deidentify {
namespace {

using testing::pseudonyms;

constexpr const char* kValidator = "/usr/bin/dciodvfy";

// A message without the values it quotes: those change, and the fault is the original's.
std::string kind_of(std::string line) {
  for (const auto* quoted : {"ReferencedSOPInstanceUID ", "] = <", "UID - \""}) {
    line.resize(std::min(line.size(), line.find(quoted)));
  }
  return line;
}

std::map<std::string, int> errors_of(const std::filesystem::path& file,
                                     const std::filesystem::path& log) {
  std::filesystem::remove(log);  // it is added to
  auto child = ChildProcess::start(
      {.program = kValidator, .arguments = {file.string()}, .environment = {}, .error_log = log});
  EXPECT_TRUE(child) << child.error().message;
  child->close_input();
  std::map<std::string, int> errors;
  const auto take = [&](std::string_view line) {
    if (line.starts_with("Error")) {
      ++errors[kind_of(std::string(line))];
    }
  };
  child->read_lines(take);
  static_cast<void>(child->wait());
  for (const auto& line : split(*read_text(log), '\n')) {
    take(line);
  }
  return errors;
}

class Validity : public ::testing::TestWithParam<const char*> {};

TEST_P(Validity, HasNoNewFault) {
  if (!std::filesystem::exists(kValidator)) {
    GTEST_SKIP() << "no " << kValidator << "; install dicom3tools";
  }
  const auto path = test::shared_data() / "dicom" / GetParam();
  OSLER_NEEDS(path);
  const TemporaryFolder folder;
  const auto log = folder.path() / "log";
  const auto target = folder.path() / "copy.dcm";
  const auto before = errors_of(path, log);
  for (const Profile& profile : {Profile::research(), Profile::basic()}) {
    const auto copy = deidentify(*read_file(path), profile, pseudonyms());
    ASSERT_TRUE(copy) << copy.error().message;
    ASSERT_TRUE(write_file(target, copy->bytes));
    for (const auto& [error, count] : errors_of(target, log)) {
      const auto found = before.find(error);
      EXPECT_LE(count, found == before.end() ? 0 : found->second) << error;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    RealFiles, Validity,
    ::testing::Values("pydicom/test_files/CT_small.dcm", "pydicom/test_files/MR_small_RLE.dcm",
                      "pydicom/test_files/MR_small_bigendian.dcm",
                      "pydicom/test_files/MR_small_implicit.dcm", "pydicom/test_files/rtplan.dcm",
                      "pydicom/test_files/rtstruct.dcm", "pydicom/test_files/rtdose.dcm",
                      "pydicom/test_files/reportsi.dcm", "pydicom/test_files/test-SR.dcm",
                      "pydicom/test_files/image_dfl.dcm", "highdicom/dx_image.dcm",
                      "highdicom/sr_document.dcm", "dcmqi/sr-example/sr.dcm",
                      "burned-in/2_ORIGINAL.dcm", "misc/reportki.dcm", "misc/rtstruct.dcm",
                      "misc/US-PAL-8-10x-echo.dcm", "misc/simpleImageWithIcon.dcm"),
    [](const auto& row) {
      std::string name(row.param);
      std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

}  // namespace
}  // namespace osler::dicom::deidentify
