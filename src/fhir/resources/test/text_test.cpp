#include "fhir/resources/text.h"

#include <gtest/gtest.h>

#include "fhir/resources/names.h"
#include "tests/support/fhir_facts.h"

namespace osler::fhir::resources {
namespace {

TEST(Text, KeepsEveryScript) {
  for (const char* text :
       {"Müller", "山田", "Иванов", "علي", "นาย", "👩‍⚕️", "e\xCC\x81"}) {
    EXPECT_EQ(clean_text(text), text);
  }
}

TEST(Text, DropsWhatXmlAndFhirCannotHold) {
  EXPECT_EQ(clean_text(std::string("a\0b\x01\x1b[m", 7)), "ab[m");
  EXPECT_EQ(clean_text("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(clean_text("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(clean_text("\xE5\xB1"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // cut off
  EXPECT_EQ(clean_text("a\xEF\xBF\xBF"), "a");
  EXPECT_EQ(clean_text("\xE5\xB1\xB1\xE3\x80\x80\xE7\x94\xB0"), "山 田");
  EXPECT_EQ(clean_text(" \t\r\n\xC2\xA0\xE3\x80\x80 "), "");
  EXPECT_EQ(clean_code("  a \n\t b "), "a b");
}

TEST(Text, CutsAtALetter) {
  std::string text;
  while (text.size() < 2 * kLongestText) {
    text += "山";
  }
  const auto cut = clean_text(text);
  EXPECT_LT(cut.size(), kLongestText + 10);
  EXPECT_TRUE(cut.ends_with("山…"));
}

// Cleaning what is clean changes nothing.
TEST(Text, CleaningTwiceIsCleaningOnce) {
  for (const auto& text : test::hostile_texts()) {
    if (text.size() < 1000) {
      EXPECT_EQ(clean_text(clean_text(text)), clean_text(text));
      EXPECT_TRUE(is_plain_text(clean_code(text)));
      EXPECT_EQ(without_direction_marks(text).find("\xE2\x80\xAE"), std::string::npos);
    }
  }
}

TEST(Text, PlainTextIsUtf8WithoutControls) {
  EXPECT_TRUE(is_plain_text("山 \xEF\xBF\xBD"));
  EXPECT_TRUE(is_plain_text(""));
  for (const char* text : {"a\n", "\x7f", "\xFF", "\xC3", "\xC2\x85"}) {
    EXPECT_FALSE(is_plain_text(text));
  }
}

TEST(Text, IdsAreFhirs) {
  EXPECT_TRUE(is_id("a-1.B"));
  EXPECT_TRUE(is_id(std::string(64, 'a')));
  for (const auto& text : {std::string(), std::string(65, 'a'), std::string("a/b"),
                           std::string("a_b"), std::string("ä"), std::string("a\n")}) {
    EXPECT_FALSE(is_id(text));
    EXPECT_TRUE(is_id(id_of(text)));
  }
  EXPECT_EQ(id_of("f1"), "f1");
  EXPECT_NE(id_of("a/b"), id_of("a/c"));
}

TEST(Text, UidsAreDicoms) {
  EXPECT_TRUE(is_uid("1.2.840.10008.1.1"));
  EXPECT_TRUE(is_uid("1.0.5"));
  for (const char* text : {"", ".", "1..2", "1.02", "1.2.", "1.2a", "1 2"}) {
    EXPECT_FALSE(is_uid(text)) << text;
  }
  EXPECT_FALSE(is_uid("1." + std::string(63, '2')));
}

TEST(Text, IssuersBecomeSystems) {
  EXPECT_EQ(mrn_system(""), "urn:osler:mrn");
  EXPECT_EQ(mrn_system("1.2.276.0.76.3"), "urn:oid:1.2.276.0.76.3");
  EXPECT_EQ(mrn_system("https://north.example/mrn"), "https://north.example/mrn");
  EXPECT_EQ(mrn_system("urn:uuid:3"), "urn:uuid:3");
  EXPECT_EQ(mrn_system("St. Mary's, North"), "urn:osler:issuer:St.%20Mary%27s%2C%20North");
  EXPECT_EQ(mrn_system("urn:a b"), "urn:osler:issuer:urn%3Aa%20b");
  EXPECT_EQ(mrn_system("javascript:alert(1)"), "urn:osler:issuer:javascript%3Aalert%281%29");
}

TEST(Text, WebAddressesAreHttp) {
  EXPECT_TRUE(is_web_address("https://a.example/x?y=1"));
  for (const char* text : {"", "https://", "ftp://a", "https://a b", "https://a\"", "javascript:1",
                           "https://\xC3\xA4.example"}) {
    EXPECT_FALSE(is_web_address(text)) << text;
  }
}

TEST(Names, HaveUpToThreeWritings) {
  const auto names = names_of("Yamada^Tarou=山田^太郎=やまだ^たろう");
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names[0].family, "Yamada");
  EXPECT_EQ(names[1].writing, Writing::Ideographic);
  EXPECT_EQ(names[1].text(), "山田, 太郎");
  EXPECT_EQ(names[2].writing, Writing::Phonetic);
}

TEST(Names, HaveFiveComponents) {
  const auto names = names_of("Adams^John Robert^Quincy^Rev.^B.A. M.Div.");
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].given, (std::vector<std::string>{"John Robert", "Quincy"}));
  EXPECT_EQ(names[0].prefix, "Rev.");
  EXPECT_EQ(names[0].suffix, "B.A. M.Div.");
  EXPECT_EQ(names[0].text(), "Adams, John Robert Quincy, Rev., B.A. M.Div.");
}

TEST(Names, LeaveOutWhatIsEmpty) {
  EXPECT_TRUE(names_of("").empty());
  EXPECT_TRUE(names_of("^^^^").empty());
  EXPECT_TRUE(names_of(" ^ = ^").empty());
  const auto ideographic = names_of("=山田");
  ASSERT_EQ(ideographic.size(), 1U);
  EXPECT_EQ(ideographic[0].writing, Writing::Ideographic);
  EXPECT_EQ(names_of("Doe^Jane\\Roe^Jane").size(), 1U);
  EXPECT_EQ(names_of("A=B=C=D=E").size(), 3U);
}

}  // namespace
}  // namespace osler::fhir::resources
