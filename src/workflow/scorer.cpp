#include "workflow/internal/scorer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "dicom/io/file.h"
#include "dicom/quality/quality.h"
#include "imaging/picture/overlay.h"
#include "imaging/picture/picture.h"
#include "imaging/transform/apply.h"
#include "workflow/internal/heat.h"
#include "workflow/internal/sources.h"

namespace osler::workflow::internal {
namespace {

using clinical::Instance;
using dicom::quality::Check;

Result<std::vector<std::string>> words(const Json& document, const char* key) {
  std::vector<std::string> list;
  if (!document.contains(key)) {
    return list;
  }
  if (!document[key].is_array()) {
    return Error(ErrorCode::DataCorrupt, std::string("\"") + key + "\" is not a list");
  }
  for (const auto& entry : document[key]) {
    list.push_back(entry.is_string() ? entry.get<std::string>() : "");
  }
  return list;
}

bool holds(const std::vector<std::string>& list, const std::string& value) {
  return list.empty() || std::ranges::any_of(list, [&](const std::string& entry) {
           return lower(entry) == lower(value);
         });
}

std::string not_among(std::string_view what, const std::string& value,
                      const std::vector<std::string>& list) {
  const std::string allowed = join(list, " or ");
  if (value.empty()) {
    return "the film does not state its " + std::string(what) + "; the model is validated on " +
           allowed + " only";
  }
  return value + " film, the model is validated on " + allowed + " films only";
}

// Labels that forbid a result; the others are warnings.
bool forbids(Check check) {
  return check == Check::Blank || check == Check::NoPixels || check == Check::Inverted ||
         check == Check::FewLevels;
}

std::string about(const Instance& instance) {
  std::vector<std::string> parts;
  const std::string place = lower(instance.body_part);
  parts.push_back(trim(place + " " + instance.view_position).empty()
                      ? instance.modality
                      : std::string(trim(place + " " + instance.view_position)));
  std::string person = instance.patient_sex;
  if (instance.age_years) {
    person += (person.empty() ? "" : " ") + fixed(std::floor(*instance.age_years), 0) + " y";
  }
  if (!person.empty()) {
    parts.push_back(person);
  }
  return join(parts, ", ");
}

void refuse(FilmResult& result, Scored outcome, std::string reason) {
  result.outcome = outcome;
  result.reason = std::move(reason);
}

}  // namespace

Result<IntendedUse> intended_use_from_json(std::string_view text) {
  OSLER_TRY(const Json document, parse_json(text, "intended use"));
  IntendedUse use;
  OSLER_TRY(use.modality, words(document, "modality"));
  OSLER_TRY(use.body_part, words(document, "body_part"));
  OSLER_TRY(use.view, words(document, "view"));
  const auto ages = document.find("age_years");
  if (ages != document.end() && ages->is_array() && ages->size() == 2) {
    use.age_years = {(*ages)[0].get<double>(), (*ages)[1].get<double>()};
  }
  return use;
}

std::string outside_because(const Instance& instance, const IntendedUse& use) {
  if (!holds(use.modality, instance.modality)) {
    return not_among("modality", instance.modality, use.modality);
  }
  if (!holds(use.body_part, instance.body_part)) {
    return not_among("body part", instance.body_part, use.body_part);
  }
  if (!holds(use.view, instance.view_position)) {
    return not_among("view", instance.view_position, use.view);
  }
  if (use.age_years) {
    const auto [lowest, highest] = *use.age_years;
    const std::string range = fixed(lowest, 0) + " to " + fixed(highest, 0) + " years";
    if (!instance.age_years) {
      return "the film does not state an age; the model is validated on " + range + " only";
    }
    if (*instance.age_years < lowest || *instance.age_years > highest) {
      return "a patient of " + fixed(*instance.age_years, 0) +
             " years, the model is validated on " + range + " only";
    }
  }
  return {};
}

Result<Scorer> Scorer::create(infer::package::Package package) {
  Scorer scorer(std::move(package));
  const auto& contents = scorer.package_.contents();
  OSLER_TRY(scorer.use_, intended_use_from_json(contents.intended_use));
  OSLER_TRY(const Json transform, parse_json(contents.transform, "transform"));
  OSLER_TRY(scorer.transform_, imaging::transform::spec_from_json(transform));
  OSLER_TRY(const Json finding, parse_json(contents.finding, "finding"));
  OSLER_TRY(scorer.code_, json_string(finding, "code"));
  OSLER_TRY(scorer.label_, json_string(finding, "label"));
  if (!contents.novelty.empty()) {
    OSLER_TRY(scorer.novelty_, explain::novelty::Detector::deserialise(contents.novelty));
  }
  return scorer;
}

FilmResult Scorer::score(const std::string& path, Bytes bytes, dicom::decode::Decoder& decoder,
                         const std::filesystem::path& saliency) const {
  FilmResult result;
  result.path = path;
  if (is_picture(bytes)) {
    const auto image = decoder.decode_picture(bytes);
    if (!image) {
      refuse(result, Scored::Failed, image.error().message);
      return result;
    }
    result.about = "a picture without a header";
    result.warnings.emplace_back(
        "modality, body part, view and age are not known and were not checked");
    score_image(*image, saliency, result);
    return result;
  }
  const auto file = dicom::io::File::parse(std::move(bytes));
  if (!file) {
    refuse(result, Scored::Failed, file.error().message);
    return result;
  }
  const auto& instance = file->instance();
  result.about = about(instance);
  if (const auto why = outside_because(instance, use_); !why.empty()) {
    refuse(result, Scored::NoResult, why);
    return result;
  }
  const auto image = decoder.decode(*file);
  if (!image) {
    refuse(result, Scored::Failed, image.error().message);
    return result;
  }
  for (const auto& finding : dicom::quality::assess(instance, *image)) {
    if (forbids(finding.check)) {
      refuse(result, Scored::NoResult, finding.text);
      return result;
    }
    result.warnings.push_back(finding.text);
  }
  score_image(*image, saliency, result);
  return result;
}

void Scorer::score_image(const clinical::Image& image, const std::filesystem::path& saliency,
                         FilmResult& result) const {
  const auto pixels = imaging::transform::apply(transform_, image);
  if (!pixels) {
    refuse(result, Scored::NoResult, pixels.error().message);
    return;
  }
  const auto outputs = package_.score(*pixels, 1);
  if (!outputs) {
    refuse(result, Scored::Failed, outputs.error().message);
    return;
  }
  if (novelty_) {
    const auto reading = novelty_->read({.count = 1,
                                         .height = package_.height(),
                                         .width = package_.width(),
                                         .pixels = *pixels,
                                         .features_per_film = outputs->features_per_image,
                                         .features = outputs->features});
    if (!reading) {
      refuse(result, Scored::Failed, reading.error().message);
      return;
    }
    result.novelty = reading->front().score;
    if (reading->front().strange) {
      refuse(
          result, Scored::NoResult,
          "unlike the films that the model was validated on: " + fixed(reading->front().score, 1) +
              " times the distance that " + fixed(100.0 * (1.0 - novelty_->false_alarm_rate()), 0) +
              " in 100 of them stay within");
      return;
    }
  }
  result.outcome = Scored::Scored;
  result.findings.push_back({.code = code_,
                             .label = label_,
                             .reading = package_.contents().score_map.read(
                                 static_cast<double>(outputs->logits.front()))});
  const auto& reading = result.findings.front().reading;
  const bool worth_a_look = reading.positive || reading.tier == clinical::Tier::Undecided;
  if (!saliency.empty() && worth_a_look) {
    if (const auto drawn = draw(image, *outputs, saliency, result); !drawn) {
      result.warnings.push_back("no heat map: " + drawn.error().message);
    }
  }
}

Result<void> Scorer::draw(const clinical::Image& image, const infer::engine::Outputs& outputs,
                          const std::filesystem::path& folder, FilmResult& result) const {
  const auto& head = package_.head();
  OSLER_TRY(const auto heat,
            heat_of(head ? &*head : nullptr, outputs, package_.height(), package_.width()));
  OSLER_TRY(const auto film, imaging::picture::to_grey8(image));
  OSLER_TRY(const auto geometry, imaging::transform::geometry(transform_, image));
  OSLER_TRY(const auto drawn, imaging::picture::overlay(film, heat.values, geometry));
  OSLER_TRY(const auto png, imaging::picture::to_png(drawn));
  const std::string stem = std::filesystem::path(result.path).stem().string() + "-" +
                           crypto::sha256(result.path).hex().substr(0, 8) + ".png";
  OSLER_TRY_DO(write_file(folder / stem, png));
  result.saliency = (folder / stem).string();
  return {};
}

}  // namespace osler::workflow::internal
