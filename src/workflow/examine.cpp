#include "workflow/internal/examine.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "dicom/io/file.h"
#include "dicom/quality/quality.h"

namespace osler::workflow::internal {
namespace {

std::string number(const std::optional<double>& value, int decimals) {
  return value ? fixed(*value, decimals) : "";
}

Examined refused(std::string path, const Error& error, std::uint64_t size) {
  Examined result;
  result.path = std::move(path);
  result.reason = error.message;
  result.kind = error.message.substr(0, error.message.find(':'));
  result.size = size;
  return result;
}

void quarantine(Examined& result, std::string kind, std::string reason) {
  result.outcome = Outcome::Quarantined;
  result.kind = std::move(kind);
  result.reason = std::move(reason);
}

// Labels of the film; a film whose pixels cannot be read is still an object of the patient's.
void look_at_pixels(Examined& result, const dicom::io::File& file, const Bench& bench) {
  if (result.instance.frames == 0) {
    for (const auto& finding : dicom::quality::assess(result.instance)) {
      result.quality.emplace_back(dicom::quality::to_string(finding.check));
    }
    return;
  }
  const auto image = bench.decoder.decode(file);
  if (!image) {
    if (image.error().code == ErrorCode::NotSupported) {
      result.quality.emplace_back("not_decodable");
      result.reason = "kept without a look at its pixels: " + image.error().message;
      return;
    }
    quarantine(result, "pixels cannot be read",
               "its pixels cannot be read: " + image.error().message);
    return;
  }
  result.pixels = dicom::quality::pixel_digest(*image);
  std::vector<std::string> texts;
  for (const auto& finding : dicom::quality::assess(result.instance, *image)) {
    result.quality.emplace_back(dicom::quality::to_string(finding.check));
    texts.push_back(finding.text);
  }
  result.reason = join(texts, "; ");
}

}  // namespace

std::map<std::string, std::string> attributes_of(const clinical::Instance& instance,
                                                 const std::map<std::string, std::string>& header) {
  std::map<std::string, std::string> attributes{
      {"age", number(instance.age_years, 2)},
      {"sex", instance.patient_sex},
      {"modality", instance.modality},
      {"body_part", instance.body_part},
      {"view", instance.view_position},
      {"manufacturer", instance.manufacturer},
      {"kvp", number(instance.kvp, 1)},
      {"exposure", number(instance.exposure_mas, 2)},
      {"study", instance.study_instance_uid},
      {"rows", std::to_string(instance.rows)},
      {"columns", std::to_string(instance.columns)},
  };
  for (const auto& [key, value] : header) {
    attributes.emplace("header." + key, value);
  }
  std::erase_if(attributes, [](const auto& entry) { return entry.second.empty(); });
  return attributes;
}

Result<ResearchCopy> make_copy(BytesView original, const std::vector<std::string>& quality,
                               const Bench& bench) {
  OSLER_TRY(auto made, dicom::deidentify::deidentify(original, *bench.profile, *bench.pseudonyms));
  ResearchCopy copy;
  OSLER_TRY(const auto file, dicom::io::File::parse(BytesView(made.bytes)));
  copy.instance = file.instance();
  copy.attributes = attributes_of(copy.instance, file.header_facts());
  copy.quality = quality;
  copy.burned_in = made.may_carry_burned_in_text;
  copy.bytes = std::move(made.bytes);
  return copy;
}

Examined examine(std::string path, Bytes bytes, const Bench& bench) {
  const std::uint64_t size = bytes.size();
  auto file = dicom::io::File::parse(std::move(bytes));
  if (!file) {
    return refused(std::move(path), file.error(), size);
  }
  if (const auto storable = file->check_storable(); !storable) {
    return refused(std::move(path), storable.error(), size);
  }
  Examined result;
  result.path = std::move(path);
  result.outcome = Outcome::Stored;
  result.instance = file->instance();
  result.size = size;
  if (file->scan().executable_preamble) {
    quarantine(result, "a program in its preamble", "its preamble holds the start of a program");
  } else {
    look_at_pixels(result, *file, bench);
  }
  if (result.outcome == Outcome::Stored && result.instance.patient_id.empty()) {
    result.quality.emplace_back("no_patient_id");
  }
  if (result.outcome == Outcome::Stored && bench.pseudonyms != nullptr) {
    if (auto copy = make_copy(file->bytes(), result.quality, bench); copy) {
      result.research = *std::move(copy);
    } else {
      result.research_refused = copy.error().message;
    }
  }
  result.original = std::move(*file).release();
  return result;
}

}  // namespace osler::workflow::internal
