#include "dicom/deidentify/deidentify.h"

#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dicom/deidentify/internal/values.h"
#include "dicom/deidentify/test/objects.h"

namespace osler::dicom::deidentify {
namespace {

using testing::ct_slice;
using testing::DataSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kBig;
using testing::kExplicit;
using testing::kImplicit;
using testing::part10;
using testing::pseudonyms;
using testing::Read;

Deidentified copy_of(const Bytes& original, const Profile& profile = Profile::research()) {
  auto result = deidentify(original, profile, pseudonyms());
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : Deidentified{};
}

TEST(Deidentify, TakesTheIdentityOutAndKeepsWhatModelsNeed) {
  const auto copy = copy_of(part10(ct_slice()));
  const Read read(copy.bytes);

  EXPECT_EQ(read.text(0x00100010), copy.patient);
  EXPECT_EQ(read.text(0x00100020), copy.patient);
  EXPECT_EQ(copy.patient, pseudonyms().patient("MRN0042", ""));
  EXPECT_EQ(read.text(0x00100030), "");
  EXPECT_EQ(read.text(0x00080050), "");
  EXPECT_EQ(read.text(0x00080090), "");
  EXPECT_FALSE(read.has(0x00080080));
  EXPECT_EQ(read.text(0x00100040), "F");
  EXPECT_EQ(read.text(0x00181000), "SERIAL77");
  EXPECT_EQ(read.text(0x00080070), "Maker");
  EXPECT_EQ(read.text(0x00080016), "1.2.840.10008.5.1.4.1.1.2");
  EXPECT_EQ(read.text(0x00080018), copy.sop_instance_uid);
  EXPECT_EQ(read.text(0x0020000D), pseudonyms().uid("1.2.3"));
  for (const auto* secret :
       {"Doe", "Jane", "MRN0042", "ACC12345", "Referrer", "SECRET", "Nowhere"}) {
    EXPECT_FALSE(read.contains(secret)) << secret;
  }
}

TEST(Deidentify, ShiftsEveryDateOfAPatientByTheSameDays) {
  const auto copy = copy_of(part10(ct_slice()));
  const Read read(copy.bytes);
  const int days = pseudonyms().date_shift_days(copy.patient);

  EXPECT_EQ(read.text(0x00080020), *shift_dates("20200131", days));
  EXPECT_EQ(read.text(0x00080021), *shift_dates("20200201", days));
  EXPECT_EQ(read.text(0x00080030), "101500.25");
  EXPECT_EQ(read.text(0x00280303), "MODIFIED");
  EXPECT_EQ(copy.counts.shifted, 2U);
}

TEST(Deidentify, GivesTheAgeThatTheBirthDateGave) {
  EXPECT_EQ(Read(copy_of(part10(ct_slice())).bytes).text(0x00101010), "069Y");
  EXPECT_FALSE(Read(copy_of(part10(ct_slice()), Profile::basic()).bytes).has(0x00101010));
}

TEST(Deidentify, SaysWhatWasDone) {
  const auto copy = copy_of(part10(ct_slice()));
  const Read read(copy.bytes);

  EXPECT_EQ(read.text(0x00120062), "YES");
  EXPECT_THAT(read.text(0x00120063), HasSubstr("Retain Patient Characteristics Option"));
  EXPECT_THAT(read.header().dcm_codes({0x0012, 0x0064}),
              ElementsAre("113100", "113107", "113108", "113109"));
  EXPECT_EQ(read.header().dcm_codes({0x0012, 0x0064}), copy.method_codes);
}

TEST(Deidentify, TheBasicProfileKeepsNoDateNorCharacteristic) {
  const Read read(copy_of(part10(ct_slice()), Profile::basic()).bytes);

  EXPECT_EQ(read.text(0x00080020), "");
  EXPECT_EQ(read.text(0x00080021), "19000101");
  EXPECT_EQ(read.text(0x00100040), "");
  EXPECT_EQ(read.text(0x00181000), "REMOVED");
  EXPECT_EQ(read.text(0x00280303), "REMOVED");
}

TEST(Deidentify, EachOptionKeepsItsOwn) {
  const Bytes original = part10(ct_slice());

  EXPECT_EQ(Read(copy_of(original, {.retain_uids = true}).bytes).text(0x00080018), "1.2.3.4");
  EXPECT_EQ(Read(copy_of(original, {.dates = Dates::Kept}).bytes).text(0x00080020), "20200131");
  EXPECT_EQ(Read(copy_of(original, {.dates = Dates::Kept}).bytes).text(0x00280303), "UNMODIFIED");
  EXPECT_EQ(Read(copy_of(original, {.retain_device_identity = true}).bytes).text(0x00181000),
            "SERIAL77");
  EXPECT_EQ(Read(copy_of(original, {.retain_institution_identity = true}).bytes).text(0x00080080),
            "Saint Nowhere");
  EXPECT_EQ(
      Read(copy_of(original, {.retain_patient_characteristics = true}).bytes).text(0x00100040),
      "F");
}

TEST(Deidentify, TheSameKeyGivesTheSameBytesAndAnotherKeyOthers) {
  const Bytes original = part10(ct_slice());

  EXPECT_EQ(copy_of(original).bytes, copy_of(original).bytes);
  EXPECT_NE(copy_of(original).bytes,
            deidentify(original, Profile::research(), pseudonyms(8))->bytes);
}

TEST(Deidentify, ACopyOfACopyIsTheCopy) {
  const Bytes original = part10(ct_slice());
  for (const Profile& profile :
       {Profile::research(), Profile::basic(),
        Profile{.dates = Dates::Kept, .retain_uids = true, .retain_safe_private = true}}) {
    const auto once = copy_of(original, profile);
    EXPECT_EQ(copy_of(once.bytes, profile).bytes, once.bytes);
  }
}

TEST(Deidentify, ADatedCopyCanStillBeShiftedLater) {
  const Bytes original = part10(ct_slice());
  const auto dated = copy_of(original, {.dates = Dates::Kept});

  const Read read(copy_of(dated.bytes, {.dates = Dates::Shifted}).bytes);

  EXPECT_EQ(read.text(0x00080020), Read(copy_of(original).bytes).text(0x00080020));
}

TEST(Deidentify, CarriesOverWhatOthersHaveCleaned) {
  const auto original = part10(ct_slice(kExplicit, [](DataSet& data) { static_cast<void>(data); }));
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00100020, "LO", "ANON-1")
      .put(0x00120062, "CS", "YES")
      .put(0x00120063, "LO", "by hand of SECRET")
      .sequence(
          0x00120064,
          [](DataSet& code) { code.put(0x00080100, "SH", "113102").put(0x00080102, "SH", "DCM"); })
      .put(0x0020000D, "UI", "1.2.3");

