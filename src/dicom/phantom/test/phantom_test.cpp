#include "dicom/phantom/phantom.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr Options kSmall{.studies = 30, .seed = 5, .threads = 2};

Summary write(const fs::path& out, const Options& options) {
  NoProgress quiet;
  const auto summary = write_cohort(out, options, quiet);
  EXPECT_TRUE(summary) << summary.error().message;
  return summary ? *summary : Summary{};
}

std::map<std::string, crypto::Digest> digests(const fs::path& folder) {
  std::map<std::string, crypto::Digest> result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      const auto bytes = read_file(entry.path());
      EXPECT_TRUE(bytes);
      result[entry.path().lexically_relative(folder).string()] = crypto::sha256(*bytes);
    }
  }
  return result;
}

CsvTable table(const fs::path& path) {
  const auto text = read_text(path);
  EXPECT_TRUE(text);
  auto parsed = CsvTable::parse(*text, path.filename().string());
  EXPECT_TRUE(parsed);
  return *std::move(parsed);
}

// One small cohort for all tests that only read it.
class Cohorts : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    summary_ = write(root(), kSmall);
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static fs::path root() { return folder_->path() / "cohort"; }

  static std::unique_ptr<TemporaryFolder> folder_;
  static Summary summary_;
};
std::unique_ptr<TemporaryFolder> Cohorts::folder_;
Summary Cohorts::summary_;

TEST_F(Cohorts, AreTheSameBytesForAnyNumberOfThreads) {
  Options one_thread = kSmall;
  one_thread.threads = 1;
  write(folder_->path() / "again", one_thread);

  EXPECT_EQ(digests(root()), digests(folder_->path() / "again"));
}

TEST_F(Cohorts, CountWhatTheyWrote) {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root())) {
    if (entry.is_regular_file() && entry.path().extension() != ".csv") {
      ++files;
      bytes += entry.file_size();
    }
  }

  EXPECT_EQ(summary_.studies, 30U);
  EXPECT_EQ(table(root() / "labels.csv").rows(), 30U);
  EXPECT_LT(summary_.patients, summary_.studies);
  EXPECT_EQ(summary_.files, files);
  EXPECT_EQ(summary_.bytes, bytes);
  EXPECT_EQ(summary_.files, summary_.studies + summary_.repeats + summary_.duplicates +
                                summary_.blank + summary_.without_patient_id + summary_.cut_short +
                                summary_.not_dicom);
}

TEST_F(Cohorts, LabelEveryStudyWithABoxInsideTheFilm) {
  const CsvTable labels = table(root() / "labels.csv");
  std::set<std::string> studies;
  for (std::size_t row = 0; row < labels.rows(); ++row) {
    const auto field = [&](std::string_view name) { return labels.at(row, *labels.column(name)); };
    const auto number = [&](std::string_view name) {
      return parse_integer(field(name)).value_or(-1);
    };
    studies.insert(field("study"));
    EXPECT_TRUE(fs::exists(root() / field("file")));
    if (field("opacity_truth") == "0") {
      EXPECT_THAT(field("subtlety"), IsEmpty());
      EXPECT_THAT(field("lesion_x"), IsEmpty());
      continue;
    }
    EXPECT_GE(number("subtlety"), 1);
    EXPECT_LE(number("subtlety"), 5);
    EXPECT_GE(number("lesion_x"), 0);
    EXPECT_GE(number("lesion_y"), 0);
    EXPECT_GT(number("lesion_w"), 4);
    EXPECT_GT(number("lesion_h"), 4);
    EXPECT_LE(number("lesion_x") + number("lesion_w"), 392);
    EXPECT_LE(number("lesion_y") + number("lesion_h"), 392);
  }
  EXPECT_EQ(studies.size(), labels.rows());
}

TEST_F(Cohorts, SayWhatIsWrongOnPurpose) {
  const CsvTable defects = table(root() / "defects.csv");
  std::set<std::string> kinds;
  for (std::size_t row = 0; row < defects.rows(); ++row) {
    const std::string& kind = defects.at(row, 1);
    kinds.insert(kind);
    const auto bytes = read_file(root() / defects.at(row, 0));
    ASSERT_TRUE(bytes);
    const bool dicom = bytes->size() > 132 && as_text(*bytes).substr(128, 4) == "DICM";
    EXPECT_EQ(dicom, kind != "not_dicom") << defects.at(row, 0);
    if (kind == "same_bytes") {
      EXPECT_EQ(*bytes, *read_file(root() / defects.at(row, 2)));
    }
    if (kind == "same_pixels") {
      EXPECT_NE(*bytes, *read_file(root() / defects.at(row, 2)));
    }
  }
  EXPECT_THAT(kinds, IsSupersetOf({"wrong_label", "clipped", "same_bytes", "same_pixels", "blank",
                                   "no_patient_id", "not_dicom", "cut_short"}));
}

// A file of each make and of each kind.
std::set<std::string> samples_of_all(const Cohort& cohort) {
  std::map<std::size_t, std::string> found;
  for (const Study& study : cohort.studies) {
    found.emplace(study.vendor, study.files.front().path);
    for (const PlannedFile& file : study.files) {
      if (file.kind != FileKind::CutShort) {
        found.emplace(100 + static_cast<std::size_t>(file.kind), file.path);
      }
    }
  }
  for (std::size_t vendor = 0; vendor < vendors().size(); ++vendor) {
    EXPECT_TRUE(found.contains(vendor)) << "no film of vendor " << vendor;
  }
  std::set<std::string> paths;
  for (const auto& [what, path] : found) {
    paths.insert(path);
  }
  return paths;
}

