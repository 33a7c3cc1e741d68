#include "dicom/quality/quality.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dicom/quality/internal/pixels.h"

namespace osler::dicom::quality {
namespace {

using clinical::Instance;

bool is_one_of(std::string_view text, std::span<const std::string> any) {
  return std::ranges::any_of(any, [&](const auto& one) { return lower(one) == lower(text); });
}

void check_expected(const Instance& instance, const Expectations& expected,
                    std::vector<Finding>& found) {
  const auto said = [](const std::string& text) { return text.empty() ? "none" : text; };
  if (!expected.modalities.empty() && !is_one_of(instance.modality, expected.modalities)) {
    found.push_back({Check::WrongModality, "modality " + said(instance.modality) + " where " +
                                               join(expected.modalities, " or ") + " is expected"});
  }
  if (!expected.body_parts.empty() && !instance.body_part.empty() &&
      !is_one_of(instance.body_part, expected.body_parts)) {
    found.push_back({Check::WrongBodyPart, "body part " + instance.body_part + " where " +
                                               join(expected.body_parts, " or ") + " is expected"});
  }
}

// Type 1 attributes (PS3.3) of every composite object, and of every image.
void check_mandatory(const Instance& instance, std::vector<Finding>& found) {
  std::vector<std::string> absent;
  const auto require = [&](bool present, const char* name) {
    if (!present) {
      absent.emplace_back(name);
    }
  };
  require(!instance.sop_class_uid.empty(), "SOP Class UID");
  require(!instance.sop_instance_uid.empty(), "SOP Instance UID");
  require(!instance.study_instance_uid.empty(), "Study Instance UID");
  require(!instance.series_instance_uid.empty(), "Series Instance UID");
  require(!instance.modality.empty(), "Modality");
  if (instance.frames > 0) {
    require(instance.rows > 0, "Rows");
    require(instance.columns > 0, "Columns");
    require(!instance.photometric.empty(), "Photometric Interpretation");
  }
  if (!absent.empty()) {
    found.push_back({Check::MissingTags, "without " + join(absent, ", ")});
  }
}

// Text is in the pixels when the header says so, and may be when nothing denies it on a kind of
// image that is made by grabbing a screen.
void check_burned_in(const Instance& instance, std::vector<Finding>& found) {
  if (instance.burned_in_annotation == "YES") {
    found.push_back({Check::BurnedInText, "the header says that text is burned into the pixels"});
    return;
  }
  if (instance.burned_in_annotation == "NO" || instance.frames == 0) {
    return;
  }
  constexpr std::array<std::string_view, 8> kGrabbed{"US", "SC", "OT", "ES",
                                                     "XC", "GM", "HC", "DMS"};
  constexpr std::string_view kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
  const bool grabbed = std::ranges::find(kGrabbed, instance.modality) != kGrabbed.end();
  const bool capture = instance.sop_class_uid.starts_with(kSecondaryCapture);
  const std::string type = lower(instance.image_type);
  const bool screen =
      type.find("screen") != std::string::npos || type.find("dose_info") != std::string::npos;
  if (grabbed || capture || screen) {
    found.push_back(
        {Check::BurnedInText, "may carry text in its pixels: " +
                                  std::string(screen    ? "a saved screen"
                                              : capture ? "a secondary capture"
                                                        : "a " + instance.modality + " image") +
                                  " whose header does not deny it"});
  }
}

Kind kind_of(const Instance& instance) {
  const std::string part = lower(instance.body_part);
  const bool radiograph =
      instance.modality == "CR" || instance.modality == "DX" || instance.modality == "RG";
  return {
      .radiograph = radiograph,
      .chest =
          radiograph &&
          (part.find("chest") != std::string::npos || part.find("thorax") != std::string::npos) &&
          !instance.view_position.starts_with("L") && !instance.view_position.starts_with("R")};
}

}  // namespace

std::string_view to_string(Check check) {
  constexpr std::array<std::string_view, 9> kNames{
      "blank",           "clipped",      "inverted",       "few_levels", "wrong_modality",
      "wrong_body_part", "missing_tags", "burned_in_text", "no_pixels"};
  return kNames.at(static_cast<std::size_t>(check));
}

std::vector<Finding> assess(const Instance& instance, const Expectations& expected) {
  std::vector<Finding> found;
  check_expected(instance, expected, found);
  check_mandatory(instance, found);
  check_burned_in(instance, found);
  if (instance.frames == 0) {
    found.push_back({Check::NoPixels, "has no pixels"});
  }
  return found;
}

std::vector<Finding> assess(const Instance& instance, const clinical::Image& image,
                            const Expectations& expected) {
  auto found = assess(instance, expected);
  check_pixels(image, kind_of(instance), expected, found);
  return found;
}

std::vector<Finding> assess(const clinical::Image& image, const Expectations& expected) {
  std::vector<Finding> found;
  check_pixels(image, {}, expected, found);
  return found;
}

}  // namespace osler::dicom::quality
