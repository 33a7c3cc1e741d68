#include "study/study.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"

namespace osler::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Nine lines that are right; tests add to them, so what they add starts at line 10.
constexpr const char* kHead =
    "name: chest\n"
    "finding:\n"
    "  label: opacity\n"
    "data:\n"
    "  source: folder\n"
    "  path: ${DATA}/images\n"
    "  labels: labels.csv\n"
    "  keys:\n"
    "    file: image\n";

Result<Study> with(const std::string& rest) {
  return parse(kHead + rest, "studies/study.yaml", "/films");
}

TEST(Study, TakesDefaultsForAllThatIsNotSaid) {
  const auto study = with("");
  ASSERT_TRUE(study) << study.error().message;
  EXPECT_EQ(study->name, "chest");
  EXPECT_EQ(study->title, "chest");
  EXPECT_EQ(study->finding.code, "chest");
  EXPECT_THAT(study->label.positive, ElementsAre("1"));
  EXPECT_EQ(study->transform, imaging::TransformSpec{});
  EXPECT_EQ(study->training, TrainingSpec{});
  EXPECT_EQ(study->operating_point.value, 0.9);
  EXPECT_TRUE(study->gates.no_leakage);
  EXPECT_FALSE(study->gates.ece_upper);
}

TEST(Study, PutsTheDataFolderInAndStartsOtherPathsAtTheFile) {
  const auto study = with("");
  ASSERT_TRUE(study);
  EXPECT_EQ(study->data.path.written, "${DATA}/images");
  EXPECT_EQ(study->data.path.resolved, "/films/images");
  EXPECT_EQ(study->data.labels.resolved, "studies/labels.csv");
}

TEST(Study, DigestDoesNotDependOnWhereTheDataLies) {
  const auto here = parse(kHead, "a/study.yaml", "/films");
  const auto there = parse(kHead, "b/study.yaml", "/elsewhere");
  ASSERT_TRUE(here && there);
  EXPECT_EQ(digest(*here), digest(*there));
  EXPECT_NE(digest(*here), digest(*with("title: another\n")));
}

TEST(Study, ComesBackFromItsJson) {
  const auto study = with(
      "title: 'A: b'\n"
      "intended_use: {view: [PA], age_years: [18, 90]}\n"
      "label: {column: finding_labels, contains: Effusion}\n"
      "split: {fractions: [0.5, 0.25, 0.25], stratify: [sex], seed: 9}\n"
      "leakage: {duplicates: keep_together}\n"
      "transform: {size: [96, 64], normalise: fixed, mean: 0.4, deviation: 0.2, spacing_mm: 0.5}\n"
      "training: {weights: {path: '${DATA}/w.npz', mode: frozen}, loss: {kind: focal}}\n"
      "calibration: {method: isotonic}\n"
      "operating_point: {specificity: 0.75}\n"
      "subgroups: [sex, site]\n"
      "gates: {ece_upper: 0.1, leakage: any, smallest_subgroup: 5}\n");
  ASSERT_TRUE(study) << study.error().where << study.error().message;
  EXPECT_EQ(study->weights.resolved, "/films/w.npz");
  EXPECT_EQ(study->operating_point.rule, OperatingPoint::Rule::Specificity);
  EXPECT_FALSE(study->gates.no_leakage);
  const auto back = parse(dump_json(to_json(*study)), "studies/study.yaml", "/films");
  ASSERT_TRUE(back) << back.error().where << back.error().message;
  EXPECT_EQ(*back, *study);
  EXPECT_EQ(digest(*back), digest(*study));
}

TEST(Study, KeepsTextThatLooksLikeANumber) {
  const auto study = parse(
      "name: chest\nfinding: {label: opacity, code: 0012}\n"
      "data: {source: npz, path: a.npz}\nlabel: {positive: [0012, 1, \"2\", true]}\n",
      "study.yaml");
  ASSERT_TRUE(study) << study.error().message;
  EXPECT_EQ(study->finding.code, "0012");
  EXPECT_THAT(study->label.positive, ElementsAre("0012", "1", "2", "true"));
}