// dciodvfy (dicom3tools) prints a line "Error - …" for each breach of the standard.
TEST_F(Cohorts, AreValidDicomByAnIndependentChecker) {
  if (!fs::exists("/usr/bin/dciodvfy")) {
    GTEST_SKIP() << "dciodvfy (Debian package dicom3tools) is not installed";
  }
  const fs::path log = folder_->path() / "dciodvfy.log";
  for (const std::string& path : samples_of_all(plan_cohort(kSmall))) {
    auto child = ChildProcess::start({.program = "/usr/bin/dciodvfy",
                                      .arguments = {(root() / path).string()},
                                      .environment = {},
                                      .error_log = log});
    ASSERT_TRUE(child);
    child->read_lines([](std::string_view) {});
    static_cast<void>(child->wait());
    const auto report = read_text(log);
    ASSERT_TRUE(report);
    EXPECT_NE(report->find("Image"), std::string::npos) << "no IOD recognised in " << path;
    for (const std::string& line : split(*report, '\n')) {
      EXPECT_FALSE(line.starts_with("Error")) << path << ": " << line;
    }
    fs::remove(log);
  }
}

TEST_F(Cohorts, AreMarkedSyntheticInEveryHeader) {
  for (const auto& entry : fs::recursive_directory_iterator(root())) {
    if (entry.path().extension() != ".dcm") {
      continue;
    }
    const auto bytes = read_file(entry.path());
    ASSERT_TRUE(bytes);
    const std::string_view head = as_text(*bytes).substr(0, 4096);
    for (const std::string_view mark : {"SYNTHETIC Hospital", "shows no person", "(synthetic)"}) {
      EXPECT_NE(head.find(mark), std::string_view::npos) << entry.path() << " lacks " << mark;
    }
  }
}

TEST(Plan, KeepsTheFindingApartFromSiteViewAndSex) {
  const Cohort cohort = plan_cohort({.studies = 1200, .seed = 2});
  std::map<std::string, std::pair<double, double>> groups;  // positives, all
  for (const Study& study : cohort.studies) {
    const Patient& patient = cohort.patients[study.patient];
    const std::vector<std::string> memberships{site_folder(patient.site),
                                               study.view == View::Ap ? "AP" : "PA",
                                               patient.sex == Sex::Male ? "M" : "F"};
    for (const std::string& group : memberships) {
      groups[group].first += study.truth ? 1.0 : 0.0;
      groups[group].second += 1.0;
    }
  }
  for (const auto& [name, counts] : groups) {
    EXPECT_NEAR(counts.first / counts.second, 0.35, 0.01) << name;
  }
}

TEST(Plan, PutsWrongLabelsOnTwoInAHundred) {
  const Cohort cohort = plan_cohort({.studies = 1200});

  EXPECT_EQ(std::count_if(cohort.studies.begin(), cohort.studies.end(),
                          [](const Study& study) { return study.label != study.truth; }),
            24);
}

TEST(Plan, SpeaksManyCharacterSets) {
  std::set<std::string> sets;
  for (const Patient& patient : plan_cohort({.studies = 1200}).patients) {
    sets.insert(patient.name.character_set);
  }

  EXPECT_EQ(sets.size(), 12U);
}

TEST(Plan, GivesAnotherSeedOtherStudies) {
  EXPECT_NE(plan_cohort({.studies = 10, .seed = 1}).studies.front().uid,
            plan_cohort({.studies = 10, .seed = 2}).studies.front().uid);
}

// PS3.5 §6.1.2.5.3: what an escape began ends before each delimiter.
TEST(Names, EscapeJapaneseWithinEachComponent) {
  Rng rng(1);
  for (int i = 0; i < 400; ++i) {
    const EncodedName name = draw_name(Sex::Male, rng);
    if (name.character_set != "\\ISO 2022 IR 87") {
      continue;
    }
    const std::size_t escape = name.bytes.find("\x1b$B");
    const std::size_t back = name.bytes.find("\x1b(B");
    ASSERT_NE(escape, std::string::npos);
    ASSERT_NE(back, std::string::npos);
    EXPECT_EQ(name.bytes.substr(back + 3, 1), "^");
    return;
  }
  FAIL() << "no Japanese name in 400";
}

TEST(WriteCohort, RefusesWhatMakesNoCohort) {
  const TemporaryFolder folder;
  NoProgress quiet;
  const fs::path out = folder.path() / "out";

  EXPECT_EQ(write_cohort(out, {.studies = 0}, quiet).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(write_cohort(out, {.sites = 0}, quiet).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(write_cohort(out, {.sites = 27}, quiet).error().code, ErrorCode::InvalidArgument);
  ASSERT_TRUE(write_file(folder.path() / "note.txt", "keep me"));
  EXPECT_EQ(write_cohort(folder.path(), {.studies = 1}, quiet).error().code,
            ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace osler::dicom::phantom
