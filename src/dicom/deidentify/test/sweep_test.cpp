// Every byte of the copies of every real file, searched for what the originals said.

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/rules.h"
#include "dicom/deidentify/internal/values.h"
#include "dicom/deidentify/test/objects.h"
#include "dicom/io/charset.h"
#include "tests/support/shared_data.h"

namespace osler::dicom::deidentify {
namespace {

using testing::pseudonyms;
using testing::Read;

struct Identifier {
  io::Tag tag;
  std::string value;  // as it lies in the file
};

// Names, numbers, addresses and telephone numbers of persons and their orders, at any depth.
bool identifies(io::Tag tag, io::Vr code) {
  constexpr std::array kTags{
      io::Tag{0x0008, 0x0050}, io::Tag{0x0008, 0x0080}, io::Tag{0x0008, 0x0081},
      io::Tag{0x0008, 0x0092}, io::Tag{0x0008, 0x0094}, io::Tag{0x0008, 0x1010},
      io::Tag{0x0010, 0x0020}, io::Tag{0x0010, 0x1000}, io::Tag{0x0010, 0x1040},
      io::Tag{0x0010, 0x2154}, io::Tag{0x0010, 0x21B0}, io::Tag{0x0010, 0x2180},
      io::Tag{0x0032, 0x1033}, io::Tag{0x0038, 0x0010}, io::Tag{0x0040, 0x2016},
      io::Tag{0x0040, 0x2017}, io::Tag{0x0040, 0xA123}};
  return code == io::vr("PN") || std::ranges::find(kTags, tag) != kTags.end();
}

void add(std::vector<Identifier>& found, io::Tag tag, std::string_view value) {
  value = plain(value);
  if (value.size() >= 4) {
    found.push_back({.tag = tag, .value = std::string(value)});
  }
}

std::vector<Identifier> identifiers(const Header& header) {
  std::vector<Identifier> found;
  for (const auto& element : header.table()) {
    const io::Vr standard = standard_vr(element.tag);
    const io::Vr code = standard != 0 ? standard : element.vr;
    const std::string_view text = as_text(header.value(element));
    if (code == io::vr("UI") &&
        decide(element.tag, Profile::research(), {}).action == Action::MapUid) {
      for (const auto& uid : split(text, '\\')) {
        if (!uid.starts_with("1.2.840.10008.")) {
          add(found, element.tag, uid);
        }
      }
    } else if (identifies(element.tag, code)) {
      add(found, element.tag, text);
      for (const auto& value : split(text, '\\')) {
        add(found, element.tag, value);
        for (const auto& part : split(value, code == io::vr("PN") ? '^' : '\\')) {
          add(found, element.tag, part);
        }
      }
    }
  }
  return found;
}

// The value as other encodings would write it.
std::set<std::string> spellings(const Identifier& identifier,
                                const std::vector<std::string>& sets) {
  std::set<std::string> found{identifier.value};
  const std::string utf8 = io::to_utf8(identifier.value, sets);
  found.insert(utf8);
  std::string latin;
  std::string little;
  std::string big;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned point = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t k = 1; k < size && i + k < utf8.size(); ++k) {
      point = point << 6U | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    i += size;
    latin += static_cast<char>(point & 0xFFU);
    little.append({static_cast<char>(point & 0xFFU), static_cast<char>(point >> 8U & 0xFFU)});
    big.append({static_cast<char>(point >> 8U & 0xFFU), static_cast<char>(point & 0xFFU)});
  }
  found.insert({latin, little, big});
  std::erase_if(found, [](const std::string& text) { return text.size() < 4; });
  return found;
}

// All of a copy but its pixels.
std::string without_pixels(const Read& copy, const Bytes& bytes) {
  std::string text(as_text(bytes));
  if (copy.scan().deflated) {
    text = std::string(as_text(copy.header().data()));
  }
  const std::size_t start = copy.scan().deflated ? 0 : copy.scan().data_set_offset;
  for (const auto& element : copy.header().table()) {
    if (element.tag.group == 0x7FE0) {
      std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(start + element.offset),
                  element.length, '\0');
    }
  }
  return text;
}

// Is the place part of a longer word or number? "1.2.3" is no leak of itself in "1.2.34".
bool is_whole(std::string_view text, std::size_t at, std::size_t size) {
  const auto goes_on = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
  };
  return (at == 0 || !goes_on(text[at - 1])) &&
         (at + size == text.size() || !goes_on(text[at + size]));
}

bool survives(std::string_view text, std::string_view value) {
  const std::boyer_moore_horspool_searcher search(value.begin(), value.end());
  for (auto from = text.begin(); from != text.end();) {
    const auto found = std::search(from, text.end(), search);
    if (found == text.end()) {
      return false;
    }
    if (is_whole(text, static_cast<std::size_t>(found - text.begin()), value.size())) {
      return true;
    }
    from = found + 1;
  }
  return false;
}

struct Files {
  std::size_t copies = 0;
  std::size_t refused = 0;
  std::size_t identifiers = 0;
};

// The engine's own words: "Retain Patient Characteristics Option".
bool is_stamp(io::Tag tag, std::string_view text) {
  return tag == io::Tag{0x0012, 0x0063} ||
         (tag == io::Tag{0x0008, 0x0104} &&
          std::ranges::any_of(Profile::research().method_codes(), [&](const std::string& code) {
            return method_meaning(code) == plain(text);
          }));
}

