#include <algorithm>
#include <array>

#include "base/text.h"
#include "dicom/deidentify/internal/header.h"
#include "dicom/io/transfer_syntax.h"

namespace osler::dicom::deidentify {
namespace {

using io::Tag;

// Overlay graphics that lie in unused bits of the pixels: removing the overlay's header leaves
// them.
bool has_embedded_overlay(const Header& header) {
  for (std::uint16_t group = 0x6000; group <= 0x601E; group += 2) {
    if (header.number16({group, 0x0100}).value_or(1) > 1) {
      return true;
    }
  }
  return false;
}

struct Kind {
  std::string_view modality;
  std::string_view why;
};

// Devices that write into their pictures, whatever they declare.
constexpr std::array kWriting{
    Kind{"US", "an ultrasound image"},
    Kind{"IVUS", "an ultrasound image"},
    Kind{"ES", "an endoscopy image"},
    Kind{"XC", "a photograph"},
    Kind{"GM", "a photograph"},
    Kind{"OP", "an eye image"},
    Kind{"OPT", "an eye image"},
    Kind{"SC", "a secondary capture"},
    Kind{"OT", "an image of no stated kind"},
    Kind{"DOC", "a document"},
    Kind{"", "an image of no stated kind"},
};
// What nobody looks at as a picture.
constexpr std::array<std::string_view, 5> kComputed{"SEG", "RTDOSE", "RTSTRUCT", "REG", "PMAP"};
// Cross-sections: text is burned in only where they are scouts or captures of a screen.
constexpr std::array<std::string_view, 4> kSections{"CT", "MR", "PT", "NM"};

std::string_view kind_reason(const Header& header) {
  constexpr std::string_view kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
  const std::string_view sop_class = header.text({0x0008, 0x0016});
  if (sop_class == kSecondaryCapture ||
      sop_class.starts_with(std::string(kSecondaryCapture).append("."))) {
    return "a secondary capture";
  }
  if (!header.text({0x0008, 0x0064}).empty()) {
    return "an image converted from something else";
  }
  const std::string_view modality = header.text({0x0008, 0x0060});
  const auto* found = std::ranges::find(kWriting, modality, &Kind::modality);
  return found == kWriting.end() ? std::string_view() : found->why;
}

bool is_plain_section(const Header& header) {
  const auto types = split(header.text({0x0008, 0x0008}), '\\');
  const auto is = [&](std::size_t index, std::string_view word) {
    return types.size() > index && trim(types[index]) == word;
  };
  return (is(0, "ORIGINAL") || is(0, "DERIVED")) && is(1, "PRIMARY") && !is(2, "LOCALIZER");
}

}  // namespace

std::string burned_in_reason(const Header& header) {
  const auto& scan = header.scanned().scan;
  const std::string_view modality = header.text({0x0008, 0x0060});
  const bool has_pixels = header.find(io::kPixelData) != nullptr;
  if (!has_pixels || std::ranges::find(kComputed, modality) != kComputed.end()) {
    return "";
  }
  const std::string_view declared = header.text({0x0028, 0x0301});
  if (declared == "YES") {
    return "declared by (0028,0301) Burned In Annotation";
  }
  if (has_embedded_overlay(header)) {
    return "an overlay within the pixel data";
  }
  if (io::transfer_syntax(scan.transfer_syntax_uid).codec == io::Codec::Opaque) {
    return "a video or an unknown compression";
  }
  const auto done = header.dcm_codes({0x0012, 0x0064});
  if (std::ranges::find(done, "113101") != done.end()) {
    return "";
  }
  if (const auto why = kind_reason(header); !why.empty()) {
    return std::string(why);
  }
  const auto types = header.text({0x0008, 0x0008});
  if (types.find("LABEL") != std::string_view::npos ||
      types.find("OVERVIEW") != std::string_view::npos) {
    return "a picture of a slide's label";
  }
  if (declared == "NO") {
    return "";
  }
  const bool is_section = std::ranges::find(kSections, modality) != kSections.end();
  return is_section && is_plain_section(header)
             ? ""
             : "(0028,0301) Burned In Annotation does not say that there is none";
}

}  // namespace osler::dicom::deidentify
