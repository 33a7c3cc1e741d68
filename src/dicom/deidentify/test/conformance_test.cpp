// Every row of PS3.15 Table E.1-1, as the standard's own JSON has it, against what the engine does.

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/values.h"
#include "dicom/deidentify/test/objects.h"
#include "tests/support/shared_data.h"

namespace osler::dicom::deidentify {
namespace {

using testing::DataSet;
using testing::part10;
using testing::pseudonyms;
using testing::Read;

constexpr std::uint32_t kContainer = 0x0018A001;  // Contributing Equipment Sequence: stays
constexpr std::string_view kSecret = "ORIGVAL";
constexpr std::string_view kSecretUid = "1.2.3.99.5";

struct Row {
  std::string id;
  std::string basic;
  std::map<std::string, std::string> options = {};
  std::string code;  // value representation

  [[nodiscard]] std::uint32_t tag() const {
    return static_cast<std::uint32_t>(std::stoul(id, nullptr, 16));
  }
  [[nodiscard]] bool is(const std::string& option, const char* action) const {
    const auto found = options.find(option);
    return found != options.end() && found->second == action;
  }
};

std::vector<Row> read_rows(const std::filesystem::path& folder) {
  const auto read = [&](const char* name) { return *parse_json(*read_text(folder / name), name); };
  std::map<std::string, std::string> codes;
  for (const auto& attribute : read("attributes.json")) {
    const auto code = attribute["valueRepresentation"].get<std::string>();
    codes[attribute["id"]] = code.find("OW") != std::string::npos ? "OW" : code.substr(0, 2);
  }
  std::vector<Row> rows;
  for (const auto& entry : read("confidentiality_profile_attributes.json")) {
    Row row{.id = entry["id"], .basic = entry["basicProfile"], .code = codes[entry["id"]]};
    for (const auto& [key, value] : entry.items()) {
      row.options[key] = value.get<std::string>();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string value_of(const std::string& code) {
  static const std::map<std::string, std::string> kValues{
      {"DA", "20200131"}, {"DT", "20200131101500"},
      {"TM", "101500"},   {"UI", std::string(kSecretUid)},
      {"AS", "045Y"},     {"DS", "77"},
      {"IS", "77"},       {"US", "MM"},
      {"UL", "MMMM"},     {"FD", "MMMMMMMM"},
      {"CS", "ORIGVAL"}};
  const auto found = kValues.find(code);
  return found == kValues.end() ? std::string(kSecret) : found->second;
}

std::string value_of(const Row& row) {
  return row.id == "00080201" ? "+0100" : value_of(row.code);  // a zone is all that may stand there
}

void put_row(DataSet& data, const Row& row) {
  if (row.code == "SQ") {
    data.sequence(row.tag(), [](DataSet& item) {
      item.put(0x00080050, "SH", kSecret)
          .put(0x00081155, "UI", kSecretUid)
          .put(0x00280010, "US", "MM");
    });
    return;
  }
  const char code[3] = {row.code[0], row.code[1], '\0'};
  data.put(row.tag(), code, value_of(row));
}

Bytes object_with(const Row& row, bool nested) {
  DataSet data;
  const auto put = [&](std::uint32_t tag, const char(&code)[3], std::string_view value) {
    if (nested || tag != row.tag()) {
      data.put(tag, code, value);
    }
  };
  put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
  put(0x00080018, "UI", "1.2.3.4");
  put(0x00100020, "LO", "MRN0042");
  put(0x0020000D, "UI", "1.2.3");
  if (nested) {
    data.sequence(kContainer, [&](DataSet& item) { put_row(item, row); });
  } else {
    put_row(data, row);
  }
  return part10(data);
}

// The letters of which one must have been done.
std::vector<std::string> expected(const Row& row, const Profile& profile) {
  if (row.options.contains("rtnLongModifDatesOpt") && profile.dates != Dates::Removed) {
    const bool bytes = row.code == "OB" && profile.dates == Dates::Shifted;
    return bytes ? split(row.basic, '/')
                 : std::vector<std::string>{profile.dates == Dates::Kept ? "K" : "C"};
  }
  if ((profile.retain_uids && row.is("rtnUIDsOpt", "K")) ||
      (profile.retain_device_identity && row.is("rtnDevIdOpt", "K")) ||
      (profile.retain_patient_characteristics && row.is("rtnPatCharsOpt", "K")) ||
      (profile.retain_institution_identity && row.is("rtnInstIdOpt", "K"))) {
    return {"K"};
  }
  return split(row.basic, '/');
}

bool was_done(const std::string& letter, const Row& row, const std::optional<std::string>& after,
              const std::string& patient) {
  const std::string before = value_of(row);
  const bool is_sequence = row.code == "SQ";
  if (letter == "X") {
    return !after;
  }
  if (!after) {
    return false;
  }
  const std::string value(plain(*after));
  if (letter == "Z") {
    return value.empty() || value == patient;
  }
  if (letter == "D") {
    return !after->empty() && value != before;
  }
  if (letter == "U") {
    return value == pseudonyms().uid(before);
  }
  if (letter == "U*") {
    return value.find(pseudonyms().uid(kSecretUid)) != std::string::npos;
  }
  if (letter == "C" && (row.code == "DA" || row.code == "DT")) {
    return value == *shift_dates(before, pseudonyms().date_shift_days(patient));
  }
  return is_sequence ? value.find("MM") != std::string::npos
                     : value == before;  // K, or C of a time
}

// The row's element in the copy: in the outermost data set, or in the container's item.
std::optional<std::string> find_after(const Read& copy, const Row& row, bool nested) {
  const auto& table = copy.header().table();
  const auto found = std::ranges::find_if(table, [&](const io::Element& element) {
    return element.tag == DataSet::of(row.tag()) && (element.level != 0) == nested;
  });
  return found == table.end() ? std::nullopt
                              : std::optional(std::string(as_text(copy.header().value(*found))));
}

void check_row(const Row& row, const Profile& profile, bool nested) {
  const auto copy = deidentify(object_with(row, nested), profile, pseudonyms());
  if (row.id == "00420011" && !nested) {
    EXPECT_FALSE(copy) << "an encapsulated document";
    return;
  }
  ASSERT_TRUE(copy) << row.id << ": " << copy.error().message;
  const Read read(copy->bytes);
  const auto after = find_after(read, row, nested);
  const auto letters = expected(row, profile);
  if (row.tag() < 0x00080000) {
    EXPECT_FALSE(after) << row.id << ": a command, meta or directory element in a data set";
    return;
  }
  EXPECT_TRUE(std::ranges::any_of(
      letters,
      [&](const std::string& letter) { return was_done(letter, row, after, copy->patient); }))
      << row.id << " " << row.code << " " << row.basic << (nested ? " in an item" : "")
      << ", wanted one of " << join(letters, "/") << ", is now "
      << (after ? "\"" + *after + "\"" : "absent");
  if (letters.front() != "K" || row.code == "SQ") {
    EXPECT_FALSE(read.contains(kSecret)) << row.id;
  }
}

TEST(ConfidentialityTable, EveryRowIsTreatedAsTheProfileSays) {
  const auto folder = test::shared_data() / "dicom" / "standard";
  OSLER_NEEDS(folder);
  const auto rows = read_rows(folder);
  EXPECT_EQ(rows.size(), 621U);
  const Profile profiles[] = {Profile::basic(),
                              Profile::research(),
                              {.dates = Dates::Shifted},
                              {.dates = Dates::Kept},
                              {.retain_uids = true},
                              {.retain_device_identity = true},
                              {.retain_institution_identity = true},
                              {.retain_patient_characteristics = true}};
  std::size_t checked = 0;
  for (const Row& row : rows) {
    if (row.code.empty()) {
      continue;  // the patterns, and two command elements
    }
    for (const Profile& profile : profiles) {
      check_row(row, profile, false);
      check_row(row, profile, true);
      ++checked;
    }
  }
  EXPECT_EQ(checked, (621U - 4U) * std::size(profiles));
}

struct Pattern {
  const char* name;
  std::uint32_t tag;
};
class ConfidentialityPattern : public ::testing::TestWithParam<Pattern> {};

TEST_P(ConfidentialityPattern, IsRemovedWherever) {
  for (const bool nested : {false, true}) {
    DataSet data;
    data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2").put(0x00080018, "UI", "1.2.3.4");
    const auto put = [&](DataSet& set) { set.put(GetParam().tag, "OW", kSecret); };
    if (nested) {
      data.sequence(kContainer, put);
    } else {
      put(data);
    }
    const auto copy = deidentify(part10(data), Profile::research(), pseudonyms());
    ASSERT_TRUE(copy);
    EXPECT_FALSE(Read(copy->bytes).contains(kSecret));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tags, ConfidentialityPattern,
    ::testing::Values(Pattern{"Curve", 0x50003000}, Pattern{"LastCurve", 0x501E0005},
                      Pattern{"Overlay", 0x60003000}, Pattern{"LastOverlayComments", 0x601E4000},
                      Pattern{"Private", 0x00111001}, Pattern{"PrivateCreator", 0x00110010},
                      Pattern{"Command", 0x00001000}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::dicom::deidentify