TEST(Study, MayStartFromADataSetVersion) {
  for (const std::string version : {"chest@ab12cd34", "chest@v3", "chest@3"}) {
    const auto study = parse(
        "name: chest\nfinding: {label: opacity}\ndata: {source: dataset, version: " + version +
            ", finding_attributes: [subtlety]}\n",
        "study.yaml");
    ASSERT_TRUE(study) << study.error().message;
    EXPECT_EQ(study->data.source, Source::Dataset);
    EXPECT_EQ(study->data.version, version);
    const auto again = parse(dump_json(to_json(*study)), "study.yaml");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, *study);
  }
}

TEST(Study, IsLoadedFromAFile) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "study.yaml", std::string_view(kHead)));
  EXPECT_TRUE(load(folder.path() / "study.yaml", "/films"));
  EXPECT_EQ(load(folder.path() / "absent.yaml").error().code, ErrorCode::NotFound);
}

struct Wrong {
  const char* name;
  const char* rest;  // from line 10
  const char* where;
  const char* message;
  const char* hint;
};

class StudyRejects : public ::testing::TestWithParam<Wrong> {};

TEST_P(StudyRejects, SayingWhatWhereAndWhatToDo) {
  const auto& row = GetParam();
  const auto study = with(row.rest);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(study.error().where, std::string("studies/study.yaml") + row.where);
  EXPECT_THAT(study.error().message, HasSubstr(row.message));
  EXPECT_THAT(study.error().advice, HasSubstr(row.hint));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, StudyRejects,
    ::testing::Values(
        Wrong{"MisspeltKey", "calibraton: {}\n", " line 10, column 1", "calibraton",
              "write calibration"},
        Wrong{"MisspeltKeyInside", "gates:\n  ece_uper: 0.1\n", " line 11, column 3",
              "no key \"ece_uper\" in gates", "write ece_upper"},
        Wrong{"MisspeltWord", "calibration:\n  method: plat\n", " line 11, column 11", "plat",
              "write platt"},
        Wrong{"WrongType", "transform:\n  size: large\n", " line 11, column 9", "\"large\"",
              "list of 2"},
        Wrong{"OutOfRange", "tiers: {high_from: 1.5}\n", " line 10, column 20", "out of range",
              "below 1"},
        Wrong{"ListMember", "split: {fractions: [0.7, x, 0.1]}\n", " line 10, column 26",
              "a number is wanted", ""},
        Wrong{"NotOne", "split: {fractions: [0.7, 0.2, 0.2]}\n", " line 10, column 20",
              "do not sum to 1", "0.15"},
        Wrong{"TwoSplits", "split: {column: part, fractions: [0.7, 0.2, 0.1]}\n",
              " line 10, column 34", "exclude each other", "keep one"},
        Wrong{"TwoOperatingPoints", "operating_point: {sensitivity: 0.9, threshold: 0.5}\n",
              " line 10, column 48", "exclude each other", "keep one"},
        Wrong{"TwoLabelRules", "label: {positive: 1, contains: a}\n", " line 10, column 19",
              "exclude each other", "keep one"},
        Wrong{"TwiceTheKey", "name: again\n", " line 10, column 1", "stands here twice", ""},
        Wrong{"UnknownVariable", "training: {weights: {path: '${HOME}/w.npz', mode: frozen}}\n",
              " line 10, column 28", "${HOME}", "${DATA}"},
        Wrong{"Alias", "title: &a b\n", " line 10, column 8", "anchors", "quotes"},
        Wrong{"Tag", "title: !!binary b\n", " line 10, column 8", "tags", "quotes"},
        Wrong{"NotYaml", "title: [a\n", " line 11, column 1", "not YAML", "indentation"},
        Wrong{"TwoDocuments", "---\nname: b\n", "", "second document", "one study"},
        Wrong{"Ages", "intended_use: {age_years: [90, 18]}\n", " line 10, column 27", "above", ""},
        Wrong{"SectionAsList", "gates: [a]\n", " line 10, column 8", "not a section", ""},
        Wrong{"Nothing", "gates:\n", " line 10, column 1", "\"gates\" is nothing", ""}),
    [](const auto& row) { return std::string(row.param.name); });