  const auto copy = copy_of(part10(data));

  EXPECT_THAT(copy.method_codes, ElementsAre("113100", "113102", "113107", "113108", "113109"));
  EXPECT_FALSE(Read(copy.bytes).contains("SECRET"));
}

TEST(Deidentify, LeavesThePixelsAndTheirSyntax) {
  const std::string pixels("\1\2\3\4PIXELS..", 12);
  const auto plain_pixels = [&](DataSet& data) { data.put(0x7FE00010, "OW", pixels); };

  for (const auto& [encoding, syntax] :
       {std::pair{kExplicit, "1.2.840.10008.1.2.1"}, std::pair{kImplicit, "1.2.840.10008.1.2"},
        std::pair{kBig, "1.2.840.10008.1.2.2"}}) {
    const Read read(copy_of(part10(ct_slice(encoding, plain_pixels), syntax)).bytes);
    EXPECT_EQ(read.scan().transfer_syntax_uid, syntax);
    EXPECT_FALSE(read.scan().syntax_disagrees);
    EXPECT_EQ(read.anywhere(0x7FE00010), pixels);
  }
  const auto compressed = ct_slice(kExplicit, [&](DataSet& data) { data.fragment(pixels); });
  for (const auto* syntax : {"1.2.840.10008.1.2.4.90", "1.2.3.4.5.6"}) {
    const Read read(copy_of(part10(compressed, syntax)).bytes);
    EXPECT_EQ(read.scan().transfer_syntax_uid, syntax);
    EXPECT_TRUE(read.scan().encapsulated);
    EXPECT_TRUE(read.contains(pixels));
  }
}

TEST(Deidentify, DeflatesAgainWhatWasDeflated) {
  const Read plain_copy(copy_of(part10(ct_slice())).bytes);
  const Bytes deflated = part10(ct_slice(), "1.2.840.10008.1.2.1.99");  // said, not done
  const auto copy = copy_of(deflated);
  const Read read(copy.bytes);

  EXPECT_TRUE(read.scan().deflated);
  EXPECT_EQ(as_text(read.header().data()), as_text(plain_copy.header().data()));
  EXPECT_EQ(copy_of(copy.bytes).bytes, copy.bytes);
}

TEST(Deidentify, DropsTrailersOverlaysCurvesAndGroupLengths) {
  DataSet data;
  data.put(0x00080000, "UL", std::string_view("\x10\0\0\0", 4))
      .put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00091001, "LO", "SECRET")
      .put(0x50000010, "US", std::string_view("\2\0", 2))
      .put(0x60000010, "US", std::string_view("\2\0", 2))
      .put(0x60003000, "OW", "SECRET")
      .put(0x7FE00010, "OW", "PIXELS")
      .put(0xFFFCFFFC, "OB", "SECRET");
  const Read read(copy_of(part10(data.bytes(), "1.2.840.10008.1.2.1", "SECRETTRAILER")).bytes);

