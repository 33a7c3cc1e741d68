#include "dicom/io/charset.h"

#include <gtest/gtest.h>

namespace osler::dicom::io {
namespace {

struct Row {
  const char* name;
  std::vector<std::string> sets;
  std::string raw;
  const char* utf8;
};

class Charset : public ::testing::TestWithParam<Row> {};

TEST_P(Charset, BecomesUtf8) {
  const auto& row = GetParam();
  EXPECT_EQ(to_utf8(row.raw, row.sets, TextKind::Name), row.utf8);
}

// The examples of PS3.5 annexes H, I, J and K, and one a Latin set.
INSTANTIATE_TEST_SUITE_P(
    Terms, Charset,
    ::testing::Values(
        Row{"Default", {}, "Adams^John ", "Adams^John"},
        Row{"UndeclaredUtf8", {}, "M\xC3\xBCller", "Müller"},
        Row{"UndeclaredLatin1", {}, "M\xFCller", "Müller"},
        Row{"Latin1", {"ISO_IR 100"}, "Buc^J\xE9r\xF4me", "Buc^Jérôme"},
        Row{"Latin2", {"ISO_IR 101"}, "Wa\xB3\xEAsa", "Wałęsa"},
        Row{"Latin5",
            {"ISO_IR 148"},
            "\xDE"
            "ahin",
            "Şahin"},
        Row{"Latin9", {"ISO_IR 203"}, "\xA4", "€"},
        Row{"Cyrillic", {"ISO_IR 144"}, "\xBB\xEE\xDA", "Люк"},
        Row{"Greek", {"ISO_IR 126"}, "\xC4\xE9\xEF\xED", "Διον"},
        Row{"Arabic", {"ISO_IR 127"}, "\xE2\xC8", "قب"},
        Row{"Hebrew", {"ISO_IR 138"}, "\xF9\xF8\xE5\xEF", "שרון"},
        Row{"Thai", {"ISO_IR 166"}, "\xC7\xD1", "วั"},
        Row{"Utf8", {"ISO_IR 192"}, "\xE7\x8E\x8B^\xE5\xB0\x8F\xE6\x9D\xB1", "王^小東"},
        Row{"Gb18030", {"GB18030"}, "\xCD\xF5^\xD0\xA1\xB6\xAB", "王^小东"},
        // A second byte of 0x5C is no backslash.
        Row{"Gbk", {"GBK"}, "\x95\x5C", "昞"},
        Row{"Katakana", {"ISO_IR 13"}, "\xD4\xCF\xC0\xDE", "ﾔﾏﾀﾞ"},
        Row{"Ir87",
            {"", "ISO 2022 IR 87"},
            "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B",
            "Yamada^Tarou=山田^太郎=やまだ^たろう"},
        Row{"Ir159", {"", "ISO 2022 IR 159"}, "\x1B$(D0!\x1B(B", "丂"},
        Row{"Korean",
            {"", "ISO 2022 IR 149"},
            "Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^\x1B$)"
            "C\xB1\xE6\xB5\xBF",
            "Hong^Gildong=洪^吉洞=홍^길동"},
        Row{"KoreanWithoutEscapes", {"", "ISO 2022 IR 149"}, "\xC8\xAB", "홍"},
        Row{"Chinese58", {"", "ISO 2022 IR 58"}, "Zhang=\x1B$)A\xD5\xC5", "Zhang=张"},
        Row{"TwoLatins", {"ISO 2022 IR 100", "ISO 2022 IR 144"}, "\xE9^\x1B-L\xBB", "é^Л"},
        Row{"FallsBackAfterDelimiter",
            {"ISO 2022 IR 100", "ISO 2022 IR 144"},
            "\x1B-L\xBB^\xE9",
            "Л^é"},
        Row{"UnknownTerm", {"ISO_IR 999"}, "M\xFCller", "Müller"},
        Row{"BrokenUtf8",
            {"ISO_IR 192"},
            "a\xFF"
            "b",
            "a\uFFFD"
            "b"},
        Row{"UnknownEscape",
            {"ISO 2022 IR 100"},
            "a\x1B"
            "Zb",
            "a\uFFFDZb"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Charset, SurvivesAnyBytes) {
  std::string all;
  for (int i = 0; i < 1024; ++i) {
    all += static_cast<char>((i * 73) % 256);
    all += i % 7 == 0 ? "\x1B$B" : "";
  }
  for (const char* set :
       {"", "ISO_IR 192", "GB18030", "ISO 2022 IR 87", "ISO 2022 IR 149", "ISO_IR 13"}) {
    const std::vector<std::string> sets{set};
    EXPECT_FALSE(to_utf8(all, sets).empty());
  }
}

}  // namespace
}  // namespace osler::dicom::io
