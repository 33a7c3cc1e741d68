#include <functional>

#include <gtest/gtest.h>

#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/values.h"
#include "dicom/deidentify/test/objects.h"

namespace osler::dicom::deidentify {
namespace {

using testing::ct_slice;
using testing::DataSet;
using testing::kBig;
using testing::kExplicit;
using testing::kImplicit;
using testing::part10;
using testing::pseudonyms;
using testing::Read;

Bytes copy_of(const Bytes& original, const Profile& profile = Profile::research()) {
  auto result = deidentify(original, profile, pseudonyms());
  EXPECT_TRUE(result) << result.error().message;
  return result ? std::move(result->bytes) : Bytes{};
}

constexpr std::uint32_t kContributing = 0x0018A001;  // a sequence that stays
constexpr std::uint32_t kPurpose = 0x0040A170;

void put_secrets(DataSet& data) {
  data.put(0x00080050, "SH", "SECRET")
      .put(0x00080090, "PN", "SECRET")
      .put(0x00081155, "UI", "1.2.3.4")
      .put(0x00100010, "PN", "SECRET")
      .put(0x00100020, "LO", "SECRET");
}

// Sequences in sequences to `depth`, with secrets in the innermost.
void nest(DataSet& data, int depth, bool undefined) {
  if (depth == 0) {
    put_secrets(data);
    return;
  }
  data.sequence(kPurpose, [&](DataSet& inside) { nest(inside, depth - 1, undefined); }, undefined);
}

TEST(Nesting, IsFollowedToAnyDepth) {
  for (const bool undefined : {false, true}) {
    for (const auto& [encoding, syntax] :
         {std::pair{kExplicit, "1.2.840.10008.1.2.1"}, std::pair{kImplicit, "1.2.840.10008.1.2"},
          std::pair{kBig, "1.2.840.10008.1.2.2"}}) {
      const auto data = ct_slice(encoding, [&](DataSet& more) { nest(more, 60, undefined); });
      const Read read(copy_of(part10(data, syntax)));

      EXPECT_FALSE(read.contains("SECRET"));
      EXPECT_EQ(read.scan().deepest, 60U);
      EXPECT_EQ(plain(*read.anywhere(0x00081155)), read.text(0x00080018));
    }
  }
}

TEST(Nesting, BeyondTheLimitIsRefused) {
  const auto data = ct_slice(kExplicit, [&](DataSet& more) { nest(more, 70, true); });
  const auto result = deidentify(part10(data), Profile::research(), pseudonyms());

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::DataCorrupt);
}

// CP-246: what is inside UN is implicit little endian, whatever the data set is.
TEST(Nesting, ReadsSequencesWrittenAsUnknown) {
  for (const bool undefined : {false, true}) {
    for (const auto& [encoding, syntax] :
         {std::pair{kExplicit, "1.2.840.10008.1.2.1"}, std::pair{kBig, "1.2.840.10008.1.2.2"}}) {
      DataSet data(encoding);
      data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
          .put(0x00080018, "UI", "1.2.3.4")
          .sequence(kContributing, put_secrets, undefined, io::vr("UN"))
          .put(0x0020000D, "UI", "1.2.3");
      const Read read(copy_of(part10(data, syntax)));

      EXPECT_FALSE(read.contains("SECRET"));
      EXPECT_EQ(plain(*read.anywhere(0x00081155)), read.text(0x00080018));
      EXPECT_EQ(read.text(0x0020000D), pseudonyms().uid("1.2.3"));
    }
  }
}

TEST(Nesting, KnownValuesWrittenAsUnknownAreTreatedAsWhatTheyAre) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UN", "1.2.3.4")
      .put(0x00080020, "UN", "20200131")
      .put(0x00100020, "UN", "SECRET")
      .put(0x00101010, "UN", "101Y");
  const auto copy = deidentify(part10(data), Profile::research(), pseudonyms());
  ASSERT_TRUE(copy);
  const Read read(copy->bytes);

  EXPECT_EQ(read.text(0x00080018), pseudonyms().uid("1.2.3.4"));
  EXPECT_NE(read.text(0x00080020), "20200131");
  EXPECT_EQ(read.text(0x00080020).size(), 8U);
  EXPECT_EQ(read.text(0x00101010), "090Y");
  EXPECT_FALSE(read.contains("SECRET"));
}