  for (const std::uint32_t tag :
       {0x00080000U, 0x00091001U, 0x50000010U, 0x60000010U, 0xFFFCFFFCU}) {
    EXPECT_FALSE(read.has(tag)) << std::hex << tag;
  }
  EXPECT_EQ(read.anywhere(0x7FE00010), "PIXELS");
  EXPECT_FALSE(read.contains("SECRET"));
}

TEST(Deidentify, TellsPatientsWithoutAnIdentifierApart) {
  const auto object = [](std::string_view name, std::string_view study) {
    DataSet data;
    data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        .put(0x00080018, "UI", "1.2.3.4")
        .put(0x00100010, "PN", name)
        .put(0x00100020, "LO", "")
        .put(0x0020000D, "UI", study);
    return copy_of(part10(data)).patient;
  };
  EXPECT_EQ(object("Doe^Jane", "1.2.3"), object("Doe^Jane", "1.2.4"));
  EXPECT_NE(object("Doe^Jane", "1.2.3"), object("Doe^John", "1.2.3"));
  EXPECT_NE(object("", "1.2.3"), object("", "1.2.4"));
  EXPECT_EQ(object("", "1.2.3"), object("", "1.2.3"));
}

TEST(Deidentify, PutsElementsInOrderAndDropsRepeatedOnes) {
  DataSet data;
  data.put(0x00100020, "LO", "MRN1")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00100020, "LO", "MRN2");
  const auto copy = copy_of(part10(data));
  const Read read(copy.bytes);

  EXPECT_EQ(copy.patient, pseudonyms().patient("MRN1", ""));
  EXPECT_TRUE(std::ranges::is_sorted(read.header().table(), {},
                                     [](const io::Element& element) {
                                       return std::pair(element.level != 0, element.level == 0
                                                                                ? element.tag
                                                                                : io::Tag{});
                                     }) ||
              read.header().table().size() > 4);
  EXPECT_FALSE(read.contains("MRN"));
}

struct Refused {
  const char* name;
  std::uint32_t tag;
  const char* value;
  const char* message;
};
class DeidentifyRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(DeidentifyRefuses, SayingWhy) {
  DataSet data;
  if (GetParam().tag == 0x00080016) {
    data.put(GetParam().tag, "UI", GetParam().value);
  }
  data.put(0x00080018, "UI", "1.2.3.4").put(0x00100010, "PN", "Doe^Jane");
  if (GetParam().tag != 0x00080016) {
    data.put(GetParam().tag, "OB", GetParam().value);
  }
  const auto result = deidentify(part10(data), Profile::research(), pseudonyms());

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::NotSupported);
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(result.error().message, ::testing::Not(HasSubstr("Doe")));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DeidentifyRefuses,
    ::testing::Values(Refused{"Directory", 0x00080016, "1.2.840.10008.1.3.10", "DICOMDIR"},
                      Refused{"Pdf", 0x00080016, "1.2.840.10008.5.1.4.1.1.104.1", "encapsulated"},
                      Refused{"Stl", 0x00080016, "1.2.840.10008.5.1.4.1.1.104.3", "encapsulated"},
                      Refused{"Document", 0x00420011, "%PDF", "encapsulated"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Deidentify, RefusesCompressedPixelsOfUnknownKind) {
  const auto data = ct_slice(kExplicit, [](DataSet& set) { set.fragment("PIXELS"); });
  const auto result = deidentify(data.bytes(), Profile::research(), pseudonyms());

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::DataCorrupt);
}

TEST(Deidentify, RefusesWhatIsCutShort) {
  Bytes original = part10(ct_slice());
  original.resize(original.size() - 3);

  EXPECT_FALSE(deidentify(original, Profile::research(), pseudonyms()));
  EXPECT_FALSE(deidentify(Bytes{}, Profile::research(), pseudonyms()));
}

TEST(Deidentify, RunsOnSeveralThreadsAtOnce) {
  const Bytes original = part10(ct_slice());
  const Bytes expected = copy_of(original).bytes;
  const auto drawn = pseudonyms();
  std::array<int, 4> same{};
  std::array<std::thread, 4> threads;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads.at(i) = std::thread([&, i] {
      for (int n = 0; n < 50; ++n) {
        const auto copy = deidentify(original, Profile::research(), drawn);
        same.at(i) += copy && copy->bytes == expected ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(same, ElementsAre(50, 50, 50, 50));
}

}  // namespace
}  // namespace osler::dicom::deidentify