struct Missing {
  const char* name;
  const char* text;
  const char* message;
};

class StudyNeeds : public ::testing::TestWithParam<Missing> {};

TEST_P(StudyNeeds, SaysWhatIsMissing) {
  const auto study = parse(GetParam().text, "study.yaml");
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(study.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(study.error().where, HasSubstr("study.yaml"));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, StudyNeeds,
    ::testing::Values(
        Missing{"Anything", "", "empty"}, Missing{"Keys", "just words", "not a section"},
        Missing{"Name", "title: a\n", "\"name\" is missing"},
        Missing{"GoodName", "name: Chest X\nfinding: {label: a}\n", "cannot be a name"},
        Missing{"Finding", "name: a\n", "\"finding\" is missing"},
        Missing{"Label", "name: a\nfinding: {code: b}\n", "\"label\" is missing from finding"},
        Missing{"Data", "name: a\nfinding: {label: b}\n", "\"data\" is missing"},
        Missing{"Source", "name: a\nfinding: {label: b}\ndata: {path: c}\n",
                "\"source\" is missing"},
        Missing{"Path", "name: a\nfinding: {label: b}\ndata: {source: npz}\n",
                "\"path\" is missing"},
        Missing{"Labels", "name: a\nfinding: {label: b}\ndata: {source: folder, path: c}\n",
                "\"labels\" is missing"},
        Missing{"Keys2",
                "name: a\nfinding: {label: b}\ndata: {source: folder, path: c, labels: d}\n",
                "\"keys\" is missing"},
        Missing{"LabelsOfNpz",
                "name: a\nfinding: {label: b}\ndata: {source: npz, path: c, labels: d}\n",
                "no meaning with source: npz"},
        Missing{"StudyOfPng",
                "name: a\nfinding: {label: b}\n"
                "data: {source: folder, path: c, labels: d, keys: {study: e}}\n",
                "no study instance UID"},
        Missing{"FileOfDicom",
                "name: a\nfinding: {label: b}\n"
                "data: {source: dicom, labels: d, keys: {study: e, file: f}}\n",
                "no meaning with source: dicom"},
        Missing{"StudyOfDicom",
                "name: a\nfinding: {label: b}\ndata: {source: dicom, labels: d, keys: {}}\n",
                "\"study\" is missing from data.keys"},
        Missing{"Version", "name: a\nfinding: {label: b}\ndata: {source: dataset}\n",
                "\"version\" is missing"},
        Missing{"WhichVersion",
                "name: a\nfinding: {label: b}\ndata: {source: dataset, version: chest}\n",
                "does not say which version"},
        Missing{"VersionOfNothing",
                "name: a\nfinding: {label: b}\ndata: {source: dataset, version: chest@}\n",
                "does not say which version"},
        Missing{"LabelsOfDataset",
                "name: a\nfinding: {label: b}\n"
                "data: {source: dataset, version: c@v1, labels: d}\n",
                "no meaning with source: dataset"},
        Missing{"VersionOfNpz",
                "name: a\nfinding: {label: b}\ndata: {source: npz, path: c, version: d@v1}\n",
                "no meaning with source: npz"},
        Missing{"DataFolder",
                "name: a\nfinding: {label: b}\ndata: {source: npz, path: '${DATA}'}\n",
                "needs a data folder"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Study, IsTextInUtf8) {
  EXPECT_TRUE(with("title: Pneumonie, Ödem – 肺炎 🫁\n"));
  for (const char* bad :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x1b", "\xe2\x82"}) {
    const auto study = with("title: a" + std::string(bad) + "\n");
    ASSERT_FALSE(study);
    EXPECT_EQ(study.error().where, "studies/study.yaml line 10, column 9");
    EXPECT_THAT(study.error().message, HasSubstr("UTF-8"));
  }
}

TEST(Study, BoundsSizeAndDepth) {
  EXPECT_THAT(parse(std::string(2 << 20, '#'), "study.yaml").error().message,
              HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(
      parse("a: " + std::string(100, '[') + std::string(100, ']'), "study.yaml").error().message,
      HasSubstr("too deep"));
}

}  // namespace
}  // namespace osler::study