// What cannot be read as the items it should be cannot be vouched for.
TEST(Nesting, BytesWhereItemsShouldBeAreRemoved) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(kContributing, "OB", "SECRET");
  const Read read(copy_of(part10(data)));

  EXPECT_FALSE(read.has(kContributing));
}

TEST(Nesting, PrivateSequencesGoWithAllThatIsInThem) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00090010, "LO", "SECRET MAKER")
      .sequence(0x00091001, put_secrets)
      .sequence(0x00091002, put_secrets, true, io::vr("UN"))
      .sequence(kContributing, [](DataSet& inside) {
        inside.put(0x00090010, "LO", "SECRET MAKER").sequence(0x00091001, put_secrets);
      });
  const auto copy = deidentify(part10(data), Profile::research(), pseudonyms());

  ASSERT_TRUE(copy);
  EXPECT_FALSE(Read(copy->bytes).contains("SECRET"));
  EXPECT_EQ(copy->counts.private_removed, 5U);
}

TEST(Nesting, SafePrivateElementsStayWithTheirCreator) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00190010, "LO", "SIEMENS MR HEADER")
      .put(0x00190011, "LO", "SECRET MAKER")
      .put(0x0019100C, "IS", "1000")
      .put(0x001910FF, "LO", "SECRET")
      .put(0x0019110C, "IS", "SECRET");
  const Read kept(copy_of(part10(data), {.retain_safe_private = true}));
  const Read none(copy_of(part10(data)));

  EXPECT_EQ(kept.text(0x00190010), "SIEMENS MR HEADER");
  EXPECT_EQ(kept.text(0x0019100C), "1000");
  EXPECT_FALSE(kept.has(0x00190011));
  EXPECT_FALSE(kept.contains("SECRET"));
  EXPECT_FALSE(none.has(0x00190010));
  EXPECT_FALSE(none.has(0x0019100C));
}

TEST(Nesting, ReportsKeepTheirFormAndLoseTheirText) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.22")
      .put(0x00080018, "UI", "1.2.3.4")
      .sequence(0x00081111, put_secrets)
      .sequence(0x0040A730, [](DataSet& item) {
        item.put(0x0040A040, "CS", "TEXT")
            .put(0x0040A120, "DT", "20200131101500")
            .put(0x0040A123, "PN", "SECRET")
            .put(0x0040A124, "UI", "1.2.3.4")
            .put(0x0040A160, "UT", "SECRET said so")
            .sequence(0x0040A730, [](DataSet& inner) { inner.put(0x0040A30A, "DS", "12.5"); });
      });
  const Read read(copy_of(part10(data)));

  EXPECT_EQ(read.anywhere(0x0040A160), "REMOVED ");
  EXPECT_EQ(read.anywhere(0x0040A30A), "12.5");
  EXPECT_EQ(plain(*read.anywhere(0x0040A124)), read.text(0x00080018));
  EXPECT_NE(read.anywhere(0x0040A120), "20200131101500");
  EXPECT_TRUE(read.has(0x00081111));  // Type 2 in reports
  EXPECT_FALSE(read.contains("SECRET"));
}

// A person's code is a dummy code, not the items as they were.
TEST(Nesting, CodesOfPersonsAreReplaced) {
  const auto data = ct_slice(kExplicit, [](DataSet& more) {
    more.sequence(kPurpose, [](DataSet& inside) {
      inside.sequence(0x00401101, [](DataSet& code) {
        code.put(0x00080100, "SH", "SECRET").put(0x00080104, "LO", "SECRET");
      });
    });
  });
  const Read read(copy_of(part10(data)));

  EXPECT_FALSE(read.contains("SECRET"));
  EXPECT_TRUE(read.contains("99OSLER"));
}

TEST(Nesting, UnknownStandardElementsAreRemoved) {
  const auto data =
      ct_slice(kExplicit, [](DataSet& more) { more.put(0x0020FEDC, "LO", "SECRET"); });
  const auto copy = deidentify(part10(data), Profile::research(), pseudonyms());

  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->counts.unknown_removed, 1U);
  EXPECT_FALSE(Read(copy->bytes).contains("SECRET"));
}

}  // namespace
}  // namespace osler::dicom::deidentify
