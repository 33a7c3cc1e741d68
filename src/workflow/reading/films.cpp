#include "workflow/reading/films.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "dicom/decode/decoder.h"
#include "dicom/io/file.h"
#include "imaging/picture/picture.h"
#include "workflow/internal/sources.h"

namespace osler::workflow::reading {
namespace {

constexpr std::size_t kFactsKept = 4096;
constexpr std::size_t kThumbnailsKept = 1024;
constexpr std::size_t kThumbnailSide = 192;

// The most recently used of a few; not for several threads.
template <typename T>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  std::optional<T> find(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) {
      return std::nullopt;
    }
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }

  void keep(const std::string& key, T value) {
    if (places_.contains(key)) {
      return;
    }
    order_.emplace_front(key, std::move(value));
    places_[key] = order_.begin();
    if (order_.size() > most_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
  }

 private:
  std::size_t most_;
  std::list<std::pair<std::string, T>> order_;
  std::map<std::string, typename std::list<std::pair<std::string, T>>::iterator> places_;
};

std::string opposite(const std::string& side) {
  constexpr std::string_view kSides = "RLHFAP";
  constexpr std::string_view kOther = "LRFHPA";
  std::string other;
  for (const char letter : side) {
    const auto at = kSides.find(letter);
    if (at == std::string_view::npos) {
      return {};
    }
    other += kOther[at];
  }
  return other;
}

// "R\L" side of a direction cosine: the axis it runs along most (PS3.3 C.7.6.2.1.1, LPS).
std::string side_of(double x, double y, double z) {
  const double ax = std::abs(x);
  const double ay = std::abs(y);
  const double az = std::abs(z);
  if (ax >= ay && ax >= az) {
    return x > 0 ? "L" : "R";
  }
  if (ay >= az) {
    return y > 0 ? "P" : "A";
  }
  return z > 0 ? "H" : "F";
}

std::optional<Sides> sides_of(const dicom::io::File& file) {
  std::string right;
  std::string bottom;
  const dicom::io::Tag kOrientation{0x0020, 0x0037};
  if (file.number(kOrientation, 5)) {
    std::array<double, 6> cosines{};
    for (std::size_t i = 0; i < 6; ++i) {
      cosines.at(i) = file.number(kOrientation, i).value_or(0.0);
    }
    right = side_of(cosines[0], cosines[1], cosines[2]);
    bottom = side_of(cosines[3], cosines[4], cosines[5]);
  } else {
    const auto parts = split(file.instance().orientation, '\\');
    if (parts.size() != 2) {
      return std::nullopt;
    }
    right = trim(parts[0]);
    bottom = trim(parts[1]);
  }
  const std::string left = opposite(right);
  const std::string top = opposite(bottom);
  if (left.empty() || top.empty()) {
    return std::nullopt;
  }
  return Sides{.left = left, .right = right, .top = top, .bottom = bottom};
}

std::string spacing_source(const dicom::io::File& file) {
  const dicom::io::Tag kPixelSpacing{0x0028, 0x0030};
  const dicom::io::Tag kImagerSpacing{0x0018, 0x1164};
  const dicom::io::Tag kCalibration{0x0028, 0x0A02};
  if (!file.has(kPixelSpacing)) {
    return file.has(kImagerSpacing) ? "detector" : "";
  }
  // In a projection, spacing equal to the detector's was not calibrated (PS3.3 10.7.1.3).
  const bool same =
      file.has(kImagerSpacing) && file.number(kPixelSpacing, 0) == file.number(kImagerSpacing, 0);
  return same && !file.has(kCalibration) ? "detector" : "patient";
}

std::vector<NamedWindow> windows_of(const dicom::io::File& file, const clinical::Image& image,
                                    const std::array<double, 2>& range) {
  std::vector<NamedWindow> windows;
  const NamedWindow whole{.name = "Full range",
                          .centre = (range[0] + range[1]) / 2.0,
                          .width = std::max(range[1] - range[0], 1.0)};
  if (image.voi_lut && !image.voi_lut->entries.empty()) {
    const auto entries = static_cast<double>(image.voi_lut->entries.size());
    windows.push_back({.name = "As sent",
                       .centre = image.voi_lut->first_value + entries / 2.0,
                       .width = entries});
  }
  const auto names = split(file.text({0x0028, 0x1055}), '\\');
  for (std::size_t i = 0; i < 8; ++i) {
    const auto centre = file.number({0x0028, 0x1050}, i);
    const auto width = file.number({0x0028, 0x1051}, i);
    if (!centre || !width || *width < 1.0) {
      break;
    }
    const std::string called(i < names.size() ? trim(names[i]) : "");
    const bool first = windows.empty();
    windows.push_back({.name = first            ? "As sent"
                               : called.empty() ? "Window " + std::to_string(i + 1)
                                                : called,
                       .centre = *centre,
                       .width = *width});
  }
  if (windows.empty() && image.window) {
    windows.push_back(
        {.name = "As sent", .centre = image.window->centre, .width = image.window->width});
  }
  windows.push_back(whole);
  return windows;
}

std::string_view photometric_word(clinical::Photometric photometric) {
  return photometric == clinical::Photometric::Monochrome1   ? "MONOCHROME1"
         : photometric == clinical::Photometric::Monochrome2 ? "MONOCHROME2"
                                                             : "RGB";
}

FilmFacts read_facts(const dicom::io::File& file) {
  const auto& instance = file.instance();
  const clinical::Image image = file.describe(0);
  FilmFacts facts;
  facts.sop_instance_uid = instance.sop_instance_uid;
  facts.sop_class_uid = instance.sop_class_uid;
  facts.series_instance_uid = instance.series_instance_uid;
  facts.series_number = parse_integer(instance.series_number).value_or(0);
  facts.instance_number = parse_integer(instance.instance_number).value_or(0);
  facts.modality = instance.modality;
  facts.body_part = instance.body_part;
  facts.view = instance.view_position;
  facts.laterality = instance.laterality;
  facts.rows = static_cast<std::size_t>(instance.rows);
  facts.columns = static_cast<std::size_t>(instance.columns);
  facts.frames = static_cast<std::size_t>(std::max(instance.frames, 1L));
  facts.bits_stored = image.bits_stored;
  facts.is_signed = image.is_signed;
  facts.photometric = photometric_word(image.photometric);
  facts.slope = image.rescale_slope;
  facts.intercept = image.rescale_intercept;
  const double steps = std::ldexp(1.0, std::clamp(image.bits_stored, 1, 16));
  const double lowest = image.is_signed ? -steps / 2.0 : 0.0;
  facts.range = {lowest * facts.slope + facts.intercept,
                 (lowest + steps - 1.0) * facts.slope + facts.intercept};
  facts.windows = windows_of(file, image, facts.range);
  facts.spacing_mm = image.spacing_mm;
  facts.spacing_source = facts.spacing_mm ? spacing_source(file) : "";
  facts.sides = sides_of(file);
  return facts;
}

FilmFacts picture_facts(const clinical::Image& image) {
  FilmFacts facts;
  facts.rows = image.height;
  facts.columns = image.width;
  facts.bits_stored = image.bits_stored;
  facts.photometric = photometric_word(image.photometric);
  facts.range = {0.0, std::ldexp(1.0, std::clamp(image.bits_stored, 1, 16)) - 1.0};
  facts.windows = {
      {.name = "As sent", .centre = facts.range[1] / 2.0, .width = std::max(facts.range[1], 1.0)}};
  return facts;
}

Result<FilmPixels> to_pixels(const clinical::Image& image) {
  FilmPixels pixels;
  pixels.rows = image.height;
  pixels.columns = image.width;
  pixels.samples = image.channels == 3 ? 3 : 1;
  if (image.bits_stored > 16) {
    return Error(ErrorCode::NotSupported, "more than 16 bits a pixel")
        .hint("open the image in the archive's own viewer");
  }
  if (pixels.samples == 3) {
    const float scale = image.bits_stored > 8 ? std::ldexp(1.0F, 8 - image.bits_stored) : 1.0F;
    pixels.bytes.reserve(image.samples.size());
    for (const float sample : image.samples) {
      pixels.bytes.push_back(
          static_cast<char>(static_cast<unsigned char>(std::clamp(sample * scale, 0.0F, 255.0F))));
    }
    return pixels;
  }
  pixels.offset = image.is_signed ? -(1 << (image.bits_stored - 1)) : 0;
  pixels.bytes.resize(2 * image.samples.size());
  char* out = pixels.bytes.data();
  const auto offset = static_cast<float>(pixels.offset);
  for (const float sample : image.samples) {
    const auto value = static_cast<std::uint16_t>(std::clamp(sample - offset, 0.0F, 65'535.0F));
    *out++ = static_cast<char>(value & 0xFFU);
    *out++ = static_cast<char>(value >> 8U);
  }
  return pixels;
}

}  // namespace

struct Films::State {
  State(Home& its_home, dicom::decode::Decoder its_decoder)
      : home(its_home), decoder(std::move(its_decoder)) {}

  Home& home;
  dicom::decode::Decoder decoder;
  std::mutex mutex;
  Recent<FilmFacts> facts{kFactsKept};
  Recent<std::string> thumbnails{kThumbnailsKept};

  Result<crypto::Digest> find(const std::string& study, const std::string& sop) {
    OSLER_TRY(const auto digest,
              home.database().text("SELECT digest FROM originals WHERE sop_instance_uid = ? AND "
                                   "study_instance_uid = ? AND revision = 1",
                                   {sop, study}));
    const auto found = digest ? crypto::Digest::from_hex(*digest) : std::nullopt;
    if (!found) {
      return Error(ErrorCode::NotFound, "the study has no such image");
    }
    return *found;
  }

  Result<clinical::Image> decode(const crypto::Digest& digest, std::size_t frame) {
    OSLER_TRY(Bytes bytes, home.objects().read(digest));
    if (workflow::internal::is_picture(bytes)) {
      return decoder.decode_picture(bytes);
    }
    OSLER_TRY(const auto file, dicom::io::File::parse(std::move(bytes)));
    return decoder.decode(file, frame);
  }
};

Films::Films(std::unique_ptr<State> state) : state_(std::move(state)) {}
Films::Films(Films&&) noexcept = default;
Films& Films::operator=(Films&&) noexcept = default;
Films::~Films() = default;

Result<Films> Films::create(Home& home) {
  OSLER_TRY(auto decoder, dicom::decode::Decoder::create());
  return Films(std::make_unique<State>(home, std::move(decoder)));
}

Result<FilmFacts> Films::facts_of(const crypto::Digest& object) {
  const std::string key = object.hex();
  {
    const std::lock_guard lock(state_->mutex);
    if (auto known = state_->facts.find(key)) {
      return *std::move(known);
    }
  }
  OSLER_TRY(Bytes bytes, state_->home.objects().read(object));
  FilmFacts facts;
  if (workflow::internal::is_picture(bytes)) {
    OSLER_TRY(const auto image, state_->decoder.decode_picture(bytes));
    facts = picture_facts(image);
  } else {
    OSLER_TRY(const auto file, dicom::io::File::parse(std::move(bytes)));
    facts = read_facts(file);
  }
  facts.original = key;
  const std::lock_guard lock(state_->mutex);
  state_->facts.keep(key, facts);
  return facts;
}

Result<Films::OfStudy> Films::of_study(const std::string& study_instance_uid, std::size_t most) {
  std::vector<std::pair<crypto::Digest, std::string>> rows_found;
  {
    OSLER_TRY(auto rows, state_->home.database().prepare(
                             "SELECT digest, quality FROM originals WHERE study_instance_uid = ? "
                             "AND revision = 1 AND pixels IS NOT NULL",
                             {study_instance_uid}));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      OSLER_TRY(const auto digest, rows.digest(0));
      rows_found.emplace_back(digest, rows.text(1));
    }
  }
  OfStudy result{.films = {}, .total = rows_found.size()};
  for (const auto& [digest, quality] : rows_found) {
    if (result.films.size() == most) {
      break;
    }
    auto facts = facts_of(digest);
    if (!facts) {
      continue;
    }
    OSLER_TRY(const Json labels, parse_json(quality, "originals"));
    facts->quality = labels.get<std::vector<std::string>>();
    result.films.push_back(*std::move(facts));
  }
  std::ranges::sort(result.films, {}, [](const FilmFacts& film) {
    return std::tuple(film.series_number, film.series_instance_uid, film.instance_number,
                      film.sop_instance_uid);
  });
  return result;
}

Result<FilmPixels> Films::pixels_of(const crypto::Digest& object, std::size_t frame) {
  OSLER_TRY(const auto image, state_->decode(object, frame));
  OSLER_TRY(auto pixels, to_pixels(image));
  pixels.etag = object.hex().substr(0, 32) + "-" + std::to_string(frame);
  return pixels;
}

Result<FilmPixels> Films::pixels(const std::string& study_instance_uid,
                                 const std::string& sop_instance_uid, std::size_t frame) {
  OSLER_TRY(const auto digest, state_->find(study_instance_uid, sop_instance_uid));
  return pixels_of(digest, frame);
}

Result<std::string> Films::thumbnail_of(const crypto::Digest& object) {
  {
    const std::lock_guard lock(state_->mutex);
    if (auto known = state_->thumbnails.find(object.hex())) {
      return *std::move(known);
    }
  }
  OSLER_TRY(const auto image, state_->decode(object, 0));
  OSLER_TRY(const auto grey, imaging::picture::to_grey8(image));
  OSLER_TRY(const auto png,
            imaging::picture::to_png(imaging::picture::thumbnail(grey, kThumbnailSide)));
  std::string bytes(reinterpret_cast<const char*>(png.data()), png.size());
  const std::lock_guard lock(state_->mutex);
  state_->thumbnails.keep(object.hex(), bytes);
  return bytes;
}

Result<std::string> Films::thumbnail(const std::string& study_instance_uid,
                                     const std::string& sop_instance_uid) {
  OSLER_TRY(const auto digest, state_->find(study_instance_uid, sop_instance_uid));
  return thumbnail_of(digest);
}

QualityWords quality_words(const std::vector<std::string>& labels) {
  struct Known {
    std::string_view name;
    std::string_view label;
    std::string_view text;
    std::string_view passed;
  };
  constexpr std::array<Known, 9> kKnown{{
      {"blank", "Blank", "The film shows next to nothing.", "not blank"},
      {"clipped", "Clipped", "A large part sits at an end of the grey scale.", "exposure"},
      {"inverted", "Inverted", "Black and white seem to be exchanged.", "polarity"},
      {"few_levels", "Few grey levels", "Fewer grey levels than the film's bits allow.",
       "grey levels"},
      {"missing_tags", "Header", "Mandatory parts of the header are absent.", "header"},
      {"burned_in_text", "Text in the picture", "The picture may carry text.", ""},
      {"duplicate_pixels", "Same picture", "The same picture is kept under another instance.",
       "no duplicate"},
      {"revision", "Revised", "The instance came again with other bytes; the first is shown.", ""},
      {"no_patient_id", "No patient number", "The header has no patient number.", "patient number"},
  }};
  QualityWords words;
  for (const auto& known : kKnown) {
    const bool found = std::ranges::find(labels, known.name) != labels.end();
    if (found) {
      words.warnings.push_back({std::string(known.label), std::string(known.text)});
    } else if (!known.passed.empty()) {
      words.passed.emplace_back(known.passed);
    }
  }
  return words;
}

}  // namespace osler::workflow::reading