// Words of identifiers that stand in the copy for another reason: in an attribute that the profile
// keeps (a maker's name, a code's meaning). Element by element, so that a leak cannot hide.
bool is_kept_elsewhere(const Read& copy, const Header& original, std::string_view value) {
  return std::ranges::all_of(copy.header().table(), [&](const io::Element& element) {
    const std::string_view text = as_text(copy.header().value(element));
    if (element.end != static_cast<std::uint32_t>(&element - copy.header().table().data()) + 1 ||
        element.tag.group == 0x7FE0 || is_stamp(element.tag, text) ||
        text.find(value) == std::string_view::npos) {
      return true;
    }
    return std::ranges::any_of(original.table(), [&](const io::Element& before) {
      return before.tag == element.tag && as_text(original.value(before)) == text &&
             decide(element.tag, Profile::research(), {}).action == Action::Keep &&
             standard_vr(element.tag) != io::vr("PN");
    });
  });
}

void sweep(const std::filesystem::path& path, Files& files) {
  const auto original = read_file(path);
  ASSERT_TRUE(original);
  const auto drawn = pseudonyms();
  const auto copy = deidentify(*original, Profile::research(), drawn);
  if (!copy) {
    ++files.refused;
    return;
  }
  ++files.copies;
  const Read before(*original);
  const Read after(copy->bytes);
  const std::string text = without_pixels(after, copy->bytes);
  const auto sets = split(before.text(0x00080005), '\\');
  std::set<std::string> seen;
  for (const auto& identifier : identifiers(before.header())) {
    if (!seen.insert(identifier.value).second || drawn.drew_uid(identifier.value) ||
        identifier.value == dummy(io::vr("PN"))) {
      continue;
    }
    ++files.identifiers;
    for (const auto& spelling : spellings(identifier, sets)) {
      EXPECT_FALSE(survives(text, spelling) && !is_kept_elsewhere(after, before.header(), spelling))
          << path << " leaks what " << io::to_string(identifier.tag) << " held";
    }
  }
}

std::vector<std::filesystem::path> all_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

TEST(Sweep, NoIdentifierSurvivesInAnyRealFile) {
  const auto folder = test::shared_data() / "dicom";
  OSLER_NEEDS(folder);
  Files files;
  for (const auto& path : all_files(folder)) {
    sweep(path, files);
  }
  std::printf("%zu copies, %zu refused, %zu identifiers looked for\n", files.copies, files.refused,
              files.identifiers);
  EXPECT_GE(files.copies, 330U);
}

TEST(Sweep, ACopyOfARealCopyIsTheCopy) {
  const auto folder = test::shared_data() / "dicom";
  OSLER_NEEDS(folder);
  const auto drawn = pseudonyms();
  for (const auto& path : all_files(folder)) {
    const auto original = read_file(path);
    const auto copy = deidentify(*original, Profile::research(), drawn);
    if (copy) {
      const auto again = deidentify(copy->bytes, Profile::research(), drawn);
      ASSERT_TRUE(again) << path << ": " << again.error().message;
      EXPECT_EQ(again->bytes, copy->bytes) << path;
    }
  }
}

std::vector<std::string> pixel_values(const Read& file) {
  std::vector<std::string> values;
  for (const auto& element : file.header().table()) {
    if (element.tag.group == 0x7FE0 && element.tag.element != 0 && element.level == 0) {
      values.emplace_back(as_text(file.header().value(element)));
    }
  }
  return values;
}

TEST(Sweep, RealPixelsAndSyntaxesStayAsTheyAre) {
  const auto folder = test::shared_data() / "dicom";
  OSLER_NEEDS(folder);
  for (const auto& path : all_files(folder)) {
    const auto original = read_file(path);
    const auto copy = deidentify(*original, Profile::research(), pseudonyms());
    if (!copy) {
      continue;
    }
    const Read before(*original);
    const Read after(copy->bytes);
    auto values = pixel_values(before);
    for (auto& value : values) {
      // PS3.5 section 7.1.1; fragments stay as they are.
      value.resize(value.size() + (before.scan().encapsulated ? 0 : value.size() % 2), '\0');
    }
    EXPECT_TRUE(pixel_values(after) == values) << path;
    if (!before.scan().transfer_syntax_uid.empty() && !before.scan().syntax_disagrees) {
      EXPECT_EQ(after.scan().transfer_syntax_uid, before.scan().transfer_syntax_uid) << path;
    }
    EXPECT_FALSE(after.scan().syntax_disagrees) << path;
    EXPECT_EQ(after.scan().trailing_bytes, 0U) << path;
  }
}

// Days between two dates of a file are days between them in its copy, for all pairs: that is, every
// date moved by the same number of days.
TEST(Sweep, RealIntervalsStay) {
  const auto folder = test::shared_data() / "dicom";
  OSLER_NEEDS(folder);
  constexpr std::array kDates{io::Tag{0x0008, 0x0012}, io::Tag{0x0008, 0x0020},
                              io::Tag{0x0008, 0x0021}, io::Tag{0x0008, 0x0022},
                              io::Tag{0x0008, 0x0023}, io::Tag{0x0008, 0x002A},
                              io::Tag{0x0040, 0x0244}, io::Tag{0x3006, 0x0008}};
  std::size_t moved = 0;
  for (const auto& path : all_files(folder)) {
    const auto original = read_file(path);
    const auto copy = deidentify(*original, Profile::research(), pseudonyms());
    if (!copy) {
      continue;
    }
    const int days = pseudonyms().date_shift_days(copy->patient);
    const Read before(*original);
    const Read after(copy->bytes);
    for (const io::Tag tag : kDates) {
      const auto expected = shift_dates(before.header().text(tag), days);
      if (expected && !expected->empty()) {
        EXPECT_EQ(after.header().text(tag), *expected) << path << " " << io::to_string(tag);
        ++moved;
      }
    }
  }
  EXPECT_GT(moved, 500U);
}

}  // namespace
}  // namespace osler::dicom::deidentify
