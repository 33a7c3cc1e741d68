#include "workflow/scorer.h"

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

namespace osler::workflow {
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

// A map is drawn of what may be there, not of what is not.
bool worth_a_look(const FilmResult& result) {
  return std::ranges::any_of(result.findings, [](const FilmFinding& finding) {
    return finding.reading.positive || finding.reading.tier == clinical::Tier::Undecided;
  });
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
  if (!contents.atlas.empty()) {
    OSLER_TRY(scorer.atlas_, explain::similar::Atlas::deserialise(contents.atlas));
  }
  return scorer;
}

FilmResult Scorer::score(const std::string& path, Bytes bytes, dicom::decode::Decoder& decoder,
                         const std::filesystem::path& saliency) const {
  Seen seen = look(path, std::move(bytes), decoder);
  if (!saliency.empty() && worth_a_look(seen.result)) {
    if (const auto drawn = draw(seen, saliency, seen.result); !drawn) {
      seen.result.warnings.push_back("no heat map: " + drawn.error().message);
    }
  }
  return std::move(seen.result);
}

ScoredFilm Scorer::read(const std::string& path, Bytes bytes,
                        dicom::decode::Decoder& decoder) const {
  Seen seen = look(path, std::move(bytes), decoder);
  ScoredFilm film;
  if (worth_a_look(seen.result)) {
    if (auto map = map_of(seen)) {
      film.map = *std::move(map);
    }
  }
  if (seen.result.outcome == Scored::Scored && seen.outputs) {
    film.features = std::move(seen.outputs->features);
  }
  film.result = std::move(seen.result);
  return film;
}

Scorer::Seen Scorer::look(const std::string& path, Bytes bytes,
                          dicom::decode::Decoder& decoder) const {
  Seen seen;
  FilmResult& result = seen.result;
  result.path = path;
  if (internal::is_picture(bytes)) {
    auto image = decoder.decode_picture(bytes);
    if (!image) {
      refuse(result, Scored::Failed, image.error().message);
      return seen;
    }
    result.about = "a picture without a header";
    result.warnings.emplace_back(
        "modality, body part, view and age are not known and were not checked");
    seen.image = *std::move(image);
    look_at_image(seen);
    return seen;
  }
  const auto file = dicom::io::File::parse(std::move(bytes));
  if (!file) {
    refuse(result, Scored::Failed, file.error().message);
    return seen;
  }
  const auto& instance = file->instance();
  result.about = about(instance);
  if (const auto why = outside_because(instance, use_); !why.empty()) {
    refuse(result, Scored::NoResult, why);
    return seen;
  }
  auto image = decoder.decode(*file);
  if (!image) {
    refuse(result, Scored::Failed, image.error().message);
    return seen;
  }
  for (const auto& finding : dicom::quality::assess(instance, *image)) {
    if (forbids(finding.check)) {
      refuse(result, Scored::NoResult, finding.text);
      return seen;
    }
    result.warnings.push_back(finding.text);
  }
  seen.image = *std::move(image);
  look_at_image(seen);
  return seen;
}

bool Scorer::is_strange(const std::vector<float>& pixels, Seen& seen) const {
  const auto reading = novelty_->read({.count = 1,
                                       .height = package_.height(),
                                       .width = package_.width(),
                                       .pixels = pixels,
                                       .features_per_film = seen.outputs->features_per_image,
                                       .features = seen.outputs->features});
  if (!reading) {
    refuse(seen.result, Scored::Failed, reading.error().message);
    return true;
  }
  seen.result.novelty = reading->front().score;
  if (reading->front().strange) {
    refuse(seen.result, Scored::NoResult,
           "unlike the films that the model was validated on: " + fixed(reading->front().score, 1) +
               " times the distance that " +
               fixed(100.0 * (1.0 - novelty_->false_alarm_rate()), 0) +
               " in 100 of them stay within");
  }
  return reading->front().strange;
}

void Scorer::look_at_image(Seen& seen) const {
  const auto pixels = imaging::transform::apply(transform_, *seen.image);
  if (!pixels) {
    refuse(seen.result, Scored::NoResult, pixels.error().message);
    return;
  }
  auto outputs = package_.score(*pixels, 1);
  if (!outputs) {
    refuse(seen.result, Scored::Failed, outputs.error().message);
    return;
  }
  seen.outputs = *std::move(outputs);
  if (novelty_ && is_strange(*pixels, seen)) {
    return;
  }
  seen.result.outcome = Scored::Scored;
  seen.result.findings.push_back({.code = code_,
                                  .label = label_,
                                  .reading = package_.contents().score_map.read(
                                      static_cast<double>(seen.outputs->logits.front()))});
}

Result<void> Scorer::draw(const Seen& seen, const std::filesystem::path& folder,
                          FilmResult& result) const {
  const auto& head = package_.head();
  OSLER_TRY(const auto heat, internal::heat_of(head ? &*head : nullptr, *seen.outputs,
                                               package_.height(), package_.width()));
  OSLER_TRY(const auto film, imaging::picture::to_grey8(*seen.image));
  OSLER_TRY(const auto geometry, imaging::transform::geometry(transform_, *seen.image));
  OSLER_TRY(const auto drawn, imaging::picture::overlay(film, heat.values, geometry));
  OSLER_TRY(const auto png, imaging::picture::to_png(drawn));
  const std::string stem = std::filesystem::path(result.path).stem().string() + "-" +
                           crypto::sha256(result.path).hex().substr(0, 8) + ".png";
  OSLER_TRY_DO(write_file(folder / stem, png));
  result.saliency = (folder / stem).string();
  return {};
}

Result<FindingMap> Scorer::map_of(const Seen& seen) const {
  const auto& head = package_.head();
  OSLER_TRY(auto heat, internal::heat_of(head ? &*head : nullptr, *seen.outputs,
                                         seen.outputs->map_height, seen.outputs->map_width));
  OSLER_TRY(const auto geometry, imaging::transform::geometry(transform_, *seen.image));
  const auto corner = geometry.to_film(imaging::transform::Point{
      static_cast<double>(geometry.width), static_cast<double>(geometry.height)});
  return FindingMap{.width = heat.width,
                    .height = heat.height,
                    .values = std::move(heat.values),
                    .box = {geometry.left, geometry.top, corner.x, corner.y}};
}

}  // namespace osler::workflow
