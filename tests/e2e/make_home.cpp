// osler-e2e-home HOME FILM: what the browser tests need and no verb makes. Registers three models
// in HOME whose score maps are known (one that says above, one undecided, one for children alone),
// and writes FILM, a DICOM object whose texts are an attack on whoever shows them.

#include <cstdint>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "tests/support/dicom_bytes.h"
#include "tests/support/served_home.h"

namespace osler {
namespace {

// Markup, a turned direction that is never turned back, and a value of many lines.
Bytes hostile_film() {
  constexpr std::uint32_t kSide = 96;
  std::string pixels;
  Rng rng(3);
  for (std::uint32_t i = 0; i < kSide * kSide; ++i) {
    const auto value = static_cast<std::uint32_t>(500.0 + 20.0 * (i % kSide) +
                                                  100.0 * rng.uniform() + 5.0 * (i / kSide));
    pixels.push_back(static_cast<char>(value & 0xFFU));
    pixels.push_back(static_cast<char>(value >> 8U));
  }
  std::string many_lines;
  for (int i = 0; i < 60; ++i) {
    many_lines += "line " + std::to_string(i) + " of a description that does not end; ";
  }
  const std::string long_text = many_lines.substr(0, 1024);
  test::DicomBytes set;
  set.text(0x00080005, "CS", "ISO_IR 192")
      .text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1.1")
      .text(0x00080018, "UI", "2.25.404")
      .text(0x00080020, "DA", "20261124")
      .text(0x00080030, "TM", "084200")
      .text(0x00080050, "SH", "HOSTILE-1")
      .text(0x00080060, "CS", "DX")
      .text(0x00081030, "LO", "<script>document.title='owned'</script>")
      .text(0x00081040, "LO",
            "Ward \xE2\x80\xAE"
            "7B")
      .text(0x00100010, "PN", "<script>alert(1)</script>^<b>Bold")
      .text(0x00100020, "LO", "T-000404&amp;")
      .text(0x00100030, "DA", "19630214")
      .text(0x00100040, "CS", "F")
      .text(0x00180015, "CS", "CHEST")
      .text(0x00185101, "CS", "PA")
      .text(0x0020000D, "UI", "2.25.405")
      .text(0x0020000E, "UI", "2.25.406")
      .geometry(kSide, kSide, 16, 12)
      .text(0x00401002, "LO", long_text)
      .head(0x7FE00010, "OW", static_cast<std::uint32_t>(pixels.size()))
      .raw(pixels);
  return test::part10("1.2.840.10008.1.2.1", set.str());
}

int make(const char* home_folder, const char* film) {
  const SystemClock clock;
  auto home = workflow::Home::open(home_folder, clock);
  if (!home) {
    std::cerr << home.error().message << '\n';
    return 1;
  }
  test::serve_model(*home);
  test::serve_model(*home,
                    {.name = "chest-nodule", .label = "nodule", .says = test::Says::Undecided});
  test::serve_model(*home, {.name = "chest-child",
                            .label = "bronchiolitis",
                            .intended_use = R"({"modality": ["CR", "DX"], "age_years": [0, 2]})"});
  const auto written = write_file(film, hostile_film());
  return written && !::testing::Test::HasFailure() ? 0 : 1;
}

}  // namespace
}  // namespace osler

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "osler-e2e-home HOME FILM\n";
    return 64;
  }
  ::testing::InitGoogleTest();
  return osler::make(words[1], words[2]);
}
